"""Caps: which period an instant falls into, where it begins and ends, and what a lead counts for.

A counter belongs to a cap and a period's key. Days, weeks and months are those of the cap's zone: a day of a
clock change has 23 or 25 hours and is one period. An hour is one hour of the wall clock; one that is shown
twice is two periods.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from apps.engine import rules
from apps.engine.campaign import CampaignSpec
from apps.engine.requirements import CapSpec
from apps.engine.schedule import clock_set
from apps.engine.values import Facts, LeadData, Problem, Value

PERIODS = ("hour", "day", "week", "month", "total")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `starts_at` up to, not including, `ends_at`, in UTC; both None for total."""

    key: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def period_key(cap: CapSpec, at: datetime) -> str:
    """The name of the period: `2026-11-21T09-0500`, `2026-11-21`, `2026-W47`, `2026-11` or `total`."""
    if cap.period == "total":
        return "total"
    local = at.astimezone(ZoneInfo(cap.time_zone))
    if cap.period == "hour":
        return local.strftime("%Y-%m-%dT%H%z")
    if cap.period == "week":
        year, week, _ = local.isocalendar()
        return f"{year}-W{week:02d}"
    return local.strftime("%Y-%m") if cap.period == "month" else local.strftime("%Y-%m-%d")


def period(cap: CapSpec, at: datetime) -> Period:
    """The period of a cap that an instant falls into."""
    key = period_key(cap, at)
    if cap.period == "total":
        return Period(key)
    zone = ZoneInfo(cap.time_zone)
    if cap.period == "hour":
        return _hour(key, at.astimezone(UTC), zone)
    first, last = _days(cap.period, at.astimezone(zone).date())
    return Period(key, _midnight(first, zone), _midnight(last, zone))


def _days(name: str, today: date) -> tuple[date, date]:
    """The first day of a period, and the first day after it."""
    if name == "week":
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(days=7)
    if name == "month":
        first = today.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1)
    return today, today + timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant a local day begins; where the clock jumps over midnight, the instant of the jump."""
    start = datetime.combine(day, time(), zone)
    return start.astimezone(UTC)


def _hour(key: str, at: datetime, zone: ZoneInfo) -> Period:
    local = at.astimezone(zone)
    start = at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    end = start + _HOUR
    before, after = clock_set(start, at, zone), clock_set(at.replace(microsecond=0), end, zone)
    return Period(key, before or start, after or end)


def applies(cap: CapSpec, data: LeadData | Mapping[str, Value], facts: Facts, spec: CampaignSpec) -> bool:
    """Whether a lead counts for a cap: without an expression every lead does."""
    return cap.expression is None or rules.evaluate(cap.expression, data, facts, spec)


def amount(cap: CapSpec, price: Decimal) -> int:
    """What one lead adds to a cap's counter: one, or its price in cents (half-even) for spend."""
    if cap.basis != "spend":
        return 1
    return int((price * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def label(cap: CapSpec) -> str:
    """The period's name in messages: Hour, Day, Week, Month or Total."""
    return cap.period.capitalize()


def problem(cap: CapSpec) -> Problem:
    """What the source is told when a cap of its terms, or of the campaign, is full."""
    if cap.subject == "terms":
        return Problem("source_cap", None, {"period": label(cap)})
    return Problem("campaign_cap")
