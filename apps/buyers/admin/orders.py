"""Lead orders: what a buyer takes, at what price, when, how much, and through which endpoint."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import display

from apps.buyers.admin.forms.orders import (
    NewOrderForm,
    OrderCapForm,
    OrderCopyForm,
    OrderForm,
    PriceBandForm,
)
from apps.buyers.choices import PriceKind
from apps.buyers.models import LeadOrder, OrderCap, OrderCopy, OrderPriceBand, OrderWindow
from apps.buyers.selectors import order_notes
from apps.buyers.services import order_windows_set
from apps.campaigns.admin.caps import CapInlineMixin
from apps.campaigns.admin.expressions import in_words
from apps.campaigns.admin.hours import WeekMixin
from apps.campaigns.admin.margins import MARGIN_ROWS, margin_in_words
from apps.campaigns.admin.standing import paused_note, unpublished_note
from apps.campaigns.services import first_group
from apps.companies.admin.base import CompanyAdmin, CompanyFilter, CompanyStacked, CompanyTabular, change_url
from apps.companies.admin.switch import SwitchMixin


class OfOrder:
    """An inline whose forms know the order's campaign."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        campaign = obj.campaign if obj is not None else None
        options["form"] = type(self.form.__name__, (self.form,), {"campaign": campaign})
        return super().get_formset(request, obj, **options)


class PriceBandInline(OfOrder, CompanyStacked):
    """Other prices; the first that matches decides."""

    model = OrderPriceBand
    form = PriceBandForm
    fields = ("price", "expression", "position")
    in_words: ClassVar = {"expression": "expression_in_words"}
    ordering_field = "position"
    hide_ordering_field = True
    verbose_name = "price band"
    verbose_name_plural = "Price bands — the first that matches decides"

    @admin.display(description="When")
    def expression_in_words(self, band: OrderPriceBand) -> str:
        return in_words(band.expression, band.order.campaign)


class WindowInline(CompanyTabular):
    """Hours of an order."""

    model = OrderWindow
    fields = ("weekday", "opens", "closes")
    hide_title = True
    template_before = "campaigns/admin/week_link.html"
    verbose_name = "opening"
    verbose_name_plural = "Hours — none means always"


class OrderCapInline(CapInlineMixin, OfOrder, CompanyStacked):
    """Caps of one order."""

    model = OrderCap
    form = OrderCapForm


class CopyInline(CompanyTabular):
    """More endpoints of the buyer that get what the order has bought."""

    model = OrderCopy
    form = OrderCopyForm
    fields = ("endpoint", "position")
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = True
    verbose_name = "endpoint"
    verbose_name_plural = "After a sale, also deliver to"

    def menu_rows(self, request: HttpRequest, name: str, rows: QuerySet) -> QuerySet:
        rows = super().menu_rows(request, name, rows)
        order = getattr(request, "edited_order", None)
        return rows.filter(buyer=order.buyer_id) if order is not None else rows


