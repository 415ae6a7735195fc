"""The upper parts of the campaign workspace: sources, buyers and routing, readiness."""

from typing import Any, ClassVar

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.decorators import display

from apps.buyers.models import LeadOrder
from apps.campaigns.admin.campaign import AUCTION, CampaignAdmin, Section, Tab, Workspace
from apps.campaigns.models import Campaign, Field, RoutingGroup
from apps.companies.admin.base import CompanyStacked, ScopedForm
from apps.publishing.admin.places import address
from apps.publishing.admin.publish import PublishMixin
from apps.publishing.readiness import Readiness, readiness
from apps.sources.models import Terms


class RoutingForm(ScopedForm):
    """How many may buy one lead."""

    class Meta:
        model = Campaign
        exclude = ()
        labels = {"max_buyers": "Buyers of one lead, at most"}
        help_texts = {"max_buyers": "1 sells every lead to one buyer only."}


class GroupForm(ScopedForm):
    """An ordered group of orders."""

    class Meta:
        model = RoutingGroup
        exclude = ()
        labels = {"max_buyers": "Its buyers of one lead, at most"}
        help_texts = {
            "name": "For example Exclusive buyers.",
            "when_sold": "What follows when this group has bought.",
        }


class GroupInline(CompanyStacked):
    """Groups are asked one after the other, in this order."""

    model = RoutingGroup
    form = GroupForm
    fields = (("name", "method"), ("max_buyers", "when_sold"), "position")
    ordering_field = "position"
    hide_ordering_field = True
    verbose_name = "group"
    verbose_name_plural = "Groups — asked from top to bottom"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of several only: a campaign needs one, and one with orders is protected."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.groups.count() > 1)


BUYERS = Section(
    "buyers", "Buyers & routing", RoutingForm, ((None, {"fields": ("max_buyers",)}),), (GroupInline,)
)


class CampaignWorkspace(PublishMixin, CampaignAdmin):
    """The whole workspace."""

    sections: ClassVar = (*CampaignAdmin.sections, BUYERS)
    list_display = ("name", "state", "running", "sources_count", "orders_count", "company", "updated_at")
    change_form_template = "publishing/admin/campaign_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("company", "publication__version")
        return rows.defer("publication__version__content", "publication__version__changes").annotate(
            terms_count=_count(Terms), orders_counted=_count(LeadOrder), fields_count=_count(Field)
        )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/sources/", wrap(self.sources_view), name="campaigns_campaign_sources"),
            *super().get_urls(),
        ]

    def tabs(self, campaign: Campaign, active: str) -> list[Tab]:
        tabs = super().tabs(campaign, active)
        buyers, auction = tabs.pop(), tabs.pop()
        versions = campaign.versions.count()
        more = (
            ("sources", "Sources", str(campaign.terms.count())),
            ("buyers", "Buyers & routing", str(campaign.orders.count())),
            ("auction", "Auction", ""),
            ("publish", "Publish", ""),
            ("versions", "Versions", str(versions) if versions else ""),
        )
        assert (buyers.title, auction.title) == (BUYERS.title, AUCTION.title)
        return tabs + [
            Tab(title, self.page_url(campaign, key), key == active, count) for key, title, count in more
        ]

    def workspace(self, request: HttpRequest, campaign: Campaign, active: str) -> Workspace:
        workspace = super().workspace(request, campaign, active)
        state = readiness(campaign)
        workspace.state, workspace.tone = _standing(campaign, state)
        publish_url = self.page_url(campaign, "publish")
        if active != "publish":
            workspace.notes = _notes(state, publish_url)
            if state.unpublished:
                count = len(state.problems)
                title = f"Publish… ({count} to correct)" if count else "Publish…"
                workspace.actions = [(title, publish_url, not count)]
        return workspace

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        campaign = options.get("obj")
        if campaign is not None and self.section(request, campaign).key == BUYERS.key:
            context["lanes"] = lanes(campaign)
            context["may_edit"] = self.has_change_permission(request, campaign)
        return super().render_change_form(request, context, *args, **options)

    def sources_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Who sends to this campaign, and what each still needs."""
        campaign = self.seen(request, object_id)
        state = readiness(campaign)
        reasons = {item.object_id: item for item in state.terms}
        rows = [(terms, reasons.get(terms.pk)) for terms in campaign.terms.select_related("source")]
        context = {
            **self.page_context(request, campaign, "sources"),
            "rows": rows,
            "may_edit": self.has_change_permission(request, campaign),
        }
        return TemplateResponse(request, "publishing/admin/sources.html", context)

    def page_context(self, request: HttpRequest, campaign: Campaign, active: str) -> dict[str, Any]:
        """What every page of the workspace that is no form shows around its content."""
        return {
            **self.admin_site.each_context(request),
            "title": campaign.name,
            "opts": self.opts,
            "original": campaign,
            "workspace": self.workspace(request, campaign, active),
        }

    @display(description="Runs", label={"nothing published": "warning"})
    def running(self, campaign: Campaign) -> str:
        number = getattr(getattr(campaign, "publication", None), "version", None)
        return f"version {number.number}" if number else "nothing published"

    @display(description="Sources")
    def sources_count(self, campaign: Campaign) -> int:
        return campaign.terms_count

    @display(description="Orders")
    def orders_count(self, campaign: Campaign) -> int:
        return campaign.orders_counted


def _count(model: type[Model]) -> Coalesce:
    """How many rows of a model belong to the campaign of the outer query."""
    counted = (
        model.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign").annotate(n=Count("pk"))
    )
    return Coalesce(Subquery(counted.values("n")), 0)


def lanes(campaign: Campaign) -> list[tuple[RoutingGroup, list]]:
    """Each group with its orders as they are asked."""
    orders = list(campaign.orders.select_related("buyer", "endpoint").order_by("priority", "pk"))
    return [
        (group, [order for order in orders if order.group_id == group.pk]) for group in campaign.groups.all()
    ]


def _standing(campaign: Campaign, state: Readiness) -> tuple[str, str]:
    if state.is_live:
        return "Live", "good"
    if not campaign.is_active:
        return "Paused", "bad"
    return "Not live", "warn"


def _notes(state: Readiness, publish_url: str) -> list[tuple[str, str, str]]:
    notes = [(f"Not live: {reason[0].lower()}{reason[1:]}.", "", "warn") for reason in state.campaign.reasons]
    if state.campaign.is_live and not state.is_live:
        notes.append(("Not live: none of its sources is approved, active and published.", "", "warn"))
    notes += [(f"{note}.", "", "warn") for note in state.campaign.notes]
    for problem in state.problems[:3]:
        notes.append((f"{problem.message}.", address(problem), "bad"))
    if len(state.problems) > 3:
        notes.append((f"{len(state.problems) - 3} more to correct before publishing.", publish_url, "bad"))
    return notes
