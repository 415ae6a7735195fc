"""One auction: who takes part, their bids, and the award with the winners' places reserved.

Looked up before, written after; while buyers think no transaction is open and the database is not asked.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from apps.auctions import facts
from apps.auctions.facts import Known
from apps.auctions.offered import Asked, Offered
from apps.auctions.services import asking, pacing
from apps.core.places import PLACES
from apps.deliveries.journeys import selling
from apps.deliveries.services.endpoint import tally
from apps.deliveries.services.journey.reservations import (
    CapBook,
    Counter,
    Wanted,
    balance_of,
    counters_of,
    wanted_by,
)
from apps.deliveries.services.journey.turns import TurnBook
from apps.engine import auction, routing
from apps.engine.auction import Award, Offer, Winner
from apps.engine.auction.allowing import orders_of
from apps.engine.balance import Funds
from apps.engine.entrants import Entrants, entrants
from apps.engine.orders import OrderSpec
from apps.engine.outbound import TransportError
from apps.engine.routing import Considered, Plan
from apps.engine.values import Facts

ONE = Decimal("1")
_NO_CALL = frozenset({TransportError.UNBUILDABLE, TransportError.TOKEN_ERROR})


@dataclass(slots=True)
class Held:
    """An auction whose buyers have answered, to be decided."""

    offered: Offered
    known: Known
    asked: Sequence[Asked]
    passed: Sequence[Considered]
    offers: Sequence[Offer]
    began: float
    """When `known` was so, by this machine's clock."""

    @property
    def now(self) -> datetime:
        """The database's clock, without asking it."""
        return self.known.live.now + timedelta(seconds=time.monotonic() - self.began)


@dataclass(slots=True)
class Decided:
    """How it ended. `lines` tell of every order, `reserved` is what the winners' caps hold, by order."""

    award: Award
    lines: list[dict[str, object]]
    plan: Plan
    reserved: dict[int, list[list[object]]] = field(default_factory=dict)


def ask(offered: Offered, now: datetime) -> Held:
    """Find out who takes part, and ask the bidders. Not within a transaction. `now` is the database's clock."""
    began = time.monotonic()
    known = facts.gather(offered, now)
    found = entrants(
        offered.spec, offered.data, known.orders, Facts(now=now, places=PLACES), terms=offered.terms
    )
    able, passed = asking.prepare(offered, found, known)
    asked, over = pacing.take(offered, able)
    if asked and not connection.in_atomic_block:
        connection.close()  # back to the pool while waiting
    asking.exchange(offered, asked)
    asking.read(asked, now)
    return Held(
        offered,
        known,
        asked,
        [*found.considered, *passed, *over],
        offers_of(found, asked, worth=known.expected or {}),
        began,
    )


def count(held: Held) -> None:
    """The endpoints' places given back, and their health on pings counted in, once everything is written.

    Lateness is no failure of the endpoint: it may be ours, under load, and who is too slow is left out for being slow.
    A probe has to tell either way.
    """
    pacing.give_back(held.asked)
    probes = held.known.probes
    told = [one for one in held.asked if one.response is not None or one.endpoint.id in probes]
    called = [one for one in told if one.response is None or one.response.error not in _NO_CALL]
    results = [(one.endpoint.id, one.answered.reading.outcome) for one in called if one.answered]
    tally.count_pings(results, probes=probes)


def offers_of(found: Entrants, asked: Iterable[Asked], *, worth: Mapping[int, Decimal]) -> list[Offer]:
    """What is offered: fixed prices, and the bids of those who were asked. `worth` is what comes of it, by order."""
    fixed = [
        auction.offer(order, found.prices[order.id], expected=worth.get(order.id, ONE))
        for order in found.fixed
    ]
    bids = [
        Offer(
            order_id=one.order.id,
            buyer_id=one.order.buyer_id,
            group_id=one.order.group_id,
            priority=one.order.priority,
            weight=one.order.weight,
            exclusive=one.answered.exclusive,
            shared=one.answered.shared,
            expected=worth.get(one.order.id, ONE),
        )
        for one in asked
        if one.answered is not None and one.answered.status == "bid"
    ]
    return fixed + bids


class CapFullError(Exception):
    """A winner's cap is full by now, or its buyer's money spent: the auction is to be decided again, with everybody's
    counters locked.
    """


def foresee(held: Held) -> tuple[Decided, Wanted] | None:
    """The award as it is unless a place is taken meanwhile, with what it takes; None where turns decide, which have to
    be locked first. Nothing is locked or written.
    """
    offered, spec = held.offered, held.offered.spec
    if selling(spec).fair_groups:
        return None
    offers, out = auction.afford(held.offers, held.known.orders.funds, spec.currency)
    award, orders = auction.award(spec, offered.terms, offers, {}), orders_of(spec)
    wanted = {one.order_id: _wanted(held, orders[one.order_id], one.price, held.now) for one in award.winners}
    decided = Decided(
        award,
        told(offered, [*award.lines, *out, *held.passed], held.asked),
        plan_of(offered, award),
        {order_id: [one for one, _ in some] for order_id, some in wanted.items()},
    )
    return decided, [one for some in wanted.values() for one in some]


