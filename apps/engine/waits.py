"""Orders that are closed when a lead's turn with them comes: what that puts into the history."""

from collections.abc import Sequence
from datetime import datetime

from apps.engine import hours
from apps.engine.hours import Closing
from apps.engine.orders import OrderSpec
from apps.engine.waterfall import Passed, Result, in_doubt

_OPENINGS = {hours.WAITS: Passed.WAITING, hours.WAITS_LAST: Passed.LAST}


def closed(order: OrderSpec, history: Sequence[Result], now: datetime) -> tuple[Closing, Result] | None:
    """Asked before bytes leave: what the hours of an order say and the result that keeps or passes it; None when
    it may be sent to.

    A buyer that may have the lead already is asked again at any hour: only its answer ends the doubt.
    """
    if order.schedule is None or in_doubt([one for one in history if one.order_id == order.id]):
        return None
    since = min((one.at for one in history if one.what in (Passed.WAITING, Passed.LAST)), default=now)
    found = hours.closing(order, now, since)
    if found is None:
        return None
    what = _OPENINGS.get(found.verdict, Passed.PASSED)
    return found, Result(order.id, what, now, found.verdict, retry_at=found.opens_at)
