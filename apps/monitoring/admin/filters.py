"""Filters of the data plane's lists. All of them are served by an index: ids are time-ordered, so time is an id."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import make_aware
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter
from unfold.utils import parse_datetime_str

from apps.buyers.models import Endpoint
from apps.core.clock import now
from apps.core.ids import first_id_at
from apps.engine.reasons import REASONS
from apps.monitoring.trace.outcomes import ERRORS, OUTCOMES

_PERIODS = {
    "hour": ("Last hour", timedelta(hours=1)),
    "day": ("Last 24 hours", timedelta(days=1)),
    "week": ("Last 7 days", timedelta(days=7)),
    "month": ("Last 30 days", timedelta(days=30)),
}
_SLACK = timedelta(minutes=1)
"""Between a lead's receipt and the moment its id is made."""


class PeriodFilter(admin.SimpleListFilter):
    """How far back."""

    title = "time"
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, label) for key, (label, _) in _PERIODS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in _PERIODS:
            return queryset
        return queryset.filter(pk__gte=first_id_at(now() - _PERIODS[self.value()][1]))


class ReceivedFilter(RangeDateTimeFilter):
    """From one instant to another; the ids of that time bound the search."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        begin, end = (self._instant(edge) for edge in ("from", "to"))
        if begin is not None:
            queryset = queryset.filter(received_at__gte=begin, pk__gte=first_id_at(begin - _SLACK))
        if end is not None:
            queryset = queryset.filter(received_at__lte=end, pk__lte=first_id_at(end + _SLACK))
        return queryset

    def _instant(self, edge: str) -> datetime | None:
        parts = [self.used_parameters.get(f"{self.parameter_name}_{edge}_{place}") for place in (0, 1)]
        parsed = parse_datetime_str(" ".join(map(str, parts))) if all(parts) else None
        return make_aware(parsed) if parsed is not None else None


class OutcomeFilter(admin.SimpleListFilter):
    """What a call meant; those under way have no outcome yet."""

    title = "outcome"
    parameter_name = "outcome"
    under_way: ClassVar = "none"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((key, words) for key, (_, words) in OUTCOMES.items()), (self.under_way, "… Under way")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        return queryset.filter(outcome="" if self.value() == self.under_way else self.value())


class EndpointFilter(DropdownFilter):
    """Which buyer, at which endpoint; only those a person may see."""

    title = "buyer and endpoint"
    parameter_name = "endpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = (
            Endpoint.objects.visible_to(request.user).select_related("buyer").order_by("buyer__name", "name")
        )
        return [(str(row.pk), f"{row.buyer}: {row.name}") for row in rows[:500]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value()
        return queryset.filter(endpoint_id=int(chosen)) if chosen and chosen.isdigit() else queryset


class FailureFilter(DropdownFilter):
    """Why no complete answer came."""

    title = "failure"
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(ERRORS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(error=self.value()) if self.value() else queryset


class RefusalReasonFilter(DropdownFilter):
    """The reasons a request is refused for before it is a lead."""

    title = "reason"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = model_admin.get_queryset(request).order_by("code").values_list("code", flat=True).distinct()
        return [(code, REASONS[code].text if code in REASONS else code) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(code=self.value()) if self.value() else queryset
