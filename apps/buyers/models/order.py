"""What buyers buy: standing orders on campaigns."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from apps.buyers.choices import DuplicateScope, OutsideHours, PriceKind, ShareMode
from apps.buyers.models.buyer import Buyer
from apps.buyers.models.endpoint import Endpoint
from apps.campaigns.choices import ListMode, MarginKind
from apps.campaigns.models import Campaign, CapBase, RoutingGroup, ValueList, WindowBase
from apps.companies.models import CompanyQuerySet


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
    price_kind = models.CharField(max_length=8, choices=PriceKind.choices, default=PriceKind.FIXED)
    share = models.CharField(max_length=10, choices=ShareMode.choices, default=ShareMode.EXCLUSIVE)
    shared_price = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    """Of a fixed-price order, for a lead that others buy, too; null: the same price."""
    minimum_bid = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    margin_kind = models.CharField("margin", max_length=8, choices=MarginKind.choices, blank=True, default="")
    margin_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    margin_bands = models.JSONField(default=list, blank=True)
    """[{"above", "kind", "amount"}]: margins for prices of at least so much."""
    criteria = models.JSONField(null=True, blank=True, help_text="Which leads it takes. Empty: all.")
    states_mode = models.CharField(max_length=8, choices=ListMode.choices, default=ListMode.ANY, blank=True)
    states = models.JSONField(default=list, blank=True)
    zips_mode = models.CharField(max_length=8, choices=ListMode.choices, default=ListMode.ANY, blank=True)
    zip_list = models.ForeignKey(ValueList, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="Of its hours. Empty: the campaign's zone."
    )
    outside_hours = models.CharField(max_length=8, choices=OutsideHours.choices, default=OutsideHours.NEXT)
    duplicate_days = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    """For so many days the buyer is not offered a person again whom it has bought; null: always."""
    duplicate_scope = models.CharField(
        max_length=8, choices=DuplicateScope.choices, default=DuplicateScope.BUYER
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


class OrderCopy(models.Model):
    """After a sale to the order, the lead goes to this endpoint of the buyer, too, until it has arrived."""

    company_path = "order__buyer__company"

    order = models.ForeignKey(LeadOrder, on_delete=models.CASCADE, related_name="copies")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="copies")
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("order", "endpoint"), name="copy_once_per_order")
        ]

    def __str__(self) -> str:
        return f"{self.endpoint}"
