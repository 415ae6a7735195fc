"""The end of a journey, or a pause in it: delivery, lead, timeline, turns. Always within the caller's
transaction.
"""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from apps.core.prepared import for_each
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.journeys import Journey
from apps.deliveries.services.journey import callbacks, persons
from apps.deliveries.services.journey.reservations import CapBook, counters_of
from apps.deliveries.services.journey.turns import TurnBook
from apps.deliveries.specs import Reservation, history_dump, plan_dump
from apps.engine import asking, reasons, routing, waterfall
from apps.engine.outcome import Outcome
from apps.engine.routing import Considered
from apps.engine.values import Problem
from apps.engine.waterfall import Decision, Hold, Sold, Unsold, Wait
from apps.leads import services as leads
from apps.leads.choices import LeadMethod, LeadStatus
from apps.leads.services import Finished
from apps.leads.wants import fixed_payout
from apps.ledger import selectors
from apps.ledger.selectors import SoldSoFar
from apps.ledger.services import Payout, payouts_book

Ended = tuple[Journey, Decision]

_SAVE = """
    UPDATE deliveries_delivery
    SET plan = %s::jsonb, history = %s::jsonb, status = %s::text, reason = %s::text,
        next_attempt_at = %s::timestamptz, finished_at = %s::timestamptz, leased_until = NULL, claims = 0
    WHERE id = %s::bigint
"""
_CANCEL = """
    UPDATE deliveries_delivery
    SET status = %s, reason = %s, finished_at = %s, next_attempt_at = NULL, leased_until = NULL
    WHERE id = %s AND leased_until = %s
"""
_STATUS = {
    Sold: DeliveryStatus.SOLD,
    Unsold: DeliveryStatus.UNSOLD,
    Hold: DeliveryStatus.HELD,
    Wait: DeliveryStatus.PENDING,
}


def turns_for(ended: Iterable[Ended]) -> TurnBook:
    """The turns that these ends may move, locked."""
    return TurnBook(journey for journey, decision in ended if isinstance(decision, Sold | Unsold))


def unused(ended: Iterable[Ended]) -> list[Reservation]:
    """What orders hold for a lead that has ended without their being asked, as winners of a ping do. Taken off the
    deliveries; the caller releases it, in the turn of its locks.
    """
    found: list[Reservation] = []
    for journey, decision in ended:
        if isinstance(decision, Sold | Unsold) and journey.held:
            asked = {one.order_id for one in journey.history if isinstance(one.what, Outcome)}
            for order_id in journey.held.keys() - asked:
                found += journey.held.pop(order_id)
    return found


def finish(ended: Sequence[Ended], turns: TurnBook, now: datetime) -> None:
    """Store waits and ends, and end the leads. The caller has locked deliveries, turns and order caps, in
    this order.
    """
    if not ended:
        return
    for journey, decision in ended:
        if isinstance(decision, Sold | Unsold):
            turns.settle(journey, decision.order_ids if isinstance(decision, Sold) else ())
    turns.write()
    for_each(_SAVE, [_row(journey, decision, now) for journey, decision in ended])
    sold = selectors.sold_so_far(journey.lead_id for journey, one in ended if isinstance(one, Sold))
    over = leads.finish(
        [_finished(journey, one, sold) for journey, one in ended if isinstance(one, Sold | Unsold)]
    )
    unsold = [journey for journey, one in ended if isinstance(one, Unsold) and journey.lead_id in over]
    payouts_book([owed for journey in unsold if (owed := payout_owed(journey, now))])
    for journey, decision in ended:
        if isinstance(decision, Hold):
            order = journey.order(decision.order_id)
            leads.hold([journey.lead_id], data={"order": order.name, "reason": decision.reason})
    callbacks.due([journey.lead_id for journey, one in ended if isinstance(one, Sold | Unsold)], now)


def _row(journey: Journey, decision: Decision, now: datetime) -> tuple[object, ...]:
    return (
        json.dumps(plan_dump(journey.plan)) if journey.plan is not None else None,
        json.dumps(history_dump(journey.history, journey.held)),
        _STATUS[type(decision)].value,  # type: ignore[index]
        decision.reason[:64] if isinstance(decision, Unsold | Hold) else "",
        decision.until if isinstance(decision, Wait) else question_at(journey, decision, now),
        now if isinstance(decision, Sold | Unsold) else None,
        journey.id,
    )


def question_at(journey: Journey, decision: Decision, now: datetime) -> datetime | None:
    """When the buyer is first asked about an answer that is unknown; None when the lead waits for a person."""
    if not isinstance(decision, Hold) or not asking.asks(journey.endpoint(decision.order_id)):
        return None
    return asking.next_at(now, 0, jitter=random.random())  # noqa: S311 - spreads questions, protects nothing


def _finished(journey: Journey, decision: Sold | Unsold, sold: dict[int, SoldSoFar]) -> Finished:
    assert journey.plan is not None
    passed = [Considered(one, "not_reached") for one in waterfall.not_reached(journey.plan, journey.history)]
    delivery = {"delivery": journey.public_id}
    if isinstance(decision, Unsold):
        message = reasons.message(Problem(decision.reason))
        return Finished(
            journey.lead_id,
            LeadStatus.UNSOLD,
            payout=payout_without_sale(journey),
            reason=decision.reason,
            message=message,
            data=delivery,
        )
    names = [journey.order(order_id).name for order_id in decision.order_ids]
    lines = [line_of(journey, line) for line in passed]
    total = sold.get(journey.lead_id, SoldSoFar())
    return Finished(
        journey.lead_id,
        LeadStatus.SOLD,
        price=total.price,
        payout=total.payout,
        data=delivery | {"orders": names, "recovered": decision.recovered, "passed": lines},
    )


def payout_without_sale(journey: Journey) -> Decimal:
    """What the source earns though nobody bought: the fixed payout, where it was promised at acceptance; in money."""
    promised = journey.spec.answer_mode == "acceptance" and journey.lead.method != LeadMethod.EXCHANGE
    if journey.terms is None or not promised:
        return Decimal("0.00")
    return fixed_payout(journey.terms.payout)


def payout_owed(journey: Journey, now: datetime) -> Payout | None:
    """The booking of `payout_without_sale`, if it is anything."""
    amount = payout_without_sale(journey)
    if not amount:
        return None
    return Payout(
        company_id=journey.company_id,
        lead_id=journey.lead_id,
        source_id=journey.lead.source_id,
        amount=amount,
        currency=journey.spec.currency,
        at=now,
    )


def line_of(journey: Journey, line: routing.Considered) -> dict[str, object]:
    """One considered order for the timeline: ids and names for links, the verdict and its words."""
    order = next(one for one in journey.spec.orders if one.id == line.order_id)
    return {
        "order": order.id,
        "name": order.name,
        "buyer": order.buyer_name,
        "verdict": line.verdict,
        "detail": line.detail,
        "words": routing.describe(line),
    }


def cancel(journeys: Sequence[Journey], now: datetime, reason: str = "lead_erased") -> None:
    """Deliveries whose lead cannot be read any more (erased, or a test) end without a buyer. What their orders hold
    without having been asked is given back; what one may have bought stays.
    """
    for journey in journeys:
        _cancel(journey, now, reason)
    if journeys:
        persons.forget(journeys)


@transaction.atomic
def _cancel(journey: Journey, now: datetime, reason: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL, [DeliveryStatus.CANCELLED.value, reason, now, journey.id, journey.lease])
        if not cursor.rowcount:
            return
    held = unused([(journey, Unsold(reason))])
    book = CapBook(counters_of(held))
    book.release(held)
    book.write()
