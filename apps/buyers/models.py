"""Who buys leads, on which orders, and how they receive them."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.buyers.choices import (
    BodyFormat,
    MappingKind,
    Method,
    OnEmpty,
    OnTooLong,
    RuleMatch,
    RuleOperator,
    RuleOutcome,
    UnknownPolicy,
    ValueType,
)
from apps.campaigns.choices import ListMode
from apps.campaigns.models import Campaign, CapBase, RoutingGroup, ValueList, WindowBase
from apps.companies.models import Company, CompanyQuerySet
from apps.core.crypto import EncryptedTextField


class Buyer(models.Model):
    """Somebody who buys leads."""

    company_path = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="buyers")
    name = models.CharField(max_length=120)
    contact_email = models.EmailField(blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Live switch: off passes over all its orders."
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("company", "name"), name="buyer_name_per_company")
        ]

    def __str__(self) -> str:
        return self.name


class BuyerCap(CapBase):
    """A cap over all of a buyer's orders."""

    cap_subject = "buyer"
    company_path = "buyer__company"

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="caps")

    objects = CompanyQuerySet.as_manager()


class Endpoint(models.Model):
    """How a buyer receives a lead: where to, in which format, and how the answer is read."""

    company_path = "buyer__company"

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=120)
    is_active = models.BooleanField("active", default=True, help_text="Live switch: off sends nothing here.")
    method = models.CharField(max_length=8, choices=Method.choices, default=Method.POST)
    url = models.URLField("URL", max_length=1000, help_text="For example https://api.buyer.example/leads.")
    body_format = models.CharField(max_length=8, choices=BodyFormat.choices, default=BodyFormat.JSON)
    timeout_ms = models.PositiveIntegerField(
        "timeout (ms)", default=10_000, validators=[MinValueValidator(100), MaxValueValidator(60_000)]
    )
    retries = models.PositiveSmallIntegerField(default=5, validators=[MaxValueValidator(10)])
    unknown_policy = models.CharField(max_length=8, choices=UnknownPolicy.choices, default=UnknownPolicy.HOLD)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("buyer", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("buyer", "name"), name="endpoint_name_per_buyer")
        ]

    def __str__(self) -> str:
        return f"{self.buyer}: {self.name}"


class EndpointHeader(models.Model):
    """A header of an endpoint. A secret value is encrypted, never shown again, and acts at once."""

    company_path = "endpoint__buyer__company"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="headers")
    name = models.CharField(max_length=120)
    value = models.CharField(max_length=1000, blank=True)
    secret = EncryptedTextField(
        blank=True, default="", help_text="Kept encrypted; sent in place of the value."
    )
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class Mapping(models.Model):
    """One row of an endpoint's mapping: a target path and where its value comes from."""

    company_path = "endpoint__buyer__company"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="mappings")
    target = models.CharField(max_length=200, help_text="For example lead.address.zip or items[0].name.")
    kind = models.CharField(max_length=12, choices=MappingKind.choices, default=MappingKind.FIELD)
    source = models.CharField(
        max_length=64, blank=True, help_text="Posting name of the field, or the system value."
    )
    value = models.CharField(
        max_length=2000, blank=True, help_text="The constant, or a template such as {{ first }} {{ last }}."
    )
    table = models.JSONField(default=list, blank=True, help_text="Pairs: ours, theirs.")
    default = models.CharField(max_length=500, blank=True)
    on_empty = models.CharField(max_length=8, choices=OnEmpty.choices, default=OnEmpty.OMIT)
    max_length = models.PositiveIntegerField(null=True, blank=True)
    on_too_long = models.CharField(max_length=8, choices=OnTooLong.choices, default=OnTooLong.TRUNCATE)
    value_type = models.CharField(max_length=8, choices=ValueType.choices, default=ValueType.TEXT)
    value_format = models.CharField(max_length=32, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.target


class ResponseRule(models.Model):
    """When a buyer's answer matches, this is what it means. The first match wins."""

    company_path = "endpoint__buyer__company"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="rules")
    outcome = models.CharField(max_length=10, choices=RuleOutcome.choices)
    statuses = models.CharField(
        max_length=60, blank=True, help_text="For example 200,201 or 2xx. Empty: any 2xx."
    )
    content_type = models.CharField(max_length=80, blank=True)
    match = models.CharField(max_length=10, choices=RuleMatch.choices, default=RuleMatch.ANY)
    path = models.CharField(
        max_length=200, blank=True, help_text="For a JSON path, for example status or result.code."
    )
    operator = models.CharField(max_length=10, choices=RuleOperator.choices, default=RuleOperator.EQUALS)
    value = models.CharField(max_length=500, blank=True)
    reason_path = models.CharField(max_length=200, blank=True)
    price_path = models.CharField(max_length=200, blank=True)
    reference_path = models.CharField(max_length=200, blank=True)
    redirect_path = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} rule"


class LeadOrder(models.Model):
    """A buyer's standing order on a campaign. `is_active` is live; all else acts when published."""

    company_path = "buyer__company"

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="orders")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="orders")
    group = models.ForeignKey(RoutingGroup, on_delete=models.PROTECT, related_name="orders")
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="orders", null=True, blank=True
    )
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(
        "active", default=True, help_text="Live switch: off passes this order over."
    )
    priority = models.PositiveIntegerField(default=100, help_text="Lower goes first.")
    weight = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    criteria = models.JSONField(null=True, blank=True, help_text="Which leads it takes. Empty: all.")
    states_mode = models.CharField(max_length=8, choices=ListMode.choices, default=ListMode.ANY, blank=True)
    states = models.JSONField(default=list, blank=True)
    zips_mode = models.CharField(max_length=8, choices=ListMode.choices, default=ListMode.ANY, blank=True)
    zip_list = models.ForeignKey(ValueList, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="Of its hours. Empty: the campaign's zone."
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("campaign", "group", "priority", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("campaign", "name"), name="order_name_per_campaign")
        ]

    def __str__(self) -> str:
        return self.name


class OrderPriceBand(models.Model):
    """Another price for leads that meet an expression; the first band that matches decides."""

    company_path = "order__buyer__company"

    order = models.ForeignKey(LeadOrder, on_delete=models.CASCADE, related_name="price_bands")
    expression = models.JSONField(help_text="Built with menus.")
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.price}"


class OrderWindow(WindowBase):
    """Hours in which an order takes leads; none means always."""

    company_path = "order__buyer__company"

    order = models.ForeignKey(LeadOrder, on_delete=models.CASCADE, related_name="windows")

    objects = CompanyQuerySet.as_manager()

    class Meta(WindowBase.Meta):
        abstract = False


class OrderCap(CapBase):
    """A cap of one order."""

    cap_subject = "order"
    company_path = "order__buyer__company"

    order = models.ForeignKey(LeadOrder, on_delete=models.CASCADE, related_name="caps")

    objects = CompanyQuerySet.as_manager()
