"""Copies after a sale: the lead goes to further endpoints of its buyer, by any transport, until it has arrived.

The assured profile: seconds at first, hours in the end, then somebody is told; what no try will mend is given up at
once. While its endpoint's breaker is open a copy waits, which counts as no try. A copy may arrive twice, with the same
idempotency key, for a doubt is sent again; what became of it never changes the sale, a cap or the ledger. The outcome
of each try is an attempt of the kind copy, written before bytes leave.
"""

import logging
import queue
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from apps.buyers.models import Endpoint
from apps.companies.services import record as audit
from apps.core.errors import ApplicationError
from apps.core.ids import new_id
from apps.deliveries.choices import AttemptKind, AttemptStatus, CopyStatus
from apps.deliveries.facts import Live, database_now, load_journeys, load_live
from apps.deliveries.journeys import Journey, OpenAttempt, selling
from apps.deliveries.models import Attempt, LeadCopy
from apps.deliveries.services.attempt import preparing, reading, transports
from apps.deliveries.services.attempt.reading import Answer
from apps.deliveries.services.attempt.records import answered, attempt_row
from apps.deliveries.services.endpoint import alerts, breakers, tokens
from apps.deliveries.services.endpoint.gate import Gate
from apps.deliveries.services.journey import after_sale
from apps.engine import breaker, retry
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome
from apps.engine.waterfall import TOKEN_REFUSED, Result
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""Longer than the slowest endpoint may take."""
ANSWER_GRACE_S = 5.0
_ARRIVED = (Outcome.ACCEPTED, Outcome.DUPLICATE)
_FINAL = (Outcome.REJECTED, Outcome.FAILED)
"""The same request would get the same answer: a no, a status that refuses it, or nothing that can be sent."""


@dataclass(slots=True)
class _Copying:
    """One copy under way. `answer` is there already when nothing can leave."""

    copy: LeadCopy
    journey: Journey
    attempt: OpenAttempt
    answer: OutboundResponse | None = None


def send_due(limit: int = 50) -> int:
    """Send the copies that are due, all at once; how many there were."""
    claimed = _claim(limit)
    if not claimed:
        return 0
    started = _start(claimed)
    leaving = [one for one in started if one.answer is None]
    for one in started:
        if one.answer is not None:
            _settle(one, one.answer)
    _exchange(leaving)
    return len(claimed)


@transaction.atomic
def send_again(copy: LeadCopy, *, by: Any) -> None:
    """Send a copy that has arrived or was given up once more; audited."""
    row = LeadCopy.objects.select_for_update().get(pk=copy.pk)
    if row.status == CopyStatus.PENDING:
        raise ApplicationError("This copy is on its way.", code="copy_pending")
    row.status, row.tries, row.next_attempt_at, row.finished_at = CopyStatus.PENDING, 0, database_now(), None
    row.save(update_fields=["status", "tries", "next_attempt_at", "finished_at"])
    summary = f"Copy of lead {row.lead.public_id} sent again"
    audit(row, by=by, action="copy.sent_again", summary=summary, data={"endpoint": row.endpoint_id})


@transaction.atomic
def _claim(limit: int) -> list[LeadCopy]:
    """Copies that are due. An endpoint that others wait for just now is left to them: who hangs holds up one worker."""
    now = database_now()
    busy = Attempt.objects.filter(
        status=AttemptStatus.STARTED, kind=AttemptKind.COPY, started_at__gt=now - LEASE
    )
    paused = Endpoint.objects.filter(is_active=False)
    pending = LeadCopy.objects.filter(status=CopyStatus.PENDING, next_attempt_at__lte=now)
    pending = pending.exclude(endpoint_id__in=paused.values("pk"))
    pending = pending.exclude(endpoint_id__in=busy.values("endpoint_id"))
    rows = pending.select_related("delivery").select_for_update(skip_locked=True, of=("self",))
    rows = list(rows.order_by("next_attempt_at")[:limit])
    LeadCopy.objects.filter(pk__in=[row.pk for row in rows]).update(next_attempt_at=now + LEASE)
    return rows


def _start(copies: Sequence[LeadCopy]) -> list[_Copying]:
    """Write an attempt for each, before bytes leave. Those that cannot be sent any more are ended."""
    journeys = {copy.pk: _journey(copy) for copy in copies}
    lost = {journey.id for journey in load_journeys(list(journeys.values()))}
    able = [copy for copy in copies if copy.delivery_id not in lost and _is_known(copy, journeys[copy.pk])]
    for copy in copies:
        if copy not in able:
            _end(copy, CopyStatus.FAILED, "The lead has been erased, or its endpoint is no longer known.")
    if not able:
        return []
    with transaction.atomic():
        now = database_now()
        live = load_live([journeys[copy.pk] for copy in able], now)
        _close_interrupted(able, now)
        started = _let_through(able, journeys, live)
        Attempt.objects.bulk_create(_row(one) for one in started)
        _count_tries([one.copy for one in started])
    tokens.fetch_soon(live)
    return started


def _count_tries(copies: Sequence[LeadCopy]) -> None:
    LeadCopy.objects.filter(pk__in=[copy.pk for copy in copies]).update(tries=F("tries") + 1)
    for copy in copies:
        copy.tries += 1


def _let_through(copies: Sequence[LeadCopy], journeys: Mapping[int, Journey], live: Live) -> list[_Copying]:
    """Those whose endpoint can be called now; the others step back, which counts as no try."""
    endpoints = {copy.pk: _endpoint(copy, journeys[copy.pk]) for copy in copies}
    gate = Gate(live, lambda _: 0.0, endpoints.values())
    started = []
    for copy in copies:
        later = _later(gate, journeys[copy.pk], endpoints[copy.pk], live)
        if later is None:
            started.append(_opened(copy, journeys[copy.pk], endpoints[copy.pk], live))
        else:
            LeadCopy.objects.filter(pk=copy.pk).update(next_attempt_at=later)
    gate.write()
    return started


def _later(gate: Gate, journey: Journey, endpoint: EndpointSpec, live: Live) -> datetime | None:
    """When to come back to an endpoint that rests or takes no more; None when it can be called now. Of all copies one
    is the probe of a breaker that has rested enough."""
    if not breakers.may_send(live, endpoint.id):
        return breaker.reopens_at(live.breakers[endpoint.id], live.now)
    parked = gate.parked(journey, endpoint)
    return None if parked is None else live.now + timedelta(seconds=parked.wait_s)


def _endpoint(copy: LeadCopy, journey: Journey) -> EndpointSpec:
    return next(one for one in journey.spec.endpoints if one.id == copy.endpoint_id)


def _journey(copy: LeadCopy) -> Journey:
    """The journey of a copy of its own. Its history tells whether the last try's access token was refused."""
    refused = Result(copy.order_id, Outcome.RETRYABLE, copy.created_at, TOKEN_REFUSED)
    return Journey(
        id=copy.delivery_id,
        company_id=copy.company_id,
        lead_id=copy.lead_id,
        version_id=copy.delivery.version_id,
        lease=copy.created_at,
        history=[refused] if copy.last_error == TOKEN_REFUSED else [],
    )


