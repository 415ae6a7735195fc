"""Orders that cannot be sent to when a lead's turn with them comes, because they are closed or their endpoint takes
no more for now: what that puts into the history.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.engine import hours
from apps.engine.hours import MAX_WAIT, Closing
from apps.engine.orders import OrderSpec
from apps.engine.pace import Full
from apps.engine.waterfall import Passed, Result, in_doubt

STAYS_FOR = timedelta(seconds=60)
"""How long a lead stays in its place of the line for an endpoint that takes no more: as long as a breaker rests. From
then on others have their turn first."""
NO_PLACE_IN_TIME = "no_place_in_time"
_OPENINGS = {hours.WAITS: Passed.WAITING, hours.WAITS_LAST: Passed.LAST}
_FOR_A_PLACE = (Passed.QUEUED, Passed.PUT_OFF)
_WAITS = (*_OPENINGS.values(), *_FOR_A_PLACE)


def closed(order: OrderSpec, history: Sequence[Result], now: datetime) -> tuple[Closing, Result] | None:
    """Asked before bytes leave: what the hours of an order say and the result that keeps or passes it; None when
    it may be sent to.

    A buyer that may have the lead already is asked again at any hour: only its answer ends the doubt.
    """
    if order.schedule is None or in_doubt([one for one in history if one.order_id == order.id]):
        return None
    found = hours.closing(order, now, _since(history, now))
    if found is None:
        return None
    what = _OPENINGS.get(found.verdict, Passed.PASSED)
    return found, Result(order.id, what, now, found.verdict, retry_at=found.opens_at)


@dataclass(frozen=True, slots=True)
class NoPlace:
    """A lead that finds no place at an order's endpoint: the history with that in it, and the verdict with its detail
    if there is something new to tell. `stays` while it keeps its place in the line."""

    history: tuple[Result, ...]
    stays: bool
    verdict: str = ""
    detail: str = ""


def no_place(order_id: int, full: Full, history: Sequence[Result], now: datetime) -> NoPlace:
    """Asked when an endpoint takes no request now: a short wait is spent in line, a longer one lets others go first,
    and one beyond `MAX_WAIT` is none.

    However often it is asked, one result a wait is in the history: it is replaced, and keeps the instant at which the
    wait began.
    """
    before = next((one for one in reversed(history) if one.order_id == order_id), None)
    if before is None or before.what not in _FOR_A_PLACE:
        before = Result(order_id, Passed.QUEUED, now, full.verdict)
    others = [one for one in history if one is not before]
    detail = in_words(full.place_at - now)
    if full.place_at > _since([*others, before], now) + MAX_WAIT:
        passed = Result(order_id, Passed.PASSED, now, NO_PLACE_IN_TIME)
        return NoPlace((*others, passed), stays=False, verdict=NO_PLACE_IN_TIME, detail=detail)
    stays = before.what is Passed.QUEUED and full.place_at <= before.at + STAYS_FOR
    what = Passed.QUEUED if stays else Passed.PUT_OFF
    result = Result(order_id, what, before.at, full.verdict, retry_at=full.place_at)
    if what is before.what:
        return NoPlace((*others, result), stays)
    return NoPlace((*others, result), stays, full.verdict, detail)


def in_words(wait: timedelta) -> str:
    """A wait for people, rounded up: `40 s`, `4 min`, `3 h`, `2 days`."""
    seconds = round(wait.total_seconds())
    for unit_s, below, unit in ((1, 90, "s"), (60, 90, "min"), (3600, 48, "h")):
        count = math.ceil(seconds / unit_s)
        if count < below:
            return f"{max(count, 1)} {unit}"
    return f"{math.ceil(seconds / 86400)} days"


def _since(history: Sequence[Result], now: datetime) -> datetime:
    """When the waiting began, for openings and for places, all orders together."""
    return min((one.at for one in history if one.what in _WAITS), default=now)
