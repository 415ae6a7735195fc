"""Endpoints: where a buyer receives leads, what of a lead is sent, and how the answer is read."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.decorators import display

from apps.buyers.admin.endpoint_rows import HeaderInline, MappingInline, ResponseRuleInline, campaigns_of
from apps.buyers.admin.forms.endpoint import EndpointForm
from apps.buyers.admin.forms.start import NewEndpointForm, StartForm
from apps.buyers.admin.ping_rows import PING_INLINES
from apps.buyers.choices import AuthKind, EndpointKind, MappingPhase, Phase, PriceKind
from apps.buyers.models import Endpoint
from apps.buyers.selectors import endpoint_notes, is_pinged
from apps.buyers.services import endpoint_prepare, mapping_fields_add, preset_apply
from apps.campaigns.admin.forms import field_menu
from apps.campaigns.admin.standing import paused_note, unpublished_note
from apps.campaigns.models import Field
from apps.companies.admin.base import CompanyAdmin, CompanyFilter, change_url
from apps.companies.admin.switch import SwitchMixin
from apps.core.admin.confirm import Question

_FIELDSETS = (
    (None, {"fields": ("buyer", ("name", "kind"))}),
    ("Where to", {"fields": ("url", "method"), "classes": ("sl-part-where",)}),
    (
        "E-mail",
        {"fields": ("email_to", "email_subject"), "classes": ("sl-part-email",)},
    ),
    (
        "File drop",
        {"fields": ("host_key", ("file_name", "file_minutes")), "classes": ("sl-part-sftp",)},
    ),
    (
        "Format",
        {
            "fields": (
                ("body_format", "content_type"),
                ("charset", "on_unencodable"),
                "namespaces",
                "template",
                "schema_kind",
                "schema_text",
            ),
            "classes": ("sl-part-format",),
        },
    ),
    (
        "Ping",
        {
            "fields": (
                ("ping_url", "ping_method"),
                ("ping_format", "ping_content_type"),
                "ping_template",
                "ping_timeout_ms",
            ),
            "classes": ("sl-part-ping",),
            "description": "For buyers that bid: they are asked with part of the lead what they pay for it. Headers "
            "and authentication are those of the post.",
        },
    ),
    (
        "Who we say we are",
        {
            "fields": (
                "auth_kind",
                ("auth_name", "auth_secret"),
                "token_url",
                ("token_scope", "token_audience"),
                "client_auth",
            ),
            "classes": ("sl-part-auth",),
        },
    ),
    (
        "How it is treated",
        {
            "fields": (
                ("timeout_ms", "retries"),
                ("retry_profile", "concurrency"),
                ("rate_limit", "rate_seconds"),
                "unknown_policy",
                "status_url",
                "canary_minutes",
            ),
            "classes": ("sl-part-treatment",),
        },
    ),
    ("For yourselves", {"fields": ("note",)}),
)


class EndpointAdmin(SwitchMixin, CompanyAdmin):
    """How a buyer receives a lead."""

    form = EndpointForm
    recorded_by_services = frozenset({"added"})
    owner_fields: ClassVar = ("buyer",)
    in_words: ClassVar = {"auth_secret": "secret_state", "namespaces": "namespaces_in_words"}
    list_display = ("name", "buyer", "state", "how", "where")
    list_filter = (("buyer", CompanyFilter), "is_active", "kind", "body_format")
    search_fields = ("name", "url", "email_to", "buyer__name")
    ordering = ("buyer__name", "name")
    list_select_related = ("buyer",)
    continue_after_add = True
    saved_text = "Saved. Secrets act at once; all else acts when you publish the campaigns that use it."
    change_form_template = "buyers/admin/endpoint_form.html"
    empty_text = "An endpoint says where and how a buyer receives a lead. Orders deliver to endpoints."
    new_fieldsets = ((None, {"fields": ("buyer", "name", "preset", "url", "ping_url", "email_to")}),)
    fieldsets = _FIELDSETS

    class Media:
        js: ClassVar = ("sluice/admin/endpoint.js",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        map_fields = wrap(require_POST(self.map_fields_view))
        return [
            path("<int:object_id>/map-fields/", map_fields, name="buyers_endpoint_map_fields"),
            path("<int:object_id>/start/", wrap(self.start_view), name="buyers_endpoint_start"),
            *super().get_urls(),
        ]

    def start_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Asks with which preset to start, says what that replaces, and does it."""
        endpoint = self.edited(request, object_id)
        rows = endpoint.mappings.filter(phase=MappingPhase.POST).count()
        rules = endpoint.rules.filter(phase=Phase.POST).count()
        mapped = f"{rows} mapping {'row' if rows == 1 else 'rows'}"
        read = f"{rules} response {'rule' if rules == 1 else 'rules'}"
        form = StartForm(request.POST or None)
        question = Question(
            f"Start {endpoint} anew?",
            "Start",
            (
                f"{mapped} and {read} are replaced by what buyers of this kind usually want.",
                "Address, headers, secrets and treatment stay; so does its ping, unless you start from ping and post. "
                "What is published runs on until you publish again.",
            ),
            danger=bool(rows),
            form=form,
        )

        def start() -> str:
            return self.started(request, endpoint, form.cleaned_data["preset"])

        return self.asked(request, endpoint, question, start)

    def started(self, request: HttpRequest, endpoint: Endpoint, preset: str) -> str:
        """Applies a preset with the fields of the endpoint's campaigns; what was done, as a sentence."""
        preset_apply(endpoint, preset=preset, fields=self.fields_of(endpoint), by=request.user)
        count = endpoint.mappings.filter(phase=MappingPhase.POST).count()
        return f"{count} fields mapped. Remove what this buyer must not get, and rename the targets."

    def fields_of(self, endpoint: Endpoint) -> list[Field]:
        """The fields of the campaigns that deliver here; while none does, of the company's first."""
        campaigns = campaigns_of(endpoint)
        used = endpoint.orders.exists() or endpoint.copies.exists()
        return [field for campaign in campaigns[: None if used else 1] for field in campaign.fields.all()]

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

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        if obj is None:
            return super().get_form(request, obj, change=change, form=NewEndpointForm, **options)
        fields = Field.objects.filter(campaign__in=campaigns_of(obj)).values_list("name", "is_personal")
        known = {
            "field_names": frozenset(name for name, _ in fields),
            "personal_names": frozenset(name for name, personal in fields if personal),
        }
        form = type("EndpointForm", (EndpointForm,), known)
        return super().get_form(request, obj, change=change, form=form, **options)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list:
        return [HeaderInline, MappingInline, ResponseRuleInline, *PING_INLINES] if obj is not None else []

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            endpoint_prepare(obj, by=request.user)
            self.tell(request, self.started(request, obj, form.cleaned_data["preset"]), level=messages.INFO)

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
                "fetch_line": fetch_line(endpoint),
                "start_url": reverse("admin:buyers_endpoint_start", args=(endpoint.pk,)),
            }
        return super().render_change_form(request, context, *args, **options)

    def notes(self, endpoint: Endpoint) -> list[str]:
        """Why nothing is sent here, in sentences."""
        orders = endpoint.orders.select_related("campaign")
        notes = [paused_note(endpoint), paused_note(endpoint.buyer)]
        if not orders:
            notes.append("No order delivers here yet: choose this endpoint in a lead order.")
        if not endpoint.mappings.filter(phase=MappingPhase.POST).exists():
            notes.append("It has no mapping: nothing of a lead would be sent. Add rows below.")
        bidding = [order for order in orders if order.price_kind == PriceKind.BID]
        if bidding and not is_pinged(endpoint):
            notes.append(f"Order “{bidding[0]}” bids, and there is no ping URL here: nobody would be asked.")
        campaigns = {order.campaign for order in orders}
        notes += sorted(unpublished_note(campaign, "endpoints", endpoint.pk) for campaign in campaigns)
        notes += [f"{note}." for note in endpoint_notes(endpoint)]
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

    @display(description="How", ordering="kind")
    def how(self, endpoint: Endpoint) -> str:
        if endpoint.kind != EndpointKind.HTTP:
            return EndpointKind(endpoint.kind).label.partition(":")[0].partition(",")[0]
        return f"{endpoint.method} {endpoint.get_body_format_display().partition(' (')[0]}"

    @display(description="Where to", ordering="url")
    def where(self, endpoint: Endpoint) -> str:
        place = endpoint.email_to if endpoint.kind == EndpointKind.EMAIL else endpoint.url
        return place if len(place) <= 60 else f"{place[:57]}…"

    @admin.display(description="Secret")
    def secret_state(self, endpoint: Endpoint) -> str:
        return "•••••••• kept" if endpoint.auth_secret else "none"

    @admin.display(description="Namespaces")
    def namespaces_in_words(self, endpoint: Endpoint) -> str:
        return "; ".join(f"{prefix or 'default'} = {uri}" for prefix, uri in endpoint.namespaces) or "—"


def fetch_line(endpoint: Endpoint) -> str:
    """How the buyer of a store-only endpoint fetches its leads, as a curl line; empty for all others."""
    if endpoint.kind != EndpointKind.STORE:
        return ""
    by_header = endpoint.auth_kind == AuthKind.HEADER and endpoint.auth_name
    key = f"{endpoint.auth_name}: <key>" if by_header else "Authorization: Bearer <key>"
    return f"curl '{settings.PUBLIC_URL}{reverse('stored_leads')}?limit=100' -H '{key}'"