def _is_known(copy: LeadCopy, journey: Journey) -> bool:
    endpoints = {endpoint.id for endpoint in journey.spec.endpoints}
    return copy.endpoint_id in endpoints and copy.order_id in selling(journey.spec).orders


def _opened(copy: LeadCopy, journey: Journey, endpoint: EndpointSpec, live: Live) -> _Copying:
    order = journey.order(copy.order_id)
    attempt = journey.attempt = OpenAttempt(
        id=new_id(),
        order=order,
        endpoint=endpoint,
        place=0,
        retry=copy.tries,
        price=order.price,
        started_at=live.now,
        reservations=[],
    )
    if tokens.is_failing(live, endpoint):
        unsent: OutboundResponse | None = tokens.FAILING
    else:
        unsent = preparing.build(journey, attempt, live, copy_to=endpoint.id)
    if unsent is not None:
        breakers.give_back(live, endpoint.id)
    return _Copying(copy, journey, attempt, unsent)


def _row(one: _Copying) -> Attempt:
    row = attempt_row(one.journey, one.attempt)
    row.kind = AttemptKind.COPY
    row.idempotency_key = f"{row.idempotency_key}-{one.attempt.endpoint.id}"
    return row


def _close_interrupted(copies: Sequence[LeadCopy], now: datetime) -> None:
    """Attempts whose process ended with bytes on the way: who has claimed their copy again says so."""
    tried = {(copy.delivery_id, copy.endpoint_id) for copy in copies if copy.tries}
    if not tried:
        return
    left = Attempt.objects.filter(
        delivery_id__in=[delivery_id for delivery_id, _ in tried],
        kind=AttemptKind.COPY,
        status=AttemptStatus.STARTED,
    ).values_list("pk", "delivery_id", "endpoint_id")
    Attempt.objects.filter(pk__in=[pk for pk, *pair in left if tuple(pair) in tried]).update(
        status=AttemptStatus.SETTLED,
        outcome=Outcome.UNKNOWN,
        error=TransportError.INTERRUPTED,
        reason=TransportError.INTERRUPTED,
        finished_at=now,
    )


