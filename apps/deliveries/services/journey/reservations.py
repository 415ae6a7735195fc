"""Order and buyer caps, and buyers' balances: reserved when a lead is about to be sent, kept on a sale, released on
anything else.

Exact under any concurrency: the counters that a batch needs are locked in one fixed order (cap key, period
key), counted while locked, and written once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.core.places import PLACES
from apps.core.prepared import array, fetch_all
from apps.deliveries.journeys import Journey
from apps.deliveries.specs import Reservation
from apps.engine import balance, caps
from apps.engine.balance import NO_LIMITS, Funds
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import OrderSpec
from apps.engine.routing import Considered
from apps.engine.values import Facts, LeadData

KEPT_WITHOUT_SALE = frozenset({"received", "sent"})
"""Caps of these bases count what was sent, whatever the buyer said."""

Counter = tuple[str, str]


Wanted = list[tuple[Reservation, int | None]]
"""Reservations, each with its cap's limit; None: the limit is live, and stands with the counter."""


@dataclass(frozen=True, slots=True)
class Full:
    """The counter that has no room: what is `left` of it, and what was `asked`."""

    cap_key: str
    left: int
    asked: int

    def line(self, order_id: int) -> Considered:
        """Why the order was passed over."""
        if balance.is_balance(self.cap_key):
            return Considered(order_id, "balance", balance.words(self.left, self.asked))
        return Considered(order_id, "cap", self.cap_key)


def wanted(
    journey: Journey, order: OrderSpec, price: Decimal, now: datetime, *, funds: Funds = NO_LIMITS
) -> Wanted:
    """What sending to this order would reserve, each with its limit. `funds` are known of buyers with a limit."""
    return wanted_by(order, journey.spec, journey.lead.data, price, now, funds=funds)


def wanted_by(
    order: OrderSpec, spec: CampaignSpec, data: LeadData, price: Decimal, now: datetime, *, funds: Funds
) -> Wanted:
    """The same of a lead that is not on its way yet."""
    facts = Facts(now=now, places=PLACES)
    asked: Wanted = [
        ([cap.key, caps.period_key(cap, now), caps.amount(cap, price), cap.basis], cap.limit)
        for cap in order.caps
        if caps.applies(cap, data, facts, spec)
    ]
    if order.buyer_id in funds and (cents := balance.cents(price)):
        asked.append(([*balance_of(order.buyer_id, spec.currency), cents, balance.BASIS], None))
    return asked


def balance_of(buyer_id: int, currency: str) -> Counter:
    """The counter of a buyer's balance; there is none of a buyer that never had a limit."""
    return balance.key(buyer_id), currency


class CapBook:
    """The counters of one transaction, locked from opening to commit."""

    def __init__(self, counters: Iterable[Counter]) -> None:
        found = _locked(sorted(set(counters), reverse=True))
        self._used = {counter: used for counter, (used, _) in found.items()}
        self._live = {counter: limit for counter, (_, limit) in found.items()}
        self._added: dict[Counter, int] = {}

    def left(self, counter: Counter, limit: int | None = None) -> int | None:
        """What room there is under a cap's limit or, without one, under the live limit of a balance; None when there is
        no limit at all. Below zero where more was used than is allowed now.
        """
        most = self._live.get(counter, 0) if limit is None else limit
        return None if most is None else most - self._used.get(counter, 0)

    def reserve(self, asked: Wanted, *, past_limits: bool = False) -> Full | None:
        """Take all of them or none: then what is full. `past_limits` counts under caps without asking for room, for a
        person said so; a balance is asked all the same.
        """
        for (cap_key, period_key, amount, _), limit in asked:
            room = self.left((cap_key, period_key), limit)
            if room is not None and amount > room and not (past_limits and limit is not None):
                return Full(str(cap_key), room, amount)
        for (cap_key, period_key, amount, _), _limit in asked:
            self._add((cap_key, period_key), amount)
        return None

    def release(self, reservations: Iterable[Reservation]) -> None:
        """Give back."""
        for cap_key, period_key, amount, _ in reservations:
            self._add((cap_key, period_key), -amount)

    def correct(self, reservation: Reservation, amount: int) -> Reservation:
        """The same reservation for another amount: a sale at another price than was reserved."""
        cap_key, period_key, before, basis = reservation
        self._add((cap_key, period_key), amount - before)
        return [cap_key, period_key, amount, basis]

    def sold(self, standing: Iterable[Reservation], price: Decimal) -> list[Reservation]:
        """What a sale at this price keeps of what stood for it: spend follows the price. What was set aside of a
        balance is given back, for booking the sale takes the price from it.
        """
        kept = []
        for one in standing:
            if one[3] == balance.BASIS:
                self.release([one])
            else:
                kept.append(self.correct(one, balance.cents(price)) if one[3] == "spend" else one)
        return kept

    def write(self) -> None:
        """Store what has changed."""
        changed = [(*key, delta) for key, delta in self._added.items() if delta]
        if changed:
            keys, periods, deltas = zip(*changed, strict=True)
            fetch_all(_MOVE, [array(keys), array(periods), array(map(str, deltas))])

    def _add(self, key: Counter, amount: int) -> None:
        self._used[key] = self._used.get(key, 0) + amount
        self._added[key] = self._added.get(key, 0) + amount


# Locked already, so that their order here does not matter.
_MOVE = """
    UPDATE leads_capcounter counter SET used = greatest(counter.used + moved.delta, 0), updated_at = now()
      FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS moved (cap_key, period_key, delta)
     WHERE counter.cap_key = moved.cap_key AND counter.period_key = moved.period_key
    RETURNING 1
"""
_MAKE = """
    INSERT INTO leads_capcounter (cap_key, period_key, used, updated_at)
    SELECT k, p, 0, now() FROM unnest(%s::text[], %s::text[]) AS wanted (k, p)
    ON CONFLICT (cap_key, period_key) DO NOTHING RETURNING 1
"""
_LOCK = """
    SELECT cap_key, period_key, used, live_limit FROM leads_capcounter
     WHERE (cap_key, period_key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
     ORDER BY cap_key COLLATE "C" DESC, period_key COLLATE "C" DESC FOR UPDATE
"""


def _locked(counters: list[Counter]) -> dict[Counter, tuple[int, int | None]]:
    """Of each counter what is used, and its live limit. Those of caps are made where there are none; a balance that is
    not counted stays so.
    """
    if not counters:
        return {}
    of_caps = [one for one in counters if not balance.is_balance(one[0])]
    if of_caps:
        fetch_all(_MAKE, _columns(of_caps))
    return {(key, period): (used, limit) for key, period, used, limit in fetch_all(_LOCK, _columns(counters))}


def _columns(counters: list[Counter]) -> list[str]:
    return [array(key for key, _ in counters), array(period for _, period in counters)]


def counters_of(reservations: Iterable[Reservation]) -> set[Counter]:
    """The counters that reservations stand on."""
    return {(reservation[0], reservation[1]) for reservation in reservations}
