"""Terms: approval, switch, keys and link act at once; payout, caps and limits act when the campaign is published."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from apps.campaigns.admin.caps import CapInlineMixin
from apps.campaigns.admin.margins import MARGIN_ROWS, margin_in_words
from apps.campaigns.admin.standing import paused_note, unpublished_note
from apps.companies.admin.base import CompanyAdmin, CompanyFilter, CompanyStacked
from apps.companies.admin.switch import SwitchMixin
from apps.sources.admin.access import AccessMixin, instructions_url
from apps.sources.admin.forms import NewTermsForm, TermsCapForm, TermsForm
from apps.sources.choices import Approval
from apps.sources.models import Terms, TermsCap
from apps.sources.selectors import live_credentials, live_links
from apps.sources.services import terms_prepare


class TermsCapInline(CapInlineMixin, CompanyStacked):
    """Caps of one source on one campaign."""

    model = TermsCap
    form = TermsCapForm

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        campaign = obj.campaign if obj is not None else None
        options["form"] = type(self.form.__name__, (self.form,), {"campaign": campaign})
        return super().get_formset(request, obj, **options)


class TermsAdmin(AccessMixin, SwitchMixin, CompanyAdmin):
    """One source on one campaign. Registered above, with what came of it."""

    recorded_by_services = frozenset({"added"})
    owner_fields: ClassVar = ("source", "campaign")
    in_words: ClassVar = {"ip_allow": "ip_allow_in_words", "margin_bands": "bands_in_words"}
    list_display = ("__str__", "standing", "payout", "live_keys", "created_at")
    list_filter = (("campaign", CompanyFilter), ("source", CompanyFilter), "approval")
    search_fields = ("source__name", "campaign__name")
    ordering = ("campaign__name", "source__name")
    list_select_related = ("source", "campaign")
    continue_after_add = True
    saved_text = "Saved. Payout, caps and limits act when you publish the campaign."
    change_form_template = "sources/admin/terms_form.html"
    empty_text = (
        "Terms put a source on a campaign: "
        "its key, its instructions link, what it is paid and how much it may send."
    )
    new_fieldsets = ((None, {"fields": ("source", "campaign", "payout_kind", "payout_amount")}),)
    fieldsets = (
        ("Who, on what", {"fields": ("source", "campaign")}),
        ("Payout", {"fields": (("payout_kind", "payout_amount"),)}),
        ("Auction", {"fields": ("minimum_bid", *MARGIN_ROWS)}),
        ("Ping and post", {"fields": (("sample_payout", "pings_per_post"),)}),
        (
            "How much, and from where",
            {"fields": (("limit_per_second", "limit_per_minute", "limit_per_day"), "ip_allow")},
        ),
        ("Telling the source", {"fields": ("callback_url", "tells_caps")}),
        ("For yourselves", {"fields": ("note",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        return super().get_fieldsets(request, obj) if obj is not None else list(self.new_fieldsets)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        options.setdefault("form", NewTermsForm if obj is None else TermsForm)
        return super().get_form(request, obj, change=change, **options)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list:
        return [TermsCapInline] if obj is not None else []

    def save_model(self, request: HttpRequest, obj: Terms, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            terms_prepare(obj, by=request.user)

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        terms = options.get("obj")
        if terms is not None:
            operates = self.has_operate_permission(request, terms)
            context |= {
                "terms": terms,
                "may_operate": operates,
                "may_edit": self.has_change_permission(request, terms),
                "switch_url": self.switch_url(terms),
                "notes": self.notes(terms),
                "credentials": terms.credentials.all(),
                "live_key_ids": set(live_credentials(terms).values_list("pk", flat=True)),
                "links": [(link, instructions_url(link)) for link in live_links(terms)] if operates else [],
                "revealed": self.revealed(request, terms),
                "blocks": terms.blocks.all()[:20],
            }
        return super().render_change_form(request, context, *args, **options)

    def notes(self, terms: Terms) -> list[str]:
        """Why live leads are not taken, in sentences."""
        notes = [paused_note(row) for row in (terms, terms.source, terms.campaign)]
        if terms.approval != Approval.APPROVED:
            notes.append(
                "In testing: only test leads are taken. Approve it when its test leads are in order."
            )
        if not live_credentials(terms).exists():
            notes.append("No key is live: the source cannot send. Make a new one.")
        notes.append(unpublished_note(terms.campaign, "terms", terms.pk))
        return [note for note in notes if note]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Terms that were published have leads that name them: they are paused, never deleted."""
        if isinstance(obj, Terms) and obj.campaign.versions.filter(published_at__gt=obj.created_at).exists():
            return False
        return super().has_delete_permission(request, obj)

    def consequences(self, row: Terms, on: bool) -> tuple[str, ...]:
        keys = live_credentials(row).count()
        held = f"{keys} {'key' if keys == 1 else 'keys'}"
        if on:
            kind = "Live and test leads" if row.approval == Approval.APPROVED else "Test leads"
            return (f"{kind} with its {held} are taken again at once.",)
        return (f"Every lead with its {held} is refused at once. Keys and link stay as they are.",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("source", "campaign")

    @display(
        description="State",
        label={"Live": "success", "Testing": "warning", "Paused": "danger"},
        ordering="approval",
    )
    def standing(self, terms: Terms) -> str:
        if not (terms.is_active and terms.source.is_active and terms.campaign.is_active):
            return "Paused"
        return "Live" if terms.approval == Approval.APPROVED else "Testing"

    @display(description="Payout", ordering="payout_amount")
    def payout(self, terms: Terms) -> str:
        return f"{terms.payout_amount} {terms.get_payout_kind_display().lower()}"

    @display(description="Live keys")
    def live_keys(self, terms: Terms) -> int:
        return live_credentials(terms).count()

    @admin.display(description="Other margins by price")
    def bands_in_words(self, terms: Terms) -> str:
        return margin_in_words(terms)

    @admin.display(description="Allowed IP addresses")
    def ip_allow_in_words(self, terms: Terms) -> str:
        return ", ".join(terms.ip_allow) or "from anywhere"
