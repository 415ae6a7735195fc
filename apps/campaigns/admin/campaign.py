"""The campaign workspace: one header, and a page for each part of a campaign.

Floors above add their parts: `apps.publishing.admin` registers this admin with sources, buyers and publishing on it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import display

from apps.campaigns.admin import auction
from apps.campaigns.admin.builder import BuilderMixin
from apps.campaigns.admin.fields import FieldInline
from apps.campaigns.admin.forms import NewCampaignForm, RequirementsForm, SetUpForm
from apps.campaigns.admin.hours import WeekMixin
from apps.campaigns.admin.margins import margin_in_words
from apps.campaigns.admin.requirements import (
    CapInline,
    DuplicateRuleInline,
    HolidayInline,
    RuleInline,
    WindowInline,
)
from apps.campaigns.models import Campaign, CampaignWindow
from apps.campaigns.services import campaign_prepare, windows_set
from apps.companies.admin.base import CompanyAdmin, CompanyFilter, ScopedForm
from apps.companies.admin.switch import SwitchMixin
from apps.companies.selectors import companies_with


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the workspace that edits the campaign's own rows."""

    key: str
    title: str
    form: type[ScopedForm]
    fieldsets: tuple = ()
    inlines: tuple = ()


@dataclass(frozen=True, slots=True)
class Tab:
    """An entry of the workspace's navigation; `count` stands beside the title."""

    title: str
    url: str
    active: bool
    count: str = ""


@dataclass(slots=True)
class Workspace:
    """What the workspace's header shows. `notes` are (sentence, link, tone) with tone good, warn or bad."""

    campaign: Campaign
    tabs: list[Tab]
    state: str
    tone: str
    switch_url: str
    switch_label: str
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    actions: list[tuple[str, str, bool]] = field(default_factory=list)


SET_UP = Section(
    "change",
    "Set-up",
    SetUpForm,
    (
        ("What it is", {"fields": ("company", "number_shown", "name", "description")}),
        ("When and where", {"fields": ("time_zone", ("starts_on", "ends_on"), "currency", "region")}),
        ("How values are read", {"fields": ("date_order", "strict_phone", "pad_zip")}),
        (
            "How sources are answered",
            {"fields": ("answer_mode", "answer_budget_ms", "idempotency_field")},
        ),
    ),
)
FIELDS = Section("fields", "Fields", ScopedForm, (), (FieldInline,))
REQUIREMENTS = Section(
    "requirements",
    "Requirements",
    RequirementsForm,
    (
        ("States", {"fields": ("states_mode", "states")}),
        ("Zip codes", {"fields": ("zips_mode", "zip_list")}),
        ("Consent", {"fields": ("consent", "consent_strict")}),
        ("Verification", {"fields": ("verify_email", "verify_address", "verify_ip", "ip_countries")}),
    ),
    (RuleInline, WindowInline, HolidayInline, DuplicateRuleInline, CapInline),
)
AUCTION = Section("auction", "Auction", auction.AuctionForm, auction.FIELDSETS)
NEW = Section(
    "add",
    "New campaign",
    NewCampaignForm,
    ((None, {"fields": ("company", "name", "description", "traffic", "time_zone")}),),
)


