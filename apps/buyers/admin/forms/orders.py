"""Forms of orders with their caps, price bands and copies, and of a buyer's caps."""

from decimal import Decimal
from typing import Any

from apps.buyers.choices import PriceKind
from apps.buyers.models import BuyerCap, LeadOrder, OrderCap, OrderCopy, OrderPriceBand
from apps.campaigns.admin.caps import CapForm, whole_leads
from apps.campaigns.admin.expressions import ExpressionField, ExpressionFormMixin
from apps.campaigns.admin.forms import TargetingForm
from apps.campaigns.admin.margins import MARGIN_LABELS, MarginForm
from apps.companies.admin.base import ScopedForm
from apps.core.admin.menus import TimeZoneField


class BuyerCapForm(ScopedForm):
    """A cap over all orders of a buyer counts every lead: its orders stand on campaigns with different fields."""

    time_zone = TimeZoneField(empty="Each campaign's zone", help_text="In which the period begins and ends.")

    class Meta:
        model = BuyerCap
        exclude = ("expression",)

    def clean(self) -> dict[str, Any]:
        return whole_leads(super().clean())


class OrderCapForm(CapForm):
    """A cap of one order."""

    class Meta:
        model = OrderCap
        exclude = ()


class PriceBandForm(ExpressionFormMixin, ScopedForm):
    """Another price for some leads."""

    expression = ExpressionField(label="When", help_text="For example: Credit score is at least 700.")

    class Meta:
        model = OrderPriceBand
        exclude = ()


PRICE_HELP = {
    "price_kind": "A buyer that bids is pinged with part of the lead and says what it pays; its endpoint needs a ping "
    "URL. A fixed price takes part in auctions without a ping.",
    "price": "What the buyer pays for a lead, for example 42.00. Price bands below can change it.",
}


class PriceForm(ScopedForm):
    """A fixed price is to be given; who bids needs none."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "price" in self.fields:
            self.fields["price"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("price") is None and "price" not in self.errors:
            if cleaned.get("price_kind") != PriceKind.BID:
                self.add_error("price", "Say what the buyer pays, for example 42.00.")
            cleaned["price"] = Decimal("0")
        return cleaned


class NewOrderForm(PriceForm):
    """Who buys on which campaign at what price; the rest follows."""

    class Meta:
        model = LeadOrder
        exclude = ()
        labels = {"price_kind": "Pays"}
        help_texts = PRICE_HELP | {"price": "For example 42.00. Price bands can be added later."}


class OrderForm(ExpressionFormMixin, PriceForm, MarginForm, TargetingForm):
    """A buyer's standing order."""

    no_margin = "As the campaign says"
    criteria = ExpressionField(
        required=False,
        label="Takes leads when",
        help_text="Leave empty to take every lead. For example: Homeowner is yes.",
    )
    time_zone = TimeZoneField(empty="The campaign's zone", help_text="Of its hours.")

    class Meta:
        model = LeadOrder
        exclude = ()
        labels = MARGIN_LABELS | {
            "price_kind": "Pays",
            "share": "Sold as",
            "shared_price": "Price of a shared lead",
            "states_mode": "States",
            "zips_mode": "Zip codes",
            "zip_list": "Which list",
            "outside_hours": "Outside its hours",
            "duplicate_days": "Knows a person for (days)",
            "duplicate_scope": "Bought by",
        }
        help_texts = PRICE_HELP | {
            "share": "Shared leads go to as many buyers as the campaign allows; the better of the best exclusive price "
            "and the best shared ones together wins.",
            "shared_price": "For a lead that others buy, too, for example 18.00. Empty: the same price.",
            "minimum_bid": "Lower bids of this buyer are not used, for example 10.00. Empty: the campaign's alone.",
            "margin_kind": "What stays with you of this buyer's price.",
            "margin_amount": "For example 8.00, or 20 for twenty percent.",
            "priority": "Lower goes first, for example 10 before 20. Counts in groups by priority.",
            "weight": "Share of leads beside the others', for example 3 against 1. Counts in weighted groups.",
            "group": "Groups are asked one after the other; see Buyers & routing of the campaign.",
            "endpoint": "One of this buyer's endpoints.",
            "outside_hours": "Counts when hours are set below. A lead that waits is sent when the order opens.",
            "duplicate_days": "A person it has bought is not offered to it again for so many days, for example 30. "
            "Empty: whoever comes is offered.",
            "duplicate_scope": "Whose purchases count: this order's, or those of every order of the buyer.",
        }


class OrderCopyForm(ScopedForm):
    """One more endpoint of the buyer that gets what the order has bought."""

    class Meta:
        model = OrderCopy
        exclude = ()
        labels = {"endpoint": "Also deliver to"}
        help_texts = {
            "endpoint": "For example the buyer's CRM beside its dialler. It is tried until the lead has arrived; "
            "its failure changes nothing about the sale."
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        endpoint = cleaned.get("endpoint")
        order = self.instance.order if self.instance.order_id else None
        if endpoint is not None and order is not None and endpoint.pk == order.endpoint_id:
            self.add_error("endpoint", "The order delivers there already: choose another endpoint.")
        return cleaned
