"""One accepted lead on its way to buyers: planned, offered, answered, sold or not, with every line of its trace."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.core.places import PLACES
from apps.deliveries.choices import AttemptStatus, DeliveryStatus
from apps.deliveries.journeys import Journey, LeadFacts, OpenAttempt, selling
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.sendings import sending_of
from apps.deliveries.services.attempt import transports
from apps.deliveries.services.attempt.records import attempt_row, sealed_response, timings
from apps.deliveries.services.journey import finishing
from apps.deliveries.services.journey.after_sale import WAITING_KINDS
from apps.deliveries.services.journey.reservations import KEPT_WITHOUT_SALE, wanted
from apps.deliveries.services.journey.settling import Answer, booking
from apps.deliveries.services.journey.turns import TurnBook
from apps.deliveries.specs import bids_dump, history_dump, plan_dump
from apps.demo.history.books import Books
from apps.demo.history.buyers import PastBuyers
from apps.demo.history.ids import id_at
from apps.demo.history.leads import PastLead, event
from apps.engine import asked_again, reasons, request, routing, waterfall
from apps.engine.answer import Answer as Document
from apps.engine.mapping import Unbuildable
from apps.engine.order_facts import OrderFacts
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome
from apps.engine.routing import Considered, Plan
from apps.engine.values import Facts, Problem
from apps.engine.waterfall import Hold, Result, Send, Sold, Unsold, Wait
from apps.leads.choices import EventKind, LeadStatus
from apps.ledger.selectors import SoldSoFar
from apps.ledger.services import Booking, Payout

_LAG = timedelta(milliseconds=40)
"""From the answer to the source to the first attempt."""


@dataclass(slots=True)
class World:
    """What past journeys share: buyers, books, turns, and the endpoints' secrets."""

    buyers: PastBuyers
    books: Books
    turns: TurnBook
    secrets: dict[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Award:
    """How an auction ended, for the journey that follows it: its plan, the trace's lines, and by order the answers to
    the ping. `ping` is its public id.
    """

    ping: str
    at: datetime
    plan: Plan
    lines: list[dict[str, object]]
    answers: dict[int, OutboundResponse]


@dataclass(slots=True)
class PastJourney:
    """A lead's journey with its rows. `now` is the instant it has come to."""

    lead: PastLead
    world: World
    now: datetime
    journey: Journey
    attempts: list[Attempt] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    stored: list[OpenAttempt] = field(default_factory=list)
    owed: Payout | None = None
    award: Award | None = None

    @classmethod
    def of(cls, lead: PastLead, world: World, award: Award | None = None) -> "PastJourney":
        """The journey of an accepted lead, about to begin; with the `award` of its auction, if there was one."""
        row, spec = lead.row, lead.standing.spec
        journey = Journey(
            id=id_at(row.received_at),
            company_id=row.company_id,
            lead_id=row.id,
            version_id=lead.standing.version_id,
            lease=row.received_at,
            spec=spec,
            lead=LeadFacts(
                row.id, row.source_id, row.terms_id, row.received_at, lead.data, lead.key, row.method
            ),
        )
        began_at = max(row.received_at, award.at) if award is not None else row.received_at
        return cls(lead, world, began_at + _LAG, journey, award=award)

    def run(self) -> Delivery:
        """Go to the end; the delivery's row is returned, the lead's row is changed."""
        self._plan() if self.award is None else self._follow(self.award)
        plan, endpoints = self.journey.plan, selling(self.journey.spec).endpoint_of
        assert plan is not None
        while True:
            decision = waterfall.next_step(plan, self.journey.history, endpoints, self.now)
            if isinstance(decision, Send):
                self._send(decision)
            elif isinstance(decision, Wait):
                self.now = decision.until
            else:
                return self._end(decision)

    def _plan(self) -> None:
        journey, books = self.journey, self.world.books
        facts = OrderFacts(turns=self.world.turns.turns, full_caps=books.full(journey.spec, self.now))
        plan = routing.plan(journey.spec, journey.lead.data, facts, Facts(now=self.now, places=PLACES))
        self.world.turns.give(journey, plan, frozenset())
        journey.plan = plan
        lines = [finishing.line_of(journey, line) for line in plan.considered]
        self._tell(EventKind.CONSIDERED, {"orders": lines, "version": journey.spec.version})

    def _follow(self, award: Award) -> None:
        """Go the way of an award, with what the buyers answered to the ping."""
        journey = self.journey
        journey.plan = award.plan
        journey.bids = {order_id: Document(response) for order_id, response in award.answers.items()}
        told = {"orders": award.lines, "version": journey.spec.version, "ping": award.ping}
        self.lead.events.append(event(self.lead.row, EventKind.CONSIDERED, award.at, told))

    def _send(self, choice: Send) -> None:
        journey = self.journey
        order, endpoint = journey.order(choice.order_id), journey.endpoint(choice.order_id)
        attempt = journey.attempt = OpenAttempt(
            id=id_at(self.now),
            order=order,
            endpoint=endpoint,
            place=choice.place,
            retry=choice.retry,
            price=choice.price,
            started_at=self.now,
            reservations=[one for one, _ in wanted(journey, order, choice.price, self.now)],
            assembly_ms=0.2,
        )
        secrets = self.world.secrets.get(endpoint.id, {})
        made = request.build(endpoint, sending_of(journey, attempt, secrets=secrets, now=self.now))
        if isinstance(made, Unbuildable):
            detail = f"{made.target} {made.why}"
            response = OutboundResponse(error=TransportError.UNBUILDABLE, error_detail=detail)
        else:
            attempt.request = made
            response = self.world.buyers.answer(made, self.now)
        self._settle(attempt, response)

    def _settle(self, attempt: OpenAttempt, response: OutboundResponse) -> None:
        row = attempt_row(self.journey, attempt)
        self.now += timedelta(milliseconds=response.timings.total_ms)
        answer = Answer(self.journey, attempt, response, transports.read(attempt.endpoint, response), 0.05)
        self._remember(answer)
        self._reserve(answer)
        self.attempts.append(_settled(row, answer, self.now))
        if answer.reading.outcome is Outcome.ACCEPTED:
            self.bookings.append(booking(answer, self._sold_so_far(), self.now))
            self.stored += [attempt] if attempt.endpoint.kind in WAITING_KINDS else []
        self._tell(EventKind.ATTEMPTED, self._told(answer))
        self.journey.attempt = None

    def _sold_so_far(self) -> SoldSoFar:
        prices = sum((one.price for one in self.bookings), Decimal(0))
        payouts = sum((one.payout for one in self.bookings), Decimal(0))
        orders = tuple((one.order_id, one.price) for one in self.bookings)
        return SoldSoFar(len(self.bookings), prices, payouts, orders)

    def _remember(self, answer: Answer) -> None:
        history, reading = self.journey.history, answer.reading
        price = answer.price if reading.outcome is Outcome.ACCEPTED else None
        history.append(Result(answer.attempt.order.id, reading.outcome, self.now, reading.reason, price))
        again = asked_again.retry_at(history, answer.attempt.endpoint, self.now, jitter=0.5)
        history[-1] = replace(history[-1], retry_at=again)

    def _reserve(self, answer: Answer) -> None:
        """Keep what a sale or a doubt holds; of anything else only what counts leads sent."""
        standing = answer.attempt.reservations
        if answer.reading.outcome is Outcome.ACCEPTED:
            spent = int(answer.price * 100)
            standing = [[*one[:2], spent if one[3] == "spend" else one[2], one[3]] for one in standing]
        elif answer.reading.outcome is not Outcome.UNKNOWN:
            standing = [one for one in standing if one[3] in KEPT_WITHOUT_SALE and answer.response.sent]
        elif standing:
            self.journey.held[answer.attempt.order.id] = standing
        answer.attempt.reservations = standing
        self.world.books.reserve(standing)

    def _told(self, answer: Answer) -> dict[str, Any]:
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
            data |= {"price": str(answer.price), "booked": True}
        retry_at = self.journey.history[-1].retry_at
        return data | ({"retry_at": retry_at.isoformat()} if retry_at else {})

    def _end(self, decision: Sold | Unsold | Hold) -> Delivery:
        journey, row = self.journey, self.lead.row
        if isinstance(decision, Hold):
            row.status = LeadStatus.HELD
            order = journey.order(decision.order_id)
            self._tell(EventKind.HELD, {"order": order.name, "reason": decision.reason})
            return self._row(DeliveryStatus.HELD, decision.reason)
        row.finished_at = self.now
        if isinstance(decision, Unsold):
            self.world.turns.settle(journey, ())
            self.world.books.reserve([one for one in row.reservations if one[3] != "received"], sign=-1)
            row.status, row.reason, row.reservations = LeadStatus.UNSOLD, decision.reason, []
            row.message = reasons.message(Problem(decision.reason))
            row.payout = finishing.payout_without_sale(journey)
            self.owed = finishing.payout_owed(journey, self.now)
            self._tell(EventKind.UNSOLD, {"reason": decision.reason, "delivery": journey.public_id})
            return self._row(DeliveryStatus.UNSOLD, decision.reason)
        self.world.turns.settle(journey, decision.order_ids)
        self._sold(decision)
        return self._row(DeliveryStatus.SOLD, "")

    def _sold(self, decision: Sold) -> None:
        journey, row, plan = self.journey, self.lead.row, self.journey.plan
        assert plan is not None
        row.status = LeadStatus.SOLD
        row.price = sum((one.price for one in self.bookings), Decimal(0))
        row.payout = sum((one.payout for one in self.bookings), Decimal(0))
        passed = [Considered(one, "not_reached") for one in waterfall.not_reached(plan, journey.history)]
        told = {
            "price": str(row.price),
            "delivery": journey.public_id,
            "orders": [journey.order(order_id).name for order_id in decision.order_ids],
            "recovered": decision.recovered,
            "passed": [finishing.line_of(journey, line) for line in passed],
        }
        self._tell(EventKind.SOLD, told)

    def _row(self, status: DeliveryStatus, reason: str) -> Delivery:
        journey = self.journey
        assert journey.plan is not None
        return Delivery(
            id=journey.id,
            company_id=journey.company_id,
            lead_id=journey.lead_id,
            version_id=journey.version_id,
            status=status,
            plan=plan_dump(journey.plan),
            history=history_dump(journey.history, journey.held),
            reason=reason[:64],
            sealed_bids=self._sealed_bids(),
            created_at=journey.lead.received_at,
            finished_at=None if status == DeliveryStatus.HELD else self.now,
        )

    def _sealed_bids(self) -> bytes | None:
        if self.award is None or not self.award.answers:
            return None
        return bids_dump(self.award.answers, self.lead.key, self.journey.id)

    def _tell(self, kind: EventKind, data: dict[str, Any]) -> None:
        self.lead.events.append(event(self.lead.row, kind, self.now, data))


def _settled(row: Attempt, answer: Answer, now: datetime) -> Attempt:
    reading, response = answer.reading, answer.response
    row.status = AttemptStatus.SETTLED
    row.outcome = reading.outcome.value
    row.http_status = response.status
    row.error = response.error.value if response.error else ""
    row.error_detail = response.error_detail
    row.reason = reading.reason
    row.reference = reading.reference
    row.rule_index = reading.rule_index
    row.price = answer.price
    row.timings = timings(answer.attempt.assembly_ms, response, answer.parse_ms)
    row.sealed_response = sealed_response(answer.journey, answer.attempt, response)
    row.reservations = answer.attempt.reservations
    row.finished_at = now
    return row
