"""From claimed deliveries to written attempts: plan, choose, build, reserve, write. One short transaction a
batch.

Nothing is sent here. When the transaction has committed, every attempt that is about to leave is on record.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from apps.core import clock
from apps.core.places import PLACES
from apps.core.prepared import for_each, insert
from apps.deliveries.choices import AttemptKind, AttemptStatus
from apps.deliveries.facts import Live, database_now, load_journeys, load_live
from apps.deliveries.journeys import Journey, OpenAttempt, undone_on_failure
from apps.deliveries.models import Attempt
from apps.deliveries.services.attempt.preparing import prepare
from apps.deliveries.services.attempt.records import attempt_row
from apps.deliveries.services.endpoint import breakers, tokens
from apps.deliveries.services.endpoint.gate import Crowd, Gate, Parked
from apps.deliveries.services.journey import finishing, persons, waiting
from apps.deliveries.services.journey.claims import LEASE_MARGIN_S, park, still_ours
from apps.deliveries.services.journey.reservations import CapBook, Wanted, counters_of, wanted
from apps.deliveries.services.journey.turns import TurnBook
from apps.deliveries.specs import history_dump, plan_dump
from apps.engine import asked_again, breaker, routing
from apps.engine.breaker import CLOSED
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.routing import Considered
from apps.engine.values import Facts
from apps.engine.waterfall import Decision, Passed, Result, Send
from apps.leads import services as leads
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent

_TOUCH = """
    UPDATE deliveries_delivery SET plan = %s::jsonb, history = %s::jsonb, leased_until = %s::timestamptz
     WHERE id = %s::bigint
