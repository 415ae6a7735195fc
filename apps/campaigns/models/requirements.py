"""What a campaign asks of its leads beside the fields: hours, holidays, rules, duplicates, caps."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from apps.campaigns.choices import DuplicateCounts, DuplicateMatch, DuplicateScope, RuleKind
from apps.campaigns.models.bases import CapBase, WindowBase
from apps.campaigns.models.campaign import Campaign
from apps.companies.models import CompanyQuerySet


class CampaignWindow(WindowBase):
    """Hours in which the campaign takes leads; none means always."""

    company_path = "campaign__company"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="windows")

    objects = CompanyQuerySet.as_manager()

    class Meta(WindowBase.Meta):
        abstract = False


class Holiday(models.Model):
    """A day on which the campaign is closed, in its own zone."""

    company_path = "campaign__company"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=80, blank=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("day",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("campaign", "day"), name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()


class Rule(models.Model):
    """A named condition (must hold) or filter (must not) over the lead's fields."""

    company_path = "campaign__company"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=10, choices=RuleKind.choices, default=RuleKind.CONDITION)
    name = models.CharField(
        max_length=80, help_text="Sources read it when a lead is refused: Condition: name."
    )
    expression = models.JSONField(help_text="Built with menus.")
    is_public = models.BooleanField(
        "public", default=True, help_text="Show what it asks for on the instructions page, not only its name."
    )
    is_enabled = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("campaign", "kind", "name"), name="rule_name_per_campaign")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().split(':')[0]}: {self.name}"


class DuplicateRule(models.Model):
    """Leads that agree on these fields within the window are duplicates."""

    company_path = "campaign__company"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="duplicate_rules")
    fields = models.JSONField(default=list, help_text="Posting names, for example email and phone.")
    match = models.CharField(max_length=4, choices=DuplicateMatch.choices, default=DuplicateMatch.ANY)
    window_hours = models.PositiveIntegerField(
        default=24 * 30, validators=[MinValueValidator(1)], help_text="720 hours are 30 days."
    )
    scope = models.CharField(max_length=10, choices=DuplicateScope.choices, default=DuplicateScope.CAMPAIGN)
    counts = models.CharField(
        max_length=10, choices=DuplicateCounts.choices, default=DuplicateCounts.ACCEPTED
    )
    is_enabled = models.BooleanField(default=True)

    objects = CompanyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Duplicate {', '.join(self.fields)} within {self.window_hours} h"


class CampaignCap(CapBase):
    """A cap of the whole campaign: message `Campaign cap`."""

    cap_subject = "campaign"
    company_path = "campaign__company"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="caps")

    objects = CompanyQuerySet.as_manager()