@admin.register(LeadOrder)
class LeadOrderAdmin(WeekMixin, SwitchMixin, CompanyAdmin):
    """A buyer's standing order on a campaign."""

    week_model = OrderWindow
    week_set = staticmethod(order_windows_set)
    owner_fields: ClassVar = ("buyer", "campaign")
    in_words: ClassVar = {
        "criteria": "criteria_in_words",
        "states": "states_in_words",
        "margin_bands": "bands_in_words",
    }
    list_display = ("name", "buyer", "campaign", "state", "pays", "priority", "endpoint")
    list_filter = (("campaign", CompanyFilter), ("buyer", CompanyFilter), "is_active")
    search_fields = ("name", "buyer__name", "campaign__name")
    ordering = ("campaign__name", "group__position", "priority")
    list_select_related = ("buyer", "campaign", "endpoint__buyer", "group")
    continue_after_add = True
    saved_text = "Saved. It acts when you publish the campaign."
    change_form_template = "buyers/admin/order_form.html"
    empty_text = (
        "An order says which leads of a campaign a buyer takes and what it pays. "
        "Add a buyer first, then its order."
    )
    new_fieldsets = ((None, {"fields": ("buyer", "campaign", "name", ("price_kind", "price"))}),)
    fieldsets = (
        ("Who buys what", {"fields": ("buyer", "campaign", "name")}),
        (
            "Price",
            {"fields": (("price_kind", "price"), ("share", "shared_price"), "minimum_bid", *MARGIN_ROWS)},
        ),
        ("Place among the others", {"fields": ("group", ("priority", "weight"))}),
        ("How it is delivered", {"fields": ("endpoint",)}),
        ("Which leads", {"fields": ("criteria", "states_mode", "states", "zips_mode", "zip_list")}),
        ("People it has bought", {"fields": (("duplicate_days", "duplicate_scope"),)}),
        ("When", {"fields": (("time_zone", "outside_hours"),)}),
        ("For yourselves", {"fields": ("note",)}),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.week_view)
        return [path("<int:object_id>/week/", view, name="buyers_leadorder_week"), *super().get_urls()]

    def week_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The hours of a whole week."""
        order = self.edited(request, object_id)
        return self.week_asked(request, order, back=change_url(order))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        return super().get_fieldsets(request, obj) if obj is not None else list(self.new_fieldsets)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        if obj is None:
            return super().get_form(request, obj, change=change, form=NewOrderForm, **options)
        request.edited_order = obj
        form = type("OrderForm", (OrderForm,), {"campaign": obj.campaign})
        return super().get_form(request, obj, change=change, form=form, **options)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list:
        return [WindowInline, OrderCapInline, PriceBandInline, CopyInline] if obj is not None else []

    def menu_rows(self, request: HttpRequest, name: str, rows: QuerySet) -> QuerySet:
        rows = super().menu_rows(request, name, rows)
        order = getattr(request, "edited_order", None)
        if order is None:
            return rows
        narrowed = {
            "group": {"campaign": order.campaign_id},
            "endpoint": {"buyer": order.buyer_id},
            "zip_list": {"company": order.buyer.company_id},
        }
        return rows.filter(**narrowed.get(name, {}))

    def save_model(self, request: HttpRequest, obj: LeadOrder, form: Any, change: bool) -> None:
        if not change:
            obj.group = first_group(obj.campaign)
            endpoints = list(obj.buyer.endpoints.all()[:2])
            obj.endpoint = endpoints[0] if len(endpoints) == 1 else None
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        order = options.get("obj")
        if order is not None:
            context |= {
                "order": order,
                "notes": self.notes(order),
                "may_operate": self.has_operate_permission(request, order),
                "week_url": reverse("admin:buyers_leadorder_week", args=(order.pk,))
                if self.has_change_permission(request, order)
                else "",
                "switch_url": self.switch_url(order),
            }
        return super().render_change_form(request, context, *args, **options)

    def notes(self, order: LeadOrder) -> list[str]:
        """Why no lead goes to this order, in sentences."""
        notes = [paused_note(row) for row in (order, order.buyer, order.campaign)]
        if order.endpoint is None:
            notes.append("It has no endpoint: choose one below, or nothing can be delivered.")
        else:
            notes.append(paused_note(order.endpoint))
        notes += [f"{note}." for note in order_notes(order)]
        notes.append(unpublished_note(order.campaign, "orders", order.pk))
        return [note for note in notes if note]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An order that was published has sales that name it: it is paused, never deleted."""
        if (
            isinstance(obj, LeadOrder)
            and obj.campaign.versions.filter(published_at__gt=obj.created_at).exists()
        ):
            return False
        return super().has_delete_permission(request, obj)

    def consequences(self, row: LeadOrder, on: bool) -> tuple[str, ...]:
        others = row.campaign.orders.filter(is_active=True, buyer__is_active=True).exclude(pk=row.pk).count()
        rest = f"{others} other {'order' if others == 1 else 'orders'}"
        if on:
            paid = (
                "at what it bids"
                if row.price_kind == PriceKind.BID
                else f"at {row.price} {row.campaign.currency}"
            )
            return (f"It takes leads again at once {paid}, beside {rest}.",)
        if not others:
            return ("It is the only order of its campaign: every lead will go unsold from now on.",)
        return (f"It is passed over at once; leads go to {rest} of {row.campaign}.",)

    @display(description="Pays", ordering="price")
    def pays(self, order: LeadOrder) -> str:
        return "bids" if order.price_kind == PriceKind.BID else f"{order.price}"

    @display(description="Takes leads when")
    def criteria_in_words(self, order: LeadOrder) -> str:
        return in_words(order.criteria, order.campaign) or "every lead"

    @display(description="Other margins by price")
    def bands_in_words(self, order: LeadOrder) -> str:
        return margin_in_words(order)

    @display(description="States")
    def states_in_words(self, order: LeadOrder) -> str:
        return ", ".join(order.states) or "—"