class CampaignAdmin(BuilderMixin, WeekMixin, SwitchMixin, CompanyAdmin):
    """A campaign's list and its workspace."""

    recorded_by_services = frozenset({"added"})
    week_model = CampaignWindow
    week_set = staticmethod(windows_set)
    sections: ClassVar[tuple[Section, ...]] = (SET_UP, FIELDS, REQUIREMENTS, AUCTION)
    in_words = {"states": "states_in_words", "margin_bands": "bands_in_words"}
    list_display = ("name", "state", "field_count", "company", "updated_at")
    list_filter = ("is_active", "answer_mode", ("company", CompanyFilter))
    search_fields = ("name", "description")
    ordering = ("name",)
    continue_after_add = True
    change_form_template = "campaigns/admin/workspace_form.html"
    empty_text = (
        "A campaign says what a lead must be and how it is sold. Add one, give it fields, a source and a buyer, and "
        "publish it."
    )

    # --- One model, several pages -------------------------------------------------------------------------------------
    def section(self, request: HttpRequest, obj: Campaign | None) -> Section:
        """The part of the campaign that this request is about."""
        if obj is None:
            return NEW
        key = getattr(request, "workspace_section", SET_UP.key)
        return next(entry for entry in self.sections if entry.key == key)

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<int:object_id>/{entry.key}/",
                self.admin_site.admin_view(self._page(entry)),
                name=f"campaigns_campaign_{entry.key}",
            )
            for entry in self.sections
            if entry is not SET_UP
        ]
        week = path(
            "<int:object_id>/week/",
            self.admin_site.admin_view(self.week_view),
            name="campaigns_campaign_week",
        )
        return [*pages, week, *super().get_urls()]

    def week_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The hours of a whole week."""
        campaign = self.edited(request, object_id)
        return self.week_asked(request, campaign, back=self.page_url(campaign, REQUIREMENTS.key))

    def _page(self, section: Section) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: int) -> HttpResponse:
            request.workspace_section = section.key
            return self.changeform_view(request, str(object_id))

        return view

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        self.fieldsets = None
        fieldsets = self.section(request, obj).fieldsets
        if obj is None or self.has_change_permission(request, obj):
            return list(fieldsets)
        return [
            (title, options | {"fields": self._worded(options["fields"])}) for title, options in fieldsets
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs.setdefault("form", self.section(request, obj).form)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list:
        return list(self.section(request, obj).inlines)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        return (*super().get_readonly_fields(request, obj), "number_shown")

    def menu_rows(self, request: HttpRequest, name: str, rows: QuerySet) -> QuerySet:
        rows = super().menu_rows(request, name, rows)
        campaign = getattr(request, "edited_campaign", None)
        return rows.filter(company=campaign.company_id) if name == "zip_list" and campaign else rows

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Campaign | None:
        request.edited_campaign = super().get_object(request, object_id, from_field)
        return request.edited_campaign

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new campaign starts in its company's zone, where that is known before anybody chooses."""
        companies = list(companies_with(request.user, self.edit_role)[:2])
        zone = {"time_zone": companies[0].time_zone} if len(companies) == 1 else {}
        return zone | super().get_changeform_initial_data(request)

    def consequences(self, row: Campaign, on: bool) -> tuple[str, ...]:
        sources = row.terms.filter(is_active=True, source__is_active=True).count()
        noun = "source" if sources == 1 else "sources"
        if on:
            return (f"{sources} {noun} can send leads again at once, within the campaign's hours and caps.",)
        return (
            f"Every lead of {sources} {noun} is refused at once with “Campaign inactive”, in every process.",
            "Leads that were accepted before are still delivered.",
        )

    # --- The workspace around the form --------------------------------------------------------------------------------
    def workspace(self, request: HttpRequest, campaign: Campaign, active: str) -> Workspace:
        """Header and navigation for any page of this campaign; `active` is the key of the page shown."""
        return Workspace(
            campaign=campaign,
            tabs=self.tabs(campaign, active),
            state="Active" if campaign.is_active else "Paused",
            tone="good" if campaign.is_active else "bad",
            switch_url=self.switch_url(campaign) if self.has_operate_permission(request, campaign) else "",
            switch_label="Pause…" if campaign.is_active else "Switch on…",
        )

    def tabs(self, campaign: Campaign, active: str) -> list[Tab]:
        """The pages of the workspace, in the order one thinks."""
        counts = {FIELDS.key: str(campaign.fields.count())}
        return [
            Tab(
                entry.title,
                self.page_url(campaign, entry.key),
                entry.key == active,
                counts.get(entry.key, ""),
            )
            for entry in self.sections
        ]

    def page_url(self, campaign: Campaign, key: str) -> str:
        """The address of one page of the workspace."""
        return reverse(f"admin:campaigns_campaign_{key}", args=(campaign.pk,))

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        campaign = options.get("obj")
        if campaign is not None:
            context["workspace"] = self.workspace(request, campaign, self.section(request, campaign).key)
            context["title"] = campaign.name
            if self.has_change_permission(request, campaign):
                context["week_url"] = self.page_url(campaign, "week")
            context["show_delete"] = self.section(request, campaign) is SET_UP
        return super().render_change_form(request, context, *args, **options)

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        self.tell(request, f"{self.section(request, obj).title} saved. The change acts when you publish.")
        return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        if not change:
            obj.currency = obj.company.currency
        super().save_model(request, obj, form, change)
        if not change:
            campaign_prepare(obj, by=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A campaign that was ever published has leads that name it: it is paused, never deleted."""
        if isinstance(obj, Campaign) and obj.versions.exists():
            return False
        return super().has_delete_permission(request, obj)

    # --- Columns ------------------------------------------------------------------------------------------------------
    @display(description="Number (campid)")
    def number_shown(self, campaign: Campaign) -> int:
        return campaign.number

    @display(description="Fields")
    def field_count(self, campaign: Campaign) -> int:
        return campaign.fields.count()

    @admin.display(description="States")
    def states_in_words(self, campaign: Campaign) -> str:
        return ", ".join(campaign.states) or "—"

    @admin.display(description="Other margins by price")
    def bands_in_words(self, campaign: Campaign) -> str:
        return margin_in_words(campaign)
