"""Orders that are closed, or whose endpoint takes no more, when a lead's turn with them comes: it waits, lets others
go first, or goes on.
"""

from datetime import datetime

from apps.deliveries.facts import Live
from apps.deliveries.journeys import Journey
from apps.engine import routing, waits
from apps.engine.pace import Full
from apps.engine.routing import Considered


def keep(journey: Journey, order_id: int, live: Live) -> bool:
    """Whether the order is closed, which is put into the delivery's history; False when its hours let bytes leave, or
    when it is paused: nobody waits for those.
    """
    order = journey.order(order_id)
    if "hours" in journey.ignores or routing.paused(order, live.orders):
        return False
    shut = waits.closed(order, journey.history, live.now)
    if shut is None:
        return False
    closing, result = shut
    line = Considered(order_id, closing.verdict, closing.detail)
    if line not in journey.passed:
        journey.passed.append(line)
    journey.history.append(result)
    return True


def stay(journey: Journey, order_id: int, full: Full, now: datetime) -> bool:
    """Whether the lead stays in its place of the line until the order's endpoint takes it; False when others go first.
    Either is put into the delivery's history, and told in its timeline when it is new."""
    found = waits.no_place(order_id, full, journey.history, now)
    journey.history[:] = found.history
    if found.verdict:
        journey.passed.append(Considered(order_id, found.verdict, found.detail))
    return found.stays
