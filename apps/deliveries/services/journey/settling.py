"""From answers to consequences: attempts, sales, caps, breakers, and what comes next. One short transaction a
batch.
"""

import json
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from apps.core.prepared import array, fetch_all, for_each
from apps.deliveries.choices import AttemptStatus
from apps.deliveries.facts import database_now
from apps.deliveries.journeys import Journey, undone_on_failure
from apps.deliveries.services.attempt.reading import Answer, read
from apps.deliveries.services.attempt.records import answered
from apps.deliveries.services.drift import shapes
from apps.deliveries.services.endpoint import alerts, breakers, tokens
from apps.deliveries.services.journey import after_sale, finishing, payouts, persons
from apps.deliveries.services.journey.claims import still_ours
from apps.deliveries.services.journey.reservations import KEPT_WITHOUT_SALE, CapBook, counters_of
from apps.deliveries.specs import history_dump
from apps.engine import asked_again, waterfall
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome
from apps.engine.waterfall import Decision, Result, Send
from apps.leads import services as leads
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent
from apps.ledger.selectors import SoldSoFar, sold_so_far
from apps.ledger.services import Booking, sales_book

logger = logging.getLogger(__name__)

Answered = tuple[Journey, OutboundResponse]

_SETTLE = """
    UPDATE deliveries_attempt
    SET status = %s::text, outcome = %s::text, http_status = %s::smallint, error = %s::text, error_detail = %s::text,
        reason = %s::text, reference = %s::text, rule_index = %s::smallint, timings = %s::jsonb,
        sealed_response = %s::bytea, shape = %s::text, price = %s::numeric, reservations = %s::jsonb,
        finished_at = %s::timestamptz
    WHERE id = %s::bigint
"""


@dataclass(slots=True)
class Settled:
    """What became of a batch: `again` are to be started at once, `ended` wait or are over."""

    again: list[Journey] = field(default_factory=list)
    ended: list[tuple[Journey, Decision]] = field(default_factory=list)
    late: list[Answer] = field(default_factory=list)
    """Answers to attempts that were given up before (the process stood still for longer than its lease)."""


def settle(batch: Sequence[Answered]) -> Settled:
    """Book a batch of answers, each exactly once."""
    answers = [read(journey, response) for journey, response in batch if journey.attempt is not None]
    settled = Settled()
    with undone_on_failure([answer.journey for answer in answers]), transaction.atomic():
        now = database_now()
        live, settled.late = _divided(answers)
        if live:
            _Settling(live, settled, now).run()
            tokens.refused(
                (one.attempt.endpoint.id, one.attempt.started_at) for one in live if one.token_refused
            )
    breakers.count([(one.attempt.endpoint.id, one.reading.outcome) for one in live if one.tells_of_health])
    shapes.count(live)
    alerts.tell(_failure(answer) for answer in live)
    for answer in settled.late:
        logger.warning(
            "answer_came_late",
            extra={"attempt_id": answer.attempt.id, "outcome": str(answer.reading.outcome)},
        )
    return settled


def _failure(answer: Answer) -> tuple[int, int, Outcome, TransportError | None, int | None]:
    attempt, response = answer.attempt, answer.response
    return attempt.endpoint.id, attempt.id, answer.reading.outcome, response.error, response.status


def _divided(answers: list[Answer]) -> tuple[list[Answer], list[Answer]]:
    """The first answer to each attempt that is open still, whose claim stands, which are locked; and those that come
    late.
    """
    ours = still_ours([answer.journey for answer in answers])
    held = [(answer.journey.id, answer.journey.lease) in ours for answer in answers]
    open_ids = _still_open(
        [answer.attempt.id for answer, is_held in zip(answers, held, strict=True) if is_held]
    )
    live, late = [], []
    for answer, is_held in zip(answers, held, strict=True):
        booked_now = is_held and answer.attempt.id in open_ids
        (live if booked_now else late).append(answer)
        if booked_now:
            open_ids.discard(answer.attempt.id)
    return live, late


_STILL_OPEN = f"""
    SELECT id FROM deliveries_attempt WHERE id = ANY(%s::bigint[]) AND status = '{AttemptStatus.STARTED}'
     ORDER BY id FOR UPDATE
"""  # noqa: S608 - a word of our own


def _still_open(attempt_ids: list[int]) -> set[int]:
    return {number for (number,) in fetch_all(_STILL_OPEN, [array(map(str, attempt_ids))])}


