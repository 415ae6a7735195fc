"""What people may say of a delivery: what an unknown answer was.

An answer that comes after its attempt was given up goes the same way: it says what the unknown was.
"""

import json
import logging
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.companies.services import record as audit
from apps.core.errors import ApplicationError
from apps.deliveries.choices import AttemptKind, DeliveryStatus
from apps.deliveries.facts import database_now, load_journeys
from apps.deliveries.jobs import wake_drain
from apps.deliveries.journeys import Journey, OpenAttempt
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services.attempt.reading import Answer
from apps.deliveries.services.journey import after_sale, finishing, persons
from apps.deliveries.services.journey.reservations import (
    KEPT_WITHOUT_SALE,
    CapBook,
    balance_of,
    counters_of,
)
from apps.deliveries.services.journey.settling import booking
from apps.deliveries.specs import Reservation, history_dump, history_load, plan_load
from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Outcome, Reading
from apps.engine.waterfall import Hold, Result, Send, Wait
from apps.leads import services as leads
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent
from apps.ledger.selectors import sold_so_far
from apps.ledger.services import sale_book

logger = logging.getLogger(__name__)

BY_HAND = "resolved by hand"
LATE = "answered late"
_DECISIVE = (Outcome.ACCEPTED, Outcome.REJECTED, Outcome.DUPLICATE)


def resolve_unknown(delivery: Delivery, *, accepted: bool, by: Any) -> None:
    """Say whether the buyer whose answer is unknown has bought the lead; audited.

    Accepted books the sale; not accepted lets the delivery go on to the next order.
    """
    outcome = Outcome.ACCEPTED if accepted else Outcome.REJECTED
    with transaction.atomic():
        resolve(delivery.pk, Reading(outcome, BY_HAND), told_by=str(by) if by else BY_HAND)
        words = "was a sale" if accepted else "was no sale"
        summary = f"The unknown answer to {delivery.public_id} {words}"
        audit(delivery, by=by, action="delivery.resolved", summary=summary, data={"outcome": outcome.value})


def late_answer(answer: Answer) -> None:
    """An answer to an attempt that had been given up as unknown: it tells what the unknown was, if that still
    waits.
    """
    if answer.reading.outcome not in _DECISIVE:
        return
    try:
        with transaction.atomic():
            resolve(answer.journey.id, answer.reading, told_by=LATE, attempt_id=answer.attempt.id)
    except ApplicationError as refused:
        logger.warning("late_answer_unused", extra={"attempt_id": answer.attempt.id, "code": refused.code})


def resolve(delivery_id: int, reading: Reading, *, told_by: str, attempt_id: int | None = None) -> None:
    """End the doubt that holds a delivery: money, caps, timeline, and what comes next. Within a transaction.

    Refused with `not_held` when it is not held, or not for this attempt, and `already_sold`.
    """
    row = Delivery.objects.select_for_update().get(pk=delivery_id)
    journey = journey_of(row)
    now = database_now()
    plan = journey.plan
    doubt = journey.next_step(now) if plan is not None else None
    if row.status != DeliveryStatus.HELD or plan is None or not isinstance(doubt, Hold):
        raise ApplicationError("This delivery does not wait for an answer.", code="not_held")
    attempt = _attempt_in_doubt(row, doubt.order_id, attempt_id)
    journey.attempt = opened_attempt(journey, attempt)
    answer = Answer(journey, journey.attempt, OutboundResponse(), reading, 0.0)
    price = answer.price if reading.outcome is Outcome.ACCEPTED else None
    journey.history.append(Result(doubt.order_id, reading.outcome, now, reading.reason, price))
    decision = journey.next_step(now)
    turns = finishing.turns_for([(journey, decision)])
    _settle_reservations(answer, attempt, finishing.unused([(journey, decision)]))
    persons.answered([(journey, journey.attempt.order)])
    _book(answer, now)
    attempt.outcome, attempt.reason, attempt.price = reading.outcome, reading.reason, answer.price
    attempt.save(update_fields=["outcome", "reason", "price", "reservations"])
    told = {"order": attempt.order_name, "outcome": reading.outcome.value, "by": told_by}
    LeadEvent.objects.create(lead_id=row.lead_id, kind=EventKind.RESOLVED, at=now, data=told)
    if isinstance(decision, Send):
        go_on(journey)
        return
    if isinstance(decision, Wait):
        leads.resume([journey.lead_id])
    finishing.finish([(journey, decision)], turns, now)


