"""Asking buyers' status URLs about answers that are unknown, until one tells or a person has to.

A held delivery whose endpoint is asked has the time of the next question in `next_attempt_at`. Claiming one moves
that time on, so a process that dies leaves it to the next. What the buyer says goes the way of what a person says;
its reservations are held meanwhile, and nobody else is offered the lead.
"""

import logging
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from apps.core import clock, http
from apps.core.errors import ApplicationError
from apps.core.ids import new_id
from apps.deliveries.choices import AttemptKind, AttemptStatus, CallPhase, DeliveryStatus
from apps.deliveries.facts import Live, database_now, load_breakers, load_live
from apps.deliveries.journeys import Journey, OpenAttempt
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.sendings import sending_of
from apps.deliveries.services.attempt.preparing import given
from apps.deliveries.services.attempt.records import answered, attempt_row
from apps.deliveries.services.attempt.wording import unnamed
from apps.deliveries.services.corrections import by_hand
from apps.deliveries.services.endpoint import breakers, tokens
from apps.deliveries.services.endpoint.pacing import PaceBook
from apps.engine import asking, breaker
from apps.engine.breaker import CLOSED, Permission
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome
from apps.engine.request import idempotency_key_of
from apps.engine.waterfall import Hold

logger = logging.getLogger(__name__)

STATUS_URL = "status URL"
AT_ONCE = 20
LEASE = timedelta(seconds=120)
"""Longer than the slowest endpoint may take to answer."""
TOKEN_WAIT = timedelta(seconds=2)


@dataclass(slots=True)
class Question:
    """One question: about `doubt`, an attempt in doubt, put by the journey's own attempt."""

    journey: Journey
    doubt: Attempt
    unsent: OutboundResponse | None = None


def ask_due(limit: int = AT_ONCE) -> int:
    """Put the questions that are due; how many were put. Any number may run at once."""
    journeys = _claim(limit)
    live = load_live(journeys, database_now()) if journeys else None
    if live is None:
        return 0
    with transaction.atomic():
        questions = _questions(journeys, live)
    tokens.fetch_soon(live)
    sending = [one for one in questions if one.unsent is None]
    requests = [one.journey.attempt.request for one in sending if one.journey.attempt]
    answers = dict(zip(map(id, sending), http.send_all([one for one in requests if one]), strict=True))
    for one in questions:
        _settle(one, one.unsent or answers[id(one)])
    return len(questions)


@transaction.atomic
def _claim(limit: int) -> list[Journey]:
    now = database_now()
    due = Delivery.objects.filter(status=DeliveryStatus.HELD, next_attempt_at__lte=now)
    rows = list(due.select_for_update(skip_locked=True).order_by("next_attempt_at")[:limit])
    ids = [row.pk for row in rows]
    Delivery.objects.filter(pk__in=ids).update(next_attempt_at=now + LEASE)
    _open(ids).update(
        status=AttemptStatus.SETTLED,
        outcome=Outcome.UNKNOWN,
        error=TransportError.INTERRUPTED,
        finished_at=now,
    )
    journeys = []
    for row in rows:
        try:
            journeys.append(by_hand.journey_of(row))
        except ApplicationError:
            _ask_again(row.pk, None)
    return journeys


def _open(delivery_ids: Sequence[int]) -> QuerySet[Attempt]:
    return Attempt.objects.filter(
        delivery_id__in=delivery_ids, kind=AttemptKind.STATUS, status=AttemptStatus.STARTED
    )


def _questions(journeys: list[Journey], live: Live) -> list[Question]:
    """Those that can be put now, written; the others have their time."""
    doubts = {one.id: doubt for one in journeys if (doubt := _doubt(one, live.now)) is not None}
    endpoints = {
        key: journey.endpoint(doubts[key].order_id) for journey in journeys if (key := journey.id) in doubts
    }
    states = load_breakers({one.id for one in endpoints.values()}, CallPhase.STATUS)
    paces = PaceBook(endpoints.values())
    asked = _asked(doubts)
    made = []
    for journey in journeys:
        if journey.id not in doubts:
            _ask_again(journey.id, None)
            continue
        endpoint = endpoints[journey.id]
        later = _later(live, endpoint.id, states.get(endpoint.id, CLOSED))
        if later is None and tokens.is_awaited(live, endpoint):
            later = live.now + TOKEN_WAIT
        if later is None and (full := paces.full(endpoint)) is not None:
            later = full.place_at
        if later is not None:
            _ask_again(journey.id, later)
            continue
        doubt = doubts[journey.id]
        made.append(_put(journey, doubt, live, asked=asked[journey.id, doubt.order_id]))
    Attempt.objects.bulk_create(map(_row, made))
    paces.write()
    return made