"""
INTERRUPTED = OutboundResponse(error=TransportError.INTERRUPTED, sent=True)


@dataclass(slots=True)
class Started:
    """What became of a batch.

    `sending` are written and may leave; `answered` have their answer without leaving (could not be built, or
    were interrupted by the end of an earlier process); `again` are to be started once more at once. All
    others are settled, waiting, or lost to another process.
    """

    sending: list[Journey] = field(default_factory=list)
    answered: list[tuple[Journey, OutboundResponse]] = field(default_factory=list)
    again: list[Journey] = field(default_factory=list)
    ended: list[tuple[Journey, Decision]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)


def start(journeys: Sequence[Journey], *, crowd: Crowd = lambda _: 0.0) -> Started:
    """Bring claimed deliveries up to the point where bytes may leave. `crowd` asks about an endpoint id."""
    started = Started()
    lost = load_journeys(journeys)
    finishing.cancel(lost, clock.now())
    able = [journey for journey in journeys if journey not in lost]
    for journey in _interrupted(able):
        started.answered.append((journey, INTERRUPTED))
    fresh = [journey for journey in able if journey.attempt is None]
    if fresh:
        live = load_live(fresh, database_now())
        with undone_on_failure(fresh), transaction.atomic():
            ours = still_ours(fresh)
            _Starting(live, started, crowd).run([one for one in fresh if (one.id, one.lease) in ours])
        tokens.fetch_soon(live)
    return started


def _interrupted(journeys: Sequence[Journey]) -> list[Journey]:
    """Deliveries with an attempt that was written and never settled: its process ended with bytes on the
    way.
    """
    suspects = {journey.id: journey for journey in journeys if journey.claims > 1}
    if not suspects:
        return []
    for row in Attempt.objects.filter(
        delivery_id__in=suspects, kind=AttemptKind.SALE, status=AttemptStatus.STARTED
    ):
        journey = suspects[row.delivery_id]
        journey.attempt = OpenAttempt(
            id=row.id,
            order=journey.order(row.order_id),
            endpoint=journey.endpoint(row.order_id),
            place=row.step,
            retry=row.retry,
            price=row.price,
            started_at=row.started_at,
            reservations=row.reservations,
        )
    return [journey for journey in suspects.values() if journey.attempt is not None]


class _Starting:
    """One batch within its transaction."""

    gate: Gate

    def __init__(self, live: Live, started: Started, crowd: Crowd) -> None:
        self.live, self.started, self.crowd = live, started, crowd
        self.events: list[LeadEvent] = []

    def run(self, journeys: list[Journey]) -> None:
        """Locks in this order: turns, paces, persons, caps; the deliveries are the caller's already."""
        self._plan([journey for journey in journeys if journey.plan is None])
        chosen = [(journey, self._choose(journey)) for journey in journeys]
        sends = [(journey, choice) for journey, choice in chosen if isinstance(choice, Send)]
        self.started.ended += [
            (journey, choice) for journey, choice in chosen if not isinstance(choice, Send)
        ]
        turns = finishing.turns_for(self.started.ended)
        self.gate = Gate(
            self.live, self.crowd, (journey.endpoint(choice.order_id) for journey, choice in sends)
        )
        ready = [journey for journey, choice in sends if self._prepare(journey, choice)]
        self.gate.write()
        reserved = self._reserve(self._not_taken(ready))
        persons.offer(reserved, self.live.now)
        self._write(reserved, [journey for journey, _ in sends])
        leads.tell(self.events)
        finishing.finish(self.started.ended, turns, self.live.now)
        park([(parked.journey, parked.wait_s) for parked in self.started.parked])

    def _plan(self, journeys: list[Journey]) -> None:
        turns = TurnBook(journeys)
        resting = self.live.orders.open_breakers
        for journey in journeys:
            facts = self.live.order_facts(turns.turns, journey)
            plan = routing.plan(
                journey.spec, journey.lead.data, facts, Facts(now=self.live.now, places=PLACES)
            )
            turns.give(journey, plan, resting)
            journey.plan = plan
            journey.passed += plan.considered
        turns.write()

    def _choose(self, journey: Journey) -> Decision:
        """The next step, past all orders that cannot have the lead any more."""
        while True:
            decision = journey.next_step(self.live.now)
            if isinstance(decision, Send):
                if waiting.keep(journey, decision.order_id, self.live):
                    continue
                line = self._closed(journey, decision)
                if line is not None:
                    self._pass_over(journey, line)
                    continue
            self._tell_passed(journey)
            return decision

    def _closed(self, journey: Journey, decision: Send) -> Considered | None:
        order = journey.order(decision.order_id)
        line = routing.still_open(order, self.live.orders)
        if line is None and not breakers.may_send(self.live, order.endpoint_id):
            return Considered(order.id, "breaker_open")
        return line

    def _pass_over(self, journey: Journey, line: Considered) -> None:
        what, retry_at = Passed.PASSED, None
        if line.verdict == "breaker_open":
            endpoint = journey.endpoint(line.order_id)
            reopens = breaker.reopens_at(self.live.breakers.get(endpoint.id, CLOSED), self.live.now)
            what = Passed.DEFERRED
            retry_at = asked_again.deferred_until(journey.history, line.order_id, endpoint, reopens)
        journey.passed.append(line)
        journey.history.append(Result(line.order_id, what, self.live.now, line.verdict, retry_at=retry_at))

    def _not_taken(self, journeys: list[Journey]) -> list[Journey]:
        """Without those whose person another lead has taken at this buyer; they are started again."""
        for journey, line in persons.taken(journeys, self.live.now):
            self._pass_over(journey, line)
            journey.attempt = None
            self.started.again.append(journey)
        return [journey for journey in journeys if journey.attempt is not None]

    def _tell_passed(self, journey: Journey) -> None:
        if journey.passed:
            lines = [finishing.line_of(journey, line) for line in journey.passed]
            data = {"orders": lines, "version": journey.spec.version}
            self.events.append(
                LeadEvent(lead_id=journey.lead_id, kind=EventKind.CONSIDERED, at=self.live.now, data=data)
            )
            journey.passed = []

    def _prepare(self, journey: Journey, choice: Send) -> bool:
        """Make the attempt. False when the endpoint cannot be called now: the delivery steps back, or lets others go
        first.
        """
        parked = self.gate.parked(journey, journey.endpoint(choice.order_id))
        if parked is not None:
            full = parked.full
            if full is None or waiting.stay(journey, choice.order_id, full, self.live.now):
                self.started.parked.append(parked)
            else:
                self._tell_passed(journey)
                self.started.again.append(journey)
            return False
        unsent = prepare(journey, choice, self.live)
        if unsent is not None:
            self.started.answered.append((journey, unsent))
        return True

    def _reserve(self, journeys: list[Journey]) -> list[Journey]:
        """Take caps and money for those that will leave. Who finds one full is passed over by that order and
        started again.
        """
        self._take_over(journeys)
        asked = {journey.id: self._asked(journey) for journey in journeys}
        unused = finishing.unused(self.started.ended)
        book = CapBook(counters_of([*unused, *(one for some in asked.values() for one, _ in some)]))
        book.release(unused)
        kept = []
        for journey in journeys:
            assert journey.attempt is not None
            full = book.reserve(asked[journey.id], past_limits="caps" in journey.ignores)
            if full is None:
                carried = journey.held.pop(journey.attempt.order.id, [])
                journey.attempt.reservations = [*carried, *(one for one, _ in asked[journey.id])]
                kept.append(journey)
                continue
            self._pass_over(journey, full.line(journey.attempt.order.id))
            journey.attempt = None
            self.started.again.append(journey)
        book.write()
        return kept

    def _take_over(self, journeys: list[Journey]) -> None:
        """What an attempt in doubt holds passes to the attempt that asks again; it stands in one place
        only.
        """
        for journey in journeys:
            assert journey.attempt is not None
            order_id = journey.attempt.order.id
            if order_id in journey.held and any(one.order_id == order_id for one in journey.history):
                Attempt.objects.filter(delivery_id=journey.id, order_id=order_id).update(reservations=[])

    def _asked(self, journey: Journey) -> Wanted:
        """The caps of the order and its buyer's balance, apart from what it still holds from an attempt in doubt.
        Nothing for the unbuildable.
        """
        attempt = journey.attempt
        assert attempt is not None
        if attempt.request is None:
            return []
        carried = {reservation[0] for reservation in journey.held.get(attempt.order.id, ())}
        asked = wanted(journey, attempt.order, attempt.price, self.live.now, funds=self.live.orders.funds)
        return [(one, limit) for one, limit in asked if one[0] not in carried]

    def _write(self, attempting: list[Journey], touched: list[Journey]) -> None:
        """Attempts, plans, histories, and a lease that covers the longest answer."""
        rows = [attempt_row(journey, journey.attempt) for journey in attempting if journey.attempt]
        if rows:
            insert(rows)
        self.started.sending += [one for one in attempting if one.attempt and one.attempt.request]
        for journey in touched:
            covers_s = LEASE_MARGIN_S
            if journey.attempt is not None:
                covers_s += journey.attempt.endpoint.timeout_ms / 1000
            journey.lease = self.live.now + timedelta(seconds=covers_s)
        for_each(
            _TOUCH,
            [
                (
                    json.dumps(plan_dump(journey.plan)) if journey.plan else None,
                    json.dumps(history_dump(journey.history, journey.held)),
                    journey.lease,
                    journey.id,
                )
                for journey in touched
            ],
        )
