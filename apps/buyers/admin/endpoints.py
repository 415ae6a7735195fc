"""Endpoints: where a buyer receives leads, what of a lead is sent, and how the answer is read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet

from apps.buyers.admin.forms import EndpointForm, HeaderForm, MappingForm, ResponseRuleForm
from apps.buyers.models import Endpoint, EndpointHeader, Mapping, ResponseRule
from apps.buyers.services import endpoint_prepare, mapping_fields_add
from apps.campaigns.admin.forms import field_menu
from apps.campaigns.admin.standing import paused_note, unpublished_note
from apps.campaigns.models import Campaign
from apps.companies.admin.base import CompanyAdmin, CompanyFilter, CompanyStacked, CompanyTabular, change_url
from apps.companies.admin.switch import SwitchMixin
from apps.engine.mapping import SYSTEM_VALUES

_SYSTEM_LABELS = {
    "lead_id": "lead_id — the lead's number",
    "delivery_id": "delivery_id — the delivery's number",
    "price": "price — what the buyer pays",
    "received_at": "received_at — when the lead came in",
}


class HeaderInline(CompanyTabular):
    """Headers of every request."""

    model = EndpointHeader
    form = HeaderForm
    fields = ("name", "value", "secret", "position")
    in_words: ClassVar = {"secret": "secret_state"}
    ordering_field = "position"
    hide_ordering_field = True
    verbose_name = "header"
    verbose_name_plural = "Headers"

    @admin.display(description="Secret")
    def secret_state(self, header: EndpointHeader) -> str:
        return "•••••••• kept" if header.secret else "none"


class MappingFormSet(PaginationInlineFormSet):
    """Judges rows together: JSON reads targets as paths, and no two rows may write to the same place."""

    def clean(self) -> None:
        super().clean()
        nested = self.instance.body_format == "json"
        seen: set[str] = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", None)
            if (
                not data
                or data.get("DELETE")
                or form.errors
                or (not form.has_changed() and not form.instance.pk)
            ):
                continue
            target = data.get("target", "")
            if nested and target in seen:
                form.add_error("target", "Another row writes to the same place.")
            seen.add(target)
            form.judge(nested=nested)


class MappingInline(CompanyStacked):
    """What is sent: only what is mapped here ever leaves the house."""

    model = Mapping
    form = MappingForm
    formset = MappingFormSet
    fields = (
        ("target", "kind"),
        "source",
        "value",
        "table",
        ("value_format", "value_type"),
        ("on_empty", "default"),
        ("max_length", "on_too_long"),
        "position",
    )
    in_words: ClassVar = {"table": "table_in_words"}
    ordering_field = "position"
    hide_ordering_field = True
    collapsible = True
    verbose_name = "mapping row"
    verbose_name_plural = "Mapping — what is sent"

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        options["form"] = type("MappingForm", (MappingForm,), {"source_groups": source_groups(obj)})
        return super().get_formset(request, obj, **options)

    @admin.display(description="Value table")
    def table_in_words(self, row: Mapping) -> str:
        return "; ".join(f"{ours} = {theirs}" for ours, theirs in row.table) or "—"


class ResponseRuleInline(CompanyStacked):
    """How the answer is read; the first rule that matches wins."""

    model = ResponseRule
    form = ResponseRuleForm
    fields = (
        ("outcome", "statuses"),
        "content_type",
        ("match", "path"),
        ("operator", "value"),
        ("reason_path", "price_path"),
        ("reference_path", "redirect_path"),
        "position",
    )
    ordering_field = "position"
    hide_ordering_field = True
    collapsible = True
    verbose_name = "response rule"
    verbose_name_plural = "Response rules — the first that matches decides"


def source_groups(endpoint: Endpoint | None) -> tuple:
    """Where a mapped value can come from: fields of the campaigns whose orders use the endpoint, system values."""
    groups = [
        (f"Fields of {campaign}", field_menu(campaign))
        for campaign in campaigns_of(endpoint)
        if endpoint is not None
    ]
    return (*groups, ("System values", [(name, _SYSTEM_LABELS.get(name, name)) for name in SYSTEM_VALUES]))


def campaigns_of(endpoint: Endpoint | None) -> list[Campaign]:
    """The campaigns whose orders deliver here; all of the company while no order does."""
    if endpoint is None:
        return []
    rows = Campaign.objects.filter(company=endpoint.buyer.company_id)
    return list(rows.filter(orders__endpoint=endpoint).distinct()) or list(rows[:20])


class EndpointAdmin(SwitchMixin, CompanyAdmin):
    """How a buyer receives a lead."""

    form = EndpointForm
    recorded_by_services = frozenset({"added"})
    owner_fields: ClassVar = ("buyer",)
    list_display = ("name", "buyer", "state", "method", "url_shown", "body_format")
    list_filter = (("buyer", CompanyFilter), "is_active", "body_format")
    search_fields = ("name", "url", "buyer__name")
    ordering = ("buyer__name", "name")
    list_select_related = ("buyer",)
    continue_after_add = True
    saved_text = "Saved. Secrets act at once; all else acts when you publish the campaigns that use it."
    change_form_template = "buyers/admin/endpoint_form.html"
    empty_text = "An endpoint says where and how a buyer receives a lead. Orders deliver to endpoints."
    new_fieldsets = ((None, {"fields": ("buyer", "name", "method", "url", "body_format")}),)
    fieldsets = (
        ("Where to", {"fields": ("buyer", "name", ("method", "body_format"), "url")}),
        ("When it does not answer", {"fields": (("timeout_ms", "retries"), "unknown_policy")}),
        ("For yourselves", {"fields": ("note",)}),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.map_fields_view))
        return [
            path("<int:object_id>/map-fields/", view, name="buyers_endpoint_map_fields"),
            *super().get_urls(),
        ]

    def map_fields_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Maps what is not mapped yet of the campaigns that deliver here, to targets of the same name."""
        endpoint = self.edited(request, object_id)
        names = [name for campaign in campaigns_of(endpoint) for name, _label in field_menu(campaign)]
        added = mapping_fields_add(endpoint, names=names, by=request.user)
        self.tell(
            request,
            f"{len(added)} fields mapped. Remove what this buyer must not get, and rename the targets.",
        )
        return HttpResponseRedirect(change_url(endpoint))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        return super().get_fieldsets(request, obj) if obj is not None else list(self.new_fieldsets)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list:
        return [HeaderInline, MappingInline, ResponseRuleInline] if obj is not None else []

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            endpoint_prepare(obj, by=request.user)

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        endpoint = options.get("obj")
        if endpoint is not None:
            context |= {
                "endpoint": endpoint,
                "notes": self.notes(endpoint),
                "orders": endpoint.orders.select_related("campaign"),
                "may_edit": self.has_change_permission(request, endpoint),
                "may_operate": self.has_operate_permission(request, endpoint),
                "switch_url": self.switch_url(endpoint),
            }
        return super().render_change_form(request, context, *args, **options)

    def notes(self, endpoint: Endpoint) -> list[str]:
        """Why nothing is sent here, in sentences."""
        orders = endpoint.orders.select_related("campaign")
        notes = [paused_note(endpoint), paused_note(endpoint.buyer)]
        if not orders:
            notes.append("No order delivers here yet: choose this endpoint in a lead order.")
        if not endpoint.mappings.exists():
            notes.append("It has no mapping: nothing of a lead would be sent. Add rows below.")
        campaigns = {order.campaign for order in orders}
        notes += sorted(unpublished_note(campaign, "endpoints", endpoint.pk) for campaign in campaigns)
        return [note for note in notes if note]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An endpoint that orders deliver to is paused, never deleted."""
        if isinstance(obj, Endpoint) and obj.orders.exists():
            return False
        return super().has_delete_permission(request, obj)

    def consequences(self, row: Endpoint, on: bool) -> tuple[str, ...]:
        count = row.orders.filter(is_active=True).count()
        orders = f"{count} {'order' if count == 1 else 'orders'}"
        if on:
            return (f"{orders} deliver here again at once.",)
        return (
            f"Nothing is sent here from now on; {orders} are passed over and leads go to the next order.",
        )

    @display(description="Where to", ordering="url")
    def url_shown(self, endpoint: Endpoint) -> str:
        return endpoint.url if len(endpoint.url) <= 60 else f"{endpoint.url[:57]}…"
