"""Campaigns with what came of their pings, on top of what they are."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.campaigns.admin.campaign import Tab, Workspace
from apps.campaigns.models import Campaign
from apps.core.clock import now
from apps.monitoring.admin.funnel_form import FunnelForm, WhatIfForm
from apps.monitoring.auction.words import verdict_name
from apps.monitoring.funnel_shown import funnel_shown
from apps.monitoring.selectors.funnel import funnels
from apps.monitoring.selectors.watch import buyers_short
from apps.monitoring.selectors.what_if import Asked, order_published, what_if
from apps.publishing.admin import CampaignWorkspace
from apps.publishing.selectors import current


@admin.register(Campaign)
class CampaignDesk(CampaignWorkspace):
    """The workspace with its funnel."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/funnel/", wrap(self.funnel_view), name="campaigns_campaign_funnel"),
            *super().get_urls(),
        ]

    def workspace(self, request: HttpRequest, campaign: Campaign, active: str) -> Workspace:
        """With buyers that cannot pay, whose orders are passed over though they are live."""
        workspace = super().workspace(request, campaign, active)
        short = buyers_short([campaign.company_id], campaign_id=campaign.pk)
        workspace.notes += [
            (f"{one.words}.", reverse("admin:buyers_buyer_change", args=(one.buyer_id,)), "warn")
            for one in short
        ]
        return workspace

    def tabs(self, campaign: Campaign, active: str) -> list[Tab]:
        own = Tab("Funnel", self.page_url(campaign, "funnel"), active == "funnel", "")
        return [*super().tabs(campaign, active), own]

    def funnel_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How far pings came in a period, for the campaign and for each order; and what one obstacle cost an order."""
        campaign = self.seen(request, object_id)
        at = now()
        form = FunnelForm(request.GET.dict(), zone=campaign.time_zone, now=at)
        since, until = form.span()
        orders = list(campaign.orders.select_related("buyer").order_by("pk"))
        found = funnels(campaign.pk, [order.pk for order in orders], since=since, until=until)
        context = {
            **self.page_context(request, campaign, "funnel"),
            "form": form,
            "since": since,
            "until": until,
            "funnel": funnel_shown(found[0], campaign, None, (since, until)),
            "orders": [
                (order, funnel_shown(found[order.pk], campaign, order, (since, until)))
                for order in orders
                if not found[order.pk].is_empty
            ],
            **self._what_if(request, campaign, form),
        }
        return TemplateResponse(request, "monitoring/funnel.html", context)

    def _what_if(self, request: HttpRequest, campaign: Campaign, form: FunnelForm) -> dict[str, Any]:
        asked = WhatIfForm(request.GET.dict() if "obstacle" in request.GET else None, campaign=campaign)
        shown: dict[str, Any] = {"asked": asked, "estimate": None}
        if asked.is_valid():
            order = asked.cleaned_data["order"]
            spec = order_published(current(campaign.pk), order.pk)
            obstacle = asked.cleaned_data["obstacle"]
            shown |= {"order": order, "obstacle": verdict_name(obstacle), "unpublished": spec is None}
            if spec is not None:
                since, until = form.span()
                shown["estimate"] = what_if(Asked(campaign.pk, spec, obstacle, since, until))
        return shown
