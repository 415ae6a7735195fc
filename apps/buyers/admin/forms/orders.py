"""Forms of orders with their caps, price bands and copies, and of a buyer's caps."""

from typing import Any

from apps.buyers.models import BuyerCap, LeadOrder, OrderCap, OrderCopy, OrderPriceBand
from apps.campaigns.admin.caps import CapForm, whole_leads
from apps.campaigns.admin.expressions import ExpressionField, ExpressionFormMixin
from apps.campaigns.admin.forms import TargetingForm
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


class NewOrderForm(ScopedForm):
    """Who buys on which campaign at what price; the rest follows."""

    class Meta:
        model = LeadOrder
        exclude = ()


class OrderForm(ExpressionFormMixin, TargetingForm):
    """A buyer's standing order."""

    criteria = ExpressionField(
        required=False,
        label="Takes leads when",
        help_text="Leave empty to take every lead. For example: Homeowner is yes.",
    )
    time_zone = TimeZoneField(empty="The campaign's zone", help_text="Of its hours.")

    class Meta:
        model = LeadOrder
        exclude = ()
        labels = {
            "states_mode": "States",
            "zips_mode": "Zip codes",
            "zip_list": "Which list",
            "outside_hours": "Outside its hours",
            "duplicate_days": "Knows a person for (days)",
            "duplicate_scope": "Bought by",
        }
        help_texts = {
            "price": "What the buyer pays for a lead, for example 42.00. Price bands below can change it.",
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