def _doubt(journey: Journey, now: datetime) -> Attempt | None:
    """The attempt in doubt that is to be asked about, if the delivery is still held for one."""
    decision = journey.next_step(now)
    if not isinstance(decision, Hold) or not asking.asks(journey.endpoint(decision.order_id)):
        return None
    return by_hand.attempts_in_doubt(journey.id, decision.order_id).order_by("-pk").first()


def _later(live: Live, endpoint_id: int, state: breaker.BreakerState) -> datetime | None:
    """When to come back to a status URL that rests; None when it may be asked. Takes the one probe."""
    allowed = breaker.permission(state, live.now)
    if allowed is Permission.ALLOW:
        return None
    if allowed is Permission.PROBE and breakers.take_probe(endpoint_id, CallPhase.STATUS, live.now):
        return None
    return max(breaker.reopens_at(state, live.now), live.now + TOKEN_WAIT)


def _put(journey: Journey, doubt: Attempt, live: Live, *, asked: int) -> Question:
    """The question; `asked` is how many there were before it."""
    order = journey.order(doubt.order_id)
    values = {
        "lead_id": journey.lead.public_id,
        "delivery_id": journey.public_id,
        "reference": doubt.reference,
        "idempotency_key": idempotency_key_of(journey.public_id, order.id),
    }
    endpoint = asking.as_question(journey.endpoint(order.id), values)
    attempt = journey.attempt = OpenAttempt(
        id=new_id(),
        order=order,
        endpoint=endpoint,
        place=doubt.step,
        retry=asked,
        price=doubt.price,
        started_at=live.now,
        reservations=[],
    )
    question = Question(journey, doubt)
    if tokens.is_failing(live, endpoint):
        question.unsent = tokens.FAILING
    else:
        secrets = tokens.secrets_for(live, endpoint)
        sending = sending_of(journey, attempt, secrets=secrets, now=live.now)
        question.unsent = given(attempt, asking.question(endpoint, sending))
    return question


def _row(question: Question) -> Attempt:
    assert question.journey.attempt is not None
    row = attempt_row(question.journey, question.journey.attempt)
    row.kind = AttemptKind.STATUS
    return row


def _asked(delivery_ids: Collection[int]) -> Counter[tuple[int, int]]:
    """How many questions have been put, by delivery and order."""
    asked = Attempt.objects.filter(delivery_id__in=delivery_ids, kind=AttemptKind.STATUS)
    return Counter(asked.values_list("delivery_id", "order_id"))


def _settle(question: Question, response: OutboundResponse) -> None:
    """Store the answer; end the doubt, or set the time of the next question."""
    journey, attempt = question.journey, question.journey.attempt
    assert attempt is not None
    began = clock.monotonic_ms()
    told = asking.read(response, attempt.endpoint)
    reading = unnamed(told.reading, journey)
    now = database_now()
    columns = answered(journey, attempt, response, reading, parse_ms=clock.monotonic_ms() - began)
    Attempt.objects.filter(pk=attempt.id, status=AttemptStatus.STARTED).update(finished_at=now, **columns)
    if question.unsent is None:
        healthy = Outcome.ACCEPTED if told.is_healthy else Outcome.RETRYABLE
        breakers.count([(attempt.endpoint.id, healthy)], CallPhase.STATUS)
    if response.status == 401:
        tokens.refused([(attempt.endpoint.id, attempt.started_at)])
    if told.ends is not None and _resolved(question, told):
        return
    later = asking.next_at(now, attempt.retry + 1, jitter=_jitter())
    if later is None:
        logger.warning("status_url_told_nothing", extra={"delivery_id": journey.id, "retries": attempt.retry})
    _ask_again(journey.id, later)


def _resolved(question: Question, told: asking.Told) -> bool:
    """Whether the doubt has ended: by this answer, or by somebody else meanwhile."""
    assert told.ends is not None
    reading = unnamed(told.ends, question.journey)
    try:
        with transaction.atomic():
            by_hand.resolve(question.journey.id, reading, told_by=STATUS_URL, attempt_id=question.doubt.pk)
    except ApplicationError as refused:
        logger.warning(
            "status_answer_unused", extra={"delivery_id": question.journey.id, "code": refused.code}
        )
        return refused.code == "not_held"
    return True


def _ask_again(delivery_id: int, later: datetime | None) -> None:
    Delivery.objects.filter(pk=delivery_id, status=DeliveryStatus.HELD).update(next_attempt_at=later)


def _jitter() -> float:
    return random.random()  # noqa: S311 - spreads questions, protects nothing
