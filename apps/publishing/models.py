"""Published versions of campaigns, and which one runs."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.campaigns.models import Campaign
from apps.companies.models import CompanyQuerySet


class Version(models.Model):
    """An immutable compilation of a campaign with its terms, orders and endpoints.

    `content` is the JSON of an `engine.campaign.CampaignSpec` without its lists and without any secret; `hash` the
    SHA-256 of that content apart from the number, equal for equal campaigns. `changes` are the sentences of the diff
    against the version before.
    """

    company_path = "campaign__company"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    changes = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    rolled_back_to = models.PositiveIntegerField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    published_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("campaign", "number"), name="version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign} version {self.number}"


class Publication(models.Model):
    """Which version of a campaign runs. One row a campaign; no row means not live."""

    company_path = "campaign__company"

    campaign = models.OneToOneField(
        Campaign, on_delete=models.CASCADE, primary_key=True, related_name="publication"
    )
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects = CompanyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.campaign} runs version {self.version.number}"
