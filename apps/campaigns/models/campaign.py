"""The campaign, its fields, and the groups its orders stand in."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from apps.campaigns.choices import (
    AnswerMode,
    ConsentRequirement,
    DateOrder,
    EmailVerification,
    ExpectedValue,
    ListMode,
    MarginKind,
    OnMismatch,
    PostFloor,
    RoutingMethod,
    Traffic,
    WhenSold,
)
from apps.campaigns.models.lists import ValueList
from apps.companies.models import Company, CompanyQuerySet


class Campaign(models.Model):
    """What a lead must be, and how it is sold. Edits act when published; `is_active` is a live switch."""

    NUMBER_OFFSET = 2000
    company_path = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=120, help_text="Sources read it on their instructions page.")
    description = models.TextField(blank=True, help_text="Shown to sources: what kind of leads these are.")
    is_active = models.BooleanField(
        "active", default=True, help_text="Live switch: off refuses every lead at once, without publishing."
    )
    time_zone = models.CharField(
        max_length=64, default="America/New_York", help_text="For example America/New_York."
    )
    currency = models.CharField(max_length=3, default="USD")
    region = models.CharField(
        max_length=2, default="US", help_text="Country whose national phone numbers are read."
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True, help_text="The last day on which leads are taken.")

    states_mode = models.CharField(max_length=8, choices=ListMode.choices, default=ListMode.ANY, blank=True)
    states = models.JSONField(default=list, blank=True, help_text="Two-letter codes.")
    zips_mode = models.CharField(max_length=8, choices=ListMode.choices, default=ListMode.ANY, blank=True)
    zip_list = models.ForeignKey(ValueList, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    consent = models.CharField(
        max_length=16, choices=ConsentRequirement.choices, default=ConsentRequirement.NONE
    )
    consent_strict = models.BooleanField(
        default=False, help_text="Demand 40 hex digits of TrustedForm and a GUID of Jornaya."
    )
    verify_email = models.CharField(
        max_length=8, choices=EmailVerification.choices, default=EmailVerification.OFF
    )
    verify_address = models.BooleanField(default=False, help_text="Zip, city and state must belong together.")
    verify_ip = models.BooleanField(
        default=False, help_text="The lead's IP address must be public and of these countries."
    )
    ip_countries = models.JSONField(default=list, blank=True, help_text="Two-letter codes. Empty: US.")

    strict_phone = models.BooleanField(
        default=False, help_text="Refuse numbers that are not assigned to anyone."
    )
    pad_zip = models.BooleanField(
        default=False, help_text="Read a four-digit zip as one that lost its leading zero."
    )
    date_order = models.CharField(max_length=3, choices=DateOrder.choices, default=DateOrder.MDY)
    idempotency_field = models.CharField(
        max_length=64,
        blank=True,
        help_text="Posting name whose value serves as idempotency key. Empty: the header only.",
    )

    answer_mode = models.CharField(max_length=12, choices=AnswerMode.choices, default=AnswerMode.ACCEPTANCE)
    answer_budget_ms = models.PositiveIntegerField(
        default=8000, validators=[MinValueValidator(500), MaxValueValidator(15000)]
    )
    max_buyers = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )

    # --- The auction ---
    traffic = models.CharField(max_length=8, choices=Traffic.choices, default=Traffic.SIMPLE)
    auction_ms = models.PositiveIntegerField(
        default=750, validators=[MinValueValidator(50), MaxValueValidator(10_000)]
    )
    """What all buyers together have to answer a ping."""
    ping_valid_s = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(5), MaxValueValidator(86_400)]
    )
    minimum_bid = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    margin_kind = models.CharField(
        "margin", max_length=8, choices=MarginKind.choices, default=MarginKind.NONE
    )
    margin_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    margin_bands = models.JSONField(default=list, blank=True)
    """[{"above", "kind", "amount"}]: margins for prices of at least so much."""
    on_mismatch = models.CharField(max_length=8, choices=OnMismatch.choices, default=OnMismatch.KEEP)
    post_floor = models.CharField(max_length=8, choices=PostFloor.choices, default=PostFloor.PAYOUT)
    expected_value = models.CharField(max_length=8, choices=ExpectedValue.choices, default=ExpectedValue.OFF)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("company", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("company", "name"), name="campaign_name_per_company")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        """The `campid` sources send."""
        return self.NUMBER_OFFSET + self.pk


class Field(models.Model):
    """One datum of a campaign's lead."""

    company_path = "campaign__company"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="fields")
    name = models.CharField(
        "posting name",
        max_length=64,
        validators=[
            RegexValidator(r"^[A-Za-z][A-Za-z0-9_.-]*$", "Letters, digits, _ . - and a letter first.")
        ],
        help_text="The key that sources send, for example zip.",
    )
    label = models.CharField(max_length=80, blank=True, help_text="For people, for example Zip code.")
    type = models.CharField(max_length=32, help_text="What the value must look like.")
    role = models.CharField(
        max_length=32,
        blank=True,
        help_text="What the platform knows this field as, if it is one of the usual ones.",
    )
    required = models.BooleanField("required on post", default=False)
    required_on_ping = models.BooleanField(default=False)
    is_personal = models.BooleanField(
        "personal data", default=False, help_text="Masked for members without the right to see it."
    )
    description = models.CharField(max_length=300, blank=True)
    example = models.CharField(max_length=200, blank=True)
    min_length = models.PositiveIntegerField(null=True, blank=True)
    max_length = models.PositiveIntegerField(null=True, blank=True)
    minimum = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("campaign", "name"), name="field_name_per_campaign")
        ]

    def __str__(self) -> str:
        return self.name


class FieldChoice(models.Model):
    """An accepted value of a choice field."""

    company_path = "field__campaign__company"

    field = models.ForeignKey(Field, on_delete=models.CASCADE, related_name="choices")
    value = models.CharField(max_length=120)
    label = models.CharField(max_length=120, blank=True)
    synonyms = models.CharField(
        max_length=500, blank=True, help_text="Further spellings, separated by commas."
    )
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("field", "value"), name="choice_value_per_field")
        ]

    def __str__(self) -> str:
        return self.value


class RoutingGroup(models.Model):
    """An ordered group of lead orders; one group is the simple case."""

    company_path = "campaign__company"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=80, default="Buyers")
    position = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=16, choices=RoutingMethod.choices, default=RoutingMethod.PRIORITY)
    max_buyers = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    when_sold = models.CharField(max_length=8, choices=WhenSold.choices, default=WhenSold.STOP)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("campaign", "position", "pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.get_method_display().split(':')[0].lower()})"
