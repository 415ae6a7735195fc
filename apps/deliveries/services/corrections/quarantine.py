"""Deliveries that ended their process three times, once somebody has looked: tried again, or given up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.companies.services import record as audit
from apps.core.errors import ApplicationError
from apps.deliveries.choices import AttemptKind, DeliveryStatus
from apps.deliveries.facts import database_now
from apps.deliveries.journeys import Journey
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services.corrections.by_hand import go_on, journey_of
from apps.deliveries.services.journey import finishing
from apps.engine import asked_again
from apps.engine.outbound import TransportError
from apps.engine.outcome import Outcome
from apps.engine.routing import Plan
from apps.engine.waterfall import Hold, Result, Unsold

GIVEN_UP = "buyer_delivery_failed"


def try_again(delivery: Delivery, *, by: Any) -> None:
    """Back to the queue with its claims forgotten; audited.

    A call that was under way when its process ended may have reached the buyer: it goes into the history as unknown,
    and the endpoint's policy decides, as it would have without the quarantine. Under hold the delivery waits for an
    answer from then on.
    """

    def again(journey: Journey, now: datetime) -> None:
        _remember_interrupted(journey, now)
        if journey.plan is not None:
            decision = journey.next_step(now)
            if isinstance(decision, Hold):
                finishing.finish([(journey, decision)], finishing.turns_for([]), now)
                return
        go_on(journey)

    _settle(delivery, again, by=by, action="delivery.tried_again", words="tried again after its quarantine")


def give_up(delivery: Delivery, *, by: Any) -> None:
    """The lead ends unsold, and its source is told so; audited. Whatever an unknown call holds stays held: the buyer
    may have the lead.
    """

    def end(journey: Journey, now: datetime) -> None:
        _remember_interrupted(journey, now)
        journey.plan = journey.plan or Plan(())
        ended = [(journey, Unsold(GIVEN_UP))]
        finishing.finish(ended, finishing.turns_for(ended), now)

    _settle(delivery, end, by=by, action="delivery.given_up", words="given up after its quarantine")


def _settle(
    delivery: Delivery, do: Callable[[Journey, datetime], None], *, by: Any, action: str, words: str
) -> None:
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.status != DeliveryStatus.QUARANTINED:
            raise ApplicationError("This delivery is not in quarantine any more.", code="not_quarantined")
        do(journey_of(row), database_now())
        audit(row, by=by, action=action, summary=f"{row.public_id} {words}")


def _remember_interrupted(journey: Journey, now: datetime) -> None:
    """Calls that the sweeper closed as interrupted, and of whose order the history knows no doubt and no end yet."""
    rows = Attempt.objects.select_for_update().filter(
        delivery_id=journey.id,
        kind=AttemptKind.SALE,
        outcome=Outcome.UNKNOWN,
        error=TransportError.INTERRUPTED,
    )
    for row in rows.order_by("pk"):
        told = [one for one in journey.history if one.order_id == row.order_id]
        if any(one.at >= row.started_at and isinstance(one.what, Outcome) for one in told):
            continue
        journey.history.append(Result(row.order_id, Outcome.UNKNOWN, now, TransportError.INTERRUPTED.value))
        endpoint = journey.endpoint(row.order_id)
        retry_at = asked_again.retry_at(journey.history, endpoint, now, jitter=0.0)
        journey.history[-1] = replace(journey.history[-1], retry_at=retry_at)
        if row.reservations:
            journey.held[row.order_id] = row.reservations
