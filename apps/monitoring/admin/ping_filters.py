"""Filters of the list of pings, also where the funnel's numbers lead to."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from apps.buyers.models import LeadOrder
from apps.engine.order_verdicts import VERDICTS
from apps.engine.reasons import REASONS
from apps.monitoring.auction.words import verdict_name


class PingReasonFilter(DropdownFilter):
    """Why a ping was refused."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = {self.value(), "below_minimum_bid", "no_eligible_buyer", "duplicate"} - {None}
        return [(code, REASONS[code].text) for code in sorted(codes) if code in REASONS]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(reason=self.value()) if self.value() in REASONS else queryset


class OrderVerdictFilter(admin.SimpleListFilter):
    """What became of one order: `<order id>:<verdict>`, or the order alone. Offered by the funnel, shown here while it
    is on.
    """

    title = "order"
    parameter_name = "order"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        order_id, verdict = self.asked()
        order = LeadOrder.objects.visible_to(request.user).filter(pk=order_id).first()
        if order is None:
            return []
        words = f"{order}: {verdict_name(verdict)}" if verdict else str(order)
        return [(str(self.value()), words)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        order_id, verdict = self.asked()
        if order_id is None:
            return queryset
        line: dict[str, Any] = {"order": order_id}
        return queryset.filter(lines__contains=[line | ({"verdict": verdict} if verdict else {})])

    def asked(self) -> tuple[int | None, str]:
        """The order and the verdict that are asked for."""
        number, _, verdict = (self.value() or "").partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None, ""
        return int(number), verdict if verdict in VERDICTS else ""


class VerdictFilter(admin.SimpleListFilter):
    """What became of any order; offered by the funnel, shown here while it is on."""

    title = "verdict"
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = str(self.value())
        return [(chosen, verdict_name(chosen))] if chosen in VERDICTS else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in VERDICTS:
            return queryset
        return queryset.filter(lines__contains=[{"verdict": self.value()}])
