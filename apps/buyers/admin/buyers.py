"""Buyers, with their orders and endpoints at a glance; their money comes on top in `ledger`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from apps.buyers.admin.forms.orders import BuyerCapForm
from apps.buyers.models import Buyer, BuyerCap
from apps.companies.admin.base import CompanyAdmin, CompanyFilter, CompanyStacked
from apps.companies.admin.switch import SwitchMixin


class BuyerCapInline(CompanyStacked):
    """Caps over all of a buyer's orders."""

    model = BuyerCap
    form = BuyerCapForm
    fields = (("limit", "basis"), ("period", "time_zone"), "is_enabled")
    verbose_name = "cap"
    verbose_name_plural = "Caps over all orders"


class BuyerAdmin(SwitchMixin, CompanyAdmin):
    """Somebody who buys leads."""

    list_display = ("name", "state", "order_count", "endpoint_count", "company")
    list_filter = ("is_active", ("orders__campaign", CompanyFilter), ("company", CompanyFilter))
    search_fields = ("name", "contact_email")
    ordering = ("name",)
    continue_after_add = True
    saved_text = "Saved. Caps act when you publish the campaigns of its orders."
    change_form_template = "buyers/admin/buyer_form.html"
    fieldsets = ((None, {"fields": ("company", "name", "contact_email", "note")}),)
    empty_text = (
        "A buyer buys leads. Add one, give it an endpoint that says where and how it receives them, and an order that "
        "says which it takes and at what price."
    )

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list:
        return [BuyerCapInline] if obj is not None else []

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        buyer = options.get("obj")
        if buyer is not None:
            context |= {
                "buyer": buyer,
                "orders": buyer.orders.select_related("campaign", "group", "endpoint"),
                "endpoints": buyer.endpoints.all(),
                "may_operate": self.has_operate_permission(request, buyer),
                "may_edit": self.has_change_permission(request, buyer),
                "switch_url": self.switch_url(buyer),
            }
        return super().render_change_form(request, context, *args, **options)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A buyer with orders is named by leads: it is paused, never deleted."""
        if isinstance(obj, Buyer) and obj.orders.exists():
            return False
        return super().has_delete_permission(request, obj)

    def consequences(self, row: Buyer, on: bool) -> tuple[str, ...]:
        orders = row.orders.filter(is_active=True)
        count, campaigns = orders.count(), orders.values("campaign").distinct().count()
        where = f"{campaigns} {'campaign' if campaigns == 1 else 'campaigns'}"
        what = f"{count} {'order' if count == 1 else 'orders'} on {where}"
        if on:
            return (f"{what} take leads again at once, within their hours and caps.",)
        return (f"{what} are passed over at once; leads go to the next order. What was sold stays sold.",)

    @display(description="Orders")
    def order_count(self, buyer: Buyer) -> int:
        return buyer.orders.count()

    @display(description="Endpoints")
    def endpoint_count(self, buyer: Buyer) -> int:
        return buyer.endpoints.count()