def journey_of(row: Delivery) -> Journey:
    """A stored delivery with its version and its opened lead. Refused with `lead_erased` when it is gone."""
    history, held = history_load(row.history)
    journey = Journey(
        id=row.pk,
        company_id=row.company_id,
        lead_id=row.lead_id,
        version_id=row.version_id,
        lease=row.created_at,
        is_closed=row.is_closed,
        sealed_bids=bytes(row.sealed_bids) if row.sealed_bids is not None else None,
        plan=plan_load(row.plan) if row.plan else None,
        history=history,
        held=held,
    )
    if load_journeys([journey]):
        raise ApplicationError("The lead has been erased.", code="lead_erased")
    return journey


def attempts_in_doubt(delivery_id: int, order_id: int) -> QuerySet[Attempt]:
    """The offers of a delivery to an order whose answer is unknown."""
    return Attempt.objects.filter(
        delivery_id=delivery_id, order_id=order_id, kind=AttemptKind.SALE, outcome=Outcome.UNKNOWN
    )


def _attempt_in_doubt(row: Delivery, order_id: int, attempt_id: int | None) -> Attempt:
    attempts = attempts_in_doubt(row.pk, order_id).select_for_update()
    if attempt_id is not None:
        attempts = attempts.filter(pk=attempt_id)
    attempt = attempts.order_by("-pk").first()
    if attempt is None:
        raise ApplicationError("This delivery does not wait for an answer.", code="not_held")
    return attempt


def opened_attempt(journey: Journey, row: Attempt) -> OpenAttempt:
    """A stored attempt as the journey has it."""
    return OpenAttempt(
        id=row.pk,
        order=journey.order(row.order_id),
        endpoint=journey.endpoint(row.order_id),
        place=row.step,
        retry=row.retry,
        price=row.price,
        started_at=row.started_at,
        reservations=row.reservations,
    )


def _settle_reservations(answer: Answer, attempt: Attempt, unused: list[Reservation]) -> None:
    """What stands is kept by a sale, else given back. The balance is locked with the caps, for the sale is booked on
    it."""
    journey, order = answer.journey, answer.attempt.order
    held = journey.held.pop(attempt.order_id, attempt.reservations)
    money = balance_of(order.buyer_id, journey.spec.currency)
    book = CapBook({money, *counters_of([*held, *unused])})
    book.release(unused)
    if answer.reading.outcome is Outcome.ACCEPTED:
        kept = book.sold(held, answer.price)
    else:
        kept = [one for one in held if one[3] in KEPT_WITHOUT_SALE]
        book.release(one for one in held if one not in kept)
    book.write()
    attempt.reservations = kept


def _book(answer: Answer, now: Any) -> None:
    if answer.reading.outcome is not Outcome.ACCEPTED:
        return
    sold = sold_so_far([answer.journey.lead_id]).get(answer.journey.lead_id)
    if not sale_book(booking(answer, sold, now)):
        raise ApplicationError("The lead has been sold already.", code="already_sold", status=409)
    after_sale.write([(answer.journey, answer.attempt)], now)


def go_on(journey: Journey) -> None:
    """Back to the queue, due at once; its lead is in flight again."""
    leads.resume([journey.lead_id])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliveries_delivery SET status = %s, history = %s, next_attempt_at = now(), leased_until = NULL,"
            " claims = 0, reason = '' WHERE id = %s",
            [
                DeliveryStatus.PENDING.value,
                json.dumps(history_dump(journey.history, journey.held)),
                journey.id,
            ],
        )
    transaction.on_commit(wake_drain, robust=True)
