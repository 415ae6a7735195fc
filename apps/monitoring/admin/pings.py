"""Pings: the list with its search, and the page with the whole auction."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.auctions.choices import BidStatus
from apps.auctions.models import Bid, Ping
from apps.companies.admin.base import CompanyFilter, change_url
from apps.core.ids import parse_public_id, public_id
from apps.leads.models import Lead
from apps.monitoring.admin.base import ReadOnlyAdmin, number
from apps.monitoring.admin.filters import ReceivedFilter
from apps.monitoring.admin.masked import MaskedPage
from apps.monitoring.admin.ping_filters import OrderVerdictFilter, PingReasonFilter, VerdictFilter
from apps.monitoring.auction import auction_trace
from apps.monitoring.auction.words import ping_state
from apps.monitoring.services import ping_reveal_record
from apps.monitoring.templatetags.monitoring import copyable, mark, moment, money


@admin.register(Ping)
class PingAdmin(MaskedPage[Ping], ReadOnlyAdmin):
    page_template = "monitoring/ping.html"
    list_display = (
        "identity", "received", "source", "campaign", "state", "sub_id", "state_in_words", "bid_told", "answers",
        "of_lead",
    )  # fmt: skip
    list_display_links = None
    list_filter = (
        "status",
        ("campaign", CompanyFilter),
        ("source", CompanyFilter),
        ("received_at", ReceivedFilter),
        "origin",
        PingReasonFilter,
        OrderVerdictFilter,
        VerdictFilter,
    )
    search_fields = ("id",)
    search_help_text = "Ping id (PING-…), lead id (L-…) or sub id"
    empty_text = (
        "A ping appears here when a source asks for a bid, or when a lead comes whole into a campaign whose orders "
        "bid. Give an order the price kind “bid” and its endpoint a ping URL, and publish."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("campaign", "source")

    def get_changelist_instance(self, request: HttpRequest) -> object:
        """Bids are counted once a page, for its rows."""
        found = super().get_changelist_instance(request)
        ids = [row.pk for row in found.result_list]
        counted = Bid.objects.filter(ping__in=ids).order_by().values_list("ping").annotate(
            bids=Count("pk", filter=Q(status=BidStatus.BID)), late=Count("pk", filter=Q(status=BidStatus.LATE))
        )  # fmt: skip
        known = {ping: (bids, late) for ping, bids, late in counted}
        for row in found.result_list:
            row.counted = known.get(row.pk, (0, 0))
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if (ping_id := parse_public_id(Ping.PREFIX, term.upper())) is not None:
            return queryset.filter(pk=ping_id), False
        if (lead_id := parse_public_id(Lead.PREFIX, term.upper())) is not None:
            return queryset.filter(lead_id=lead_id), False
        return queryset.filter(sub_id=term.replace("\0", "")[:120]), False

    @display(description="Ping", ordering="id")
    def identity(self, ping: Ping) -> SafeString:
        return copyable(ping.public_id, change_url(ping))

    @display(description="Received", ordering="id")
    def received(self, ping: Ping) -> SafeString:
        return moment(ping.received_at)

    @display(description="Status", ordering="status")
    def state_in_words(self, ping: Ping) -> SafeString:
        return mark(*ping_state(ping))

    @display(description="Bid to the source")
    def bid_told(self, ping: Ping) -> SafeString:
        return number(money(ping.payout, ping.campaign.currency))

    @display(description="Bids")
    def answers(self, ping: Ping) -> SafeString:
        bids, late = getattr(ping, "counted", (0, 0))
        if not ping.asked:
            return number("")
        return number(f"{bids} of {ping.asked}" + (f", {late} late" if late else ""))

    @display(description="Lead")
    def of_lead(self, ping: Ping) -> SafeString | str:
        if not ping.lead_id:
            return "–"
        url = reverse("admin:leads_lead_change", args=(ping.lead_id,))
        return copyable(public_id(Lead.PREFIX, ping.lead_id), url)

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/reveal/", wrap(self.reveal_view), name="auctions_ping_reveal"),
            *super().get_urls(),
        ]

    def put_on_record(self, request: HttpRequest, row: Ping) -> None:
        ping_reveal_record(row, by=request.user)

    def page_context(self, request: HttpRequest, row: Ping, *, unmasked: bool) -> dict[str, Any]:
        return {"ping": row, "state": ping_state(row), "trace": auction_trace(row, unmasked=unmasked)}
