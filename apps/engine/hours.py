"""What becomes of a lead whose order is closed: passed over, or kept until the order opens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.engine import schedule, schedule_words
from apps.engine.orders import OrderSpec

MAX_WAIT = timedelta(days=7)
"""How long a lead waits for openings, all of its orders together. Every weekly window opens again within a week, so
that only holidays and stale leads come up against it; a person asked for an offer longer ago has bought elsewhere."""

WAITS, WAITS_LAST, TOO_LATE, PASSED = "waits", "waits_last", "opens_too_late", "outside_hours"
_DAY_SAYS_ALL = timedelta(days=6)
"""Within it, the name of a day tells which one is meant."""


@dataclass(frozen=True, slots=True)
class Closing:
    """An order that is closed: the verdict with its detail, and when it opens if the lead waits for that."""

    verdict: str
    detail: str
    opens_at: datetime | None = None

    @property
    def waits(self) -> bool:
        return self.opens_at is not None


def closing(order: OrderSpec, now: datetime, since: datetime) -> Closing | None:
    """What its hours say about an order now, for a lead that waits for openings since `since`; None when it is
    open.
    """
    hours = order.schedule
    if hours is None or schedule.is_open(hours, now):
        return None
    if order.outside_hours not in ("queue", "last"):
        return Closing(PASSED, hours.time_zone)
    opens_at = schedule.next_change(hours, now)
    if opens_at is None:
        return Closing(PASSED, hours.time_zone)
    words = opening(opens_at, hours.time_zone, now)
    if opens_at > since + MAX_WAIT:
        return Closing(TOO_LATE, words)
    return Closing(WAITS if order.outside_hours == "queue" else WAITS_LAST, words, opens_at)


def opening(at: datetime, time_zone: str, now: datetime) -> str:
    """An instant as people at the order say it: `Mon 9:00 Pacific`, further ahead `Mon Dec 7 9:00 Pacific`."""
    local = at.astimezone(ZoneInfo(time_zone))
    day = f"{local:%a}" if at - now < _DAY_SAYS_ALL else f"{local:%a %b} {local.day}"
    return f"{day} {local.hour}:{local:%M} {schedule_words.zone_name(time_zone)}"