def decide(held: Held, now: datetime, *, goes_on: bool = False, locks: str = "winners") -> Decided:
    """Award it and reserve the winners' places. Within a transaction. Where the lead `goes_on` at once, its groups'
    turns are had; those of a ping are by its post.

    `locks` says whose caps and balances are locked until its end. Nearly always the `winners`' are enough, and other
    auctions need not wait. Should one of those be full, CapFullError: the caller begins again with those of `all`, for
    locks have to be taken in one order. Then whose cap is full is out, and the award is made again without it.
    """
    offered, spec = held.offered, held.offered.spec
    turns = TurnBook([offered])
    everybody = CapBook(_counters(held, held.offers, now)) if locks == "all" else None
    offers, out = auction.afford(held.offers, _funds(held, everybody), spec.currency)
    award = auction.award(spec, offered.terms, offers, turns.turns)
    book = everybody or CapBook(_counters(held, award.winners, now))
    while True:
        reserved, full = _reserve(book, held, award, now)
        if full is None:
            break
        if everybody is None:
            raise CapFullError
        out.append(full)
        offers = [one for one in offers if one.order_id != full.order_id]
        award = auction.award(spec, offered.terms, offers, turns.turns)
    plan = plan_of(offered, award)
    if goes_on:
        turns.give(offered, plan, frozenset())
        turns.write()
    book.write()
    lines = told(offered, [*award.lines, *out, *held.passed], held.asked)
    return Decided(award, lines, plan, reserved)


def plan_of(offered: Offered, award: Award) -> Plan:
    """The award as the way of a delivery."""
    limits = routing.layout(offered.spec).limits
    return Plan(steps=award.ranking, groups=limits, max_buyers=offered.spec.max_buyers, reason=award.reason)


def _counters(held: Held, of: Iterable[Offer | Winner], now: datetime) -> set[Counter]:
    orders = orders_of(held.offered.spec)
    return {
        counter
        for one in of
        for counter in counters_of(each for each, _ in _wanted(held, orders[one.order_id], ONE, now))
    }


def _funds(held: Held, locked: CapBook | None) -> Funds:
    """What those who offer may still spend: as it was before they were asked or, once locked, to the cent."""
    known, currency = held.known.orders.funds, held.offered.spec.currency
    if locked is None or not known:
        return known
    limited = {one.buyer_id for one in held.offers} & known.keys()
    found = {buyer_id: locked.left(balance_of(buyer_id, currency)) for buyer_id in limited}
    return {buyer_id: {currency: left} for buyer_id, left in found.items() if left is not None}


def _reserve(
    book: CapBook, held: Held, award: Award, now: datetime
) -> tuple[dict[int, list[list[object]]], Considered | None]:
    """The winners' places and money, or the one for whom there is none: then nothing is taken."""
    orders = orders_of(held.offered.spec)
    taken: dict[int, list[list[object]]] = {}
    for winner in award.winners:
        asked = _wanted(held, orders[winner.order_id], winner.price, now)
        full = book.reserve(asked, past_limits="caps" in held.offered.ignores)
        if full is not None:
            book.release(one for some in taken.values() for one in some)
            return {}, full.line(winner.order_id)
        taken[winner.order_id] = [one for one, _ in asked]
    return taken, None


def _wanted(held: Held, order: OrderSpec, price: Decimal, now: datetime) -> Wanted:
    offered = held.offered
    return wanted_by(order, offered.spec, offered.data, price, now, funds=held.known.orders.funds)


def _silent(asked: Iterable[Asked]) -> list[Asked]:
    return [one for one in asked if one.answered is not None and one.answered.status != "bid"]


def _unsaid(one: Asked) -> Considered:
    """Why a buyer that was asked made no bid."""
    assert one.answered is not None
    reason = one.answered.reading.reason
    if one.response is None:
        return Considered(one.order.id, "late", "after the deadline")
    if one.answered.status == "no_bid":
        return Considered(one.order.id, "refused", reason) if reason else Considered(one.order.id, "no_bid")
    return Considered(one.order.id, "no_answer", reason)


def told(offered: Offered, lines: Sequence[Considered], asked: Iterable[Asked]) -> list[dict[str, object]]:
    """The lines as they are kept, those of who was asked and did not bid behind them: ids and names for links, the
    verdict and its words.
    """
    orders = orders_of(offered.spec)
    return [
        {
            "order": line.order_id,
            "name": orders[line.order_id].name,
            "buyer": orders[line.order_id].buyer_name,
            "verdict": line.verdict,
            "detail": line.detail,
            "words": routing.describe(line),
        }
        for line in (*lines, *map(_unsaid, _silent(asked)))
    ]
