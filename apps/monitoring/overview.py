"""The dashboard's content as plain values, ready to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.companies.choices import Role
from apps.companies.selectors import may
from apps.monitoring import selectors
from apps.monitoring.selectors import HourOfCalls, auctions, watch
from apps.monitoring.wording import money

SPARK_WIDTH, SPARK_HEIGHT = 240, 40


@dataclass(frozen=True, slots=True)
class Curve:
    """A day in 24 hours: the points of an SVG polyline, and the largest value."""

    points: str
    peak: float


def overview(user: Any, *, now: datetime) -> dict[str, Any]:
    """Everything the dashboard shows to one person, over the last 24 hours."""
    companies = selectors.company_ids_of(user)
    day = now - timedelta(hours=24)
    calls = selectors.calls_by_hour(companies, now=now)
    return {
        "now": now,
        "conservation": selectors.conservation(companies, since=day),
        "received_per_minute": selectors.received_per_minute(companies, now=now),
        "received": curve(selectors.received_by_hour(companies, now=now)),
        "last_hour": calls[-1],
        "answered": curve([_failed_share(hour) for hour in calls]),
        "slowest": curve([hour.p95_ms for hour in calls]),
        "endpoints": selectors.endpoints(companies, since=day, now=now),
        "recovered": _recovered(companies, now),
        "pulse": auctions.pulse(companies, now=now),
        "waiting": selectors.waiting(companies, now=now),
        "drift": watch.drift_open(companies),
        "short_buyers": watch.buyers_short(companies),
        "canaries": watch.canaries_failing(companies),
        "leads": selectors.recent_leads(companies),
        "managed": {one for one in companies if may(user, Role.MANAGER, one)},
        "operated": {one for one in companies if may(user, Role.OPERATOR, one)},
    }


def _recovered(companies: Sequence[int], now: datetime) -> list[tuple[str, int, list[str]]]:
    """(period, leads, sums of money in words), shortest period first."""
    periods = {"24 hours": timedelta(days=1), "30 days": timedelta(days=30)}
    found = selectors.recovered(companies, since=[now - period for period in periods.values()])
    return [
        (words, one.leads, [money(amount, currency) for currency, amount in one.money])
        for words, one in zip(periods, found, strict=True)
    ]


def _failed_share(hour: HourOfCalls) -> float | None:
    return None if hour.answered_share is None else 1 - hour.answered_share


def curve(values: Sequence[float | None]) -> Curve:
    """A line through the values, scaled to the largest; hours without one are left out."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    peak = max((value for _, value in known), default=0)
    step = SPARK_WIDTH / max(1, len(values) - 1)
    points = " ".join(
        f"{place * step:.1f},{SPARK_HEIGHT - 2 - value / (peak or 1) * (SPARK_HEIGHT - 4):.1f}"
        for place, value in known
    )
    return Curve(points, peak)