class _Settling:
    """One batch within its transaction. Locks: deliveries and attempts (the caller's), turns, caps, leads."""

    def __init__(self, answers: list[Answer], settled: Settled, now: datetime) -> None:
        self.answers, self.settled, self.now = answers, settled, now
        self.kept: dict[int, list[list[object]]] = {}

    def run(self) -> None:
        """Write everything that follows from the answers."""
        for answer in self.answers:
            self._remember(answer)
        decided = [(answer.journey, self._next(answer.journey)) for answer in self.answers]
        ended = [(journey, decision) for journey, decision in decided if not isinstance(decision, Send)]
        self.settled.ended += ended
        self.settled.again += [journey for journey, decision in decided if isinstance(decision, Send)]
        turns = finishing.turns_for(ended)
        self._settle_caps(ended)
        persons.answered([(answer.journey, answer.attempt.order) for answer in self.answers])
        self._write_attempts()
        booked = self._book()
        after_sale.write(
            [(one.journey, one.attempt) for one in self.answers if one.attempt.id in booked], self.now
        )
        leads.tell([_event(answer, self.now, booked) for answer in self.answers])
        self._save_histories(self.settled.again)
        finishing.finish(ended, turns, self.now)
        for answer in self.answers:
            answer.journey.attempt = None

    def _remember(self, answer: Answer) -> None:
        """Append the result to the history, with the time of a retry if there is to be one."""
        journey, attempt, reading = answer.journey, answer.attempt, answer.reading
        price = answer.price if reading.outcome is Outcome.ACCEPTED else None
        journey.history.append(Result(attempt.order.id, reading.outcome, self.now, reading.reason, price))
        journey.history[-1] = replace(
            journey.history[-1],
            retry_at=asked_again.retry_at(
                journey.history,
                attempt.endpoint,
                self.now,
                jitter=random.random(),  # noqa: S311 - spreads retries, protects nothing
                retry_after_s=reading.retry_after_s,
            ),
        )

    def _next(self, journey: Journey) -> Decision:
        return journey.next_step(self.now)

    def _settle_caps(self, ended: Sequence[finishing.Ended]) -> None:
        """Keep what a sale or a doubt holds, give back the rest; a sale at another price moves spend by the
        difference, and takes from a balance when it is booked.
        """
        unused = finishing.unused(ended)
        standing = (one for answer in self.answers for one in answer.attempt.reservations)
        book = CapBook(counters_of([*standing, *unused]))
        book.release(unused)
        for answer in self.answers:
            attempt, standing = answer.attempt, answer.attempt.reservations
            if answer.reading.outcome is Outcome.ACCEPTED:
                standing = book.sold(standing, answer.price)
            elif answer.reading.outcome is not Outcome.UNKNOWN:
                stays = KEPT_WITHOUT_SALE if answer.response.sent else frozenset[str]()
                book.release(one for one in standing if one[3] not in stays)
                standing = [one for one in standing if one[3] in stays]
            self.kept[attempt.id] = standing
            if standing and answer.reading.outcome is not Outcome.ACCEPTED:
                answer.journey.held[attempt.order.id] = standing
        book.write()

    def _write_attempts(self) -> None:
        for_each(_SETTLE, [self._attempt_row(answer) for answer in self.answers])

    def _attempt_row(self, answer: Answer) -> tuple[object, ...]:
        told = answered(
            answer.journey, answer.attempt, answer.response, answer.reading, parse_ms=answer.parse_ms
        )
        return (
            *(json.dumps(value) if name == "timings" else value for name, value in told.items()),
            answer.shape.fingerprint if answer.shape else "",
            answer.price,
            json.dumps(self.kept[answer.attempt.id]),
            self.now,
            answer.attempt.id,
        )

    def _book(self) -> frozenset[int]:
        """Book the sales; the ids of the attempts that are sales now."""
        accepted = [answer for answer in self.answers if answer.reading.outcome is Outcome.ACCEPTED]
        if not accepted:
            return frozenset()
        sold = sold_so_far(answer.journey.lead_id for answer in accepted)
        booked = sales_book(
            [booking(answer, sold.get(answer.journey.lead_id), self.now) for answer in accepted]
        )
        for answer in accepted:
            if answer.attempt.id not in booked:
                logger.error(
                    "sale_not_booked",
                    extra={"attempt_id": answer.attempt.id, "lead_id": answer.journey.lead_id},
                )
        return booked

    def _save_histories(self, journeys: Sequence[Journey]) -> None:
        """Those that go on at once: their claim stands, and counts anew, for the process has shown that it
        lives.
        """
        for_each(
            "UPDATE deliveries_delivery SET history = %s::jsonb, claims = 1 WHERE id = %s::bigint",
            [(json.dumps(history_dump(journey.history, journey.held)), journey.id) for journey in journeys],
        )
        for journey in journeys:
            journey.claims = 1


def booking(answer: Answer, sold: SoldSoFar | None, now: datetime) -> Booking:
    """The sale that an accepted answer is."""
    journey, attempt = answer.journey, answer.attempt
    plan = journey.plan
    assert plan is not None
    before = sold or SoldSoFar()
    return Booking(
        company_id=journey.company_id,
        lead_id=journey.lead_id,
        delivery_id=journey.id,
        attempt_id=attempt.id,
        order_id=attempt.order.id,
        buyer_id=attempt.order.buyer_id,
        source_id=journey.lead.source_id,
        exclusive=plan.sells_alone(attempt.order.id),
        place=before.count + 1,
        price=answer.price,
        payout=payouts.added(journey, attempt.order, answer.price, before),
        currency=journey.spec.currency,
        recovered=waterfall.recovered(journey.history, attempt.order.id),
        at=now,
    )


def _event(answer: Answer, now: datetime, booked: frozenset[int]) -> LeadEvent:
    reading, attempt = answer.reading, answer.attempt
    data = {
        "attempt": attempt.id,
        "order": attempt.order.id,
        "name": attempt.order.name,
        "buyer": attempt.order.buyer_name,
        "outcome": reading.outcome.value,
        "reason": reading.reason,
        "retry": attempt.retry,
        "ms": round(answer.response.timings.total_ms),
        "status": answer.response.status,
    }
    if reading.outcome is Outcome.ACCEPTED:
        data |= {"price": str(answer.price), "booked": attempt.id in booked}
    retry_at = answer.journey.history[-1].retry_at
    if retry_at is not None:
        data["retry_at"] = retry_at.isoformat()
    return LeadEvent(lead_id=answer.journey.lead_id, kind=EventKind.ATTEMPTED, at=now, data=data)