def _exchange(leaving: Sequence[_Copying]) -> None:
    """Send all at once; each is settled as its answer arrives. An answer that never comes is left to the lease."""
    if not leaving:
        return
    arrived: queue.SimpleQueue[tuple[int, OutboundResponse]] = queue.SimpleQueue()
    outgoing = [(one.attempt.endpoint, one.attempt.request) for one in leaving if one.attempt.request]
    until = time.monotonic() + max(sent.timeout_ms for _, sent in outgoing) / 1000 + ANSWER_GRACE_S
    transports.start(outgoing, lambda index, answer: arrived.put((index, answer)))
    for _ in outgoing:
        try:
            index, answer = arrived.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            return
        _settle(leaving[index], answer)


def _settle(one: _Copying, response: OutboundResponse) -> None:
    """Book the answer, for the copy and for its endpoint's health."""
    answer = reading.read(one.journey, response)
    with transaction.atomic():
        now = database_now()
        if not _close(answer, now):
            return
        copy = LeadCopy.objects.select_for_update().get(pk=one.copy.pk)
        if copy.status == CopyStatus.PENDING:
            _go_on(one, copy, answer, now)
    endpoint_id = one.attempt.endpoint.id
    if answer.tells_of_health:
        breakers.count([(endpoint_id, answer.reading.outcome)])
    if answer.token_refused:
        tokens.refused([(endpoint_id, one.attempt.started_at)])


def _go_on(one: _Copying, copy: LeadCopy, answer: Answer, now: datetime) -> None:
    """It has arrived, is tried again, or is given up."""
    response, outcome, reason = answer.response, answer.reading.outcome, answer.reading.reason
    if outcome in _ARRIVED:
        after_sale.store([(one.journey, one.attempt)], now)
        _end(copy, CopyStatus.DONE, "", one)
        return
    wait_s = retry.assured_wait_s(copy.tries, jitter=random.random())  # noqa: S311 - spreads retries only
    if wait_s is None or outcome in _FINAL:
        _end(copy, CopyStatus.FAILED, reason, one)
        alerts.tell([(copy.endpoint_id, one.attempt.id, outcome, response.error, response.status)])
        return
    copy.next_attempt_at, copy.last_error = now + timedelta(seconds=wait_s), reason
    copy.save(update_fields=["next_attempt_at", "last_error"])


def _close(answer: Answer, now: datetime) -> bool:
    """Settle the attempt. False when another process has given it up meanwhile."""
    told = answered(answer.journey, answer.attempt, answer.response, answer.reading, parse_ms=answer.parse_ms)
    still_open = Attempt.objects.filter(pk=answer.attempt.id, status=AttemptStatus.STARTED)
    return bool(still_open.update(finished_at=now, **told))


def _end(copy: LeadCopy, status: CopyStatus, error: str, one: _Copying | None = None) -> None:
    """It has arrived, or is given up."""
    now = database_now()
    copy.status, copy.next_attempt_at, copy.finished_at, copy.last_error = status, None, now, error
    copy.save(update_fields=["status", "next_attempt_at", "finished_at", "last_error"])
    if status == CopyStatus.FAILED:
        logger.error("copy_given_up", extra={"copy_id": copy.pk, "endpoint_id": copy.endpoint_id})
    if one is not None:
        told = {
            "endpoint": one.attempt.endpoint.name,
            "buyer": one.attempt.order.buyer_name,
            "arrived": status == CopyStatus.DONE,
            "tries": copy.tries,
        }
        LeadEvent.objects.create(lead_id=copy.lead_id, kind=EventKind.COPIED, at=now, data=told)
