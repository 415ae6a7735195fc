"""Order and buyer caps: reserved when a lead is about to be sent, kept on a sale, released on anything else.

Exact under any concurrency: the counters that a batch needs are locked in one fixed order (cap key, period
key), counted while locked, and written once.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import connection

from apps.core.places import PLACES
from apps.deliveries.journeys import Journey
from apps.deliveries.specs import Reservation
from apps.engine import caps
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import OrderSpec
from apps.engine.values import Facts, LeadData

KEPT_WITHOUT_SALE = frozenset({"received", "sent"})
"""Caps of these bases count what was sent, whatever the buyer said."""

Counter = tuple[str, str]


Wanted = list[tuple[Reservation, int]]


def wanted(journey: Journey, order: OrderSpec, price: Decimal, now: datetime) -> Wanted:
    """What sending to this order would reserve, each with its cap's limit."""
    return wanted_by(order, journey.spec, journey.lead.data, price, now)


def wanted_by(order: OrderSpec, spec: CampaignSpec, data: LeadData, price: Decimal, now: datetime) -> Wanted:
    """The same of a lead that is not on its way yet."""
    facts = Facts(now=now, places=PLACES)
    return [
        ([cap.key, caps.period_key(cap, now), caps.amount(cap, price), cap.basis], cap.limit)
        for cap in order.caps
        if caps.applies(cap, data, facts, spec)
    ]


class CapBook:
    """The counters of one transaction, locked from opening to commit."""

    def __init__(self, counters: Iterable[Counter]) -> None:
        self._used = _locked(sorted(set(counters), reverse=True))
        self._added: dict[Counter, int] = {}

    def reserve(self, asked: list[tuple[Reservation, int]], *, past_limits: bool = False) -> str | None:
        """Take all of them or none; the key of the cap that is full, or None when they are taken. `past_limits` counts
        without asking for room: a person said so.
        """
        for (cap_key, period_key, amount, _), limit in asked:
            if not past_limits and self._used.get((cap_key, period_key), 0) + amount > limit:
                return str(cap_key)
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

    def write(self) -> None:
        """Store what has changed."""
        changed = [(delta, *key) for key, delta in sorted(self._added.items(), reverse=True) if delta]
        if not changed:
            return
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE leads_capcounter SET used = greatest(used + %s, 0), updated_at = now()"
                " WHERE cap_key = %s AND period_key = %s",
                changed,
            )

    def _add(self, key: Counter, amount: int) -> None:
        self._used[key] = self._used.get(key, 0) + amount
        self._added[key] = self._added.get(key, 0) + amount


def _locked(counters: list[Counter]) -> dict[Counter, int]:
    if not counters:
        return {}
    keys, periods = [key for key, _ in counters], [period for _, period in counters]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_capcounter (cap_key, period_key, used, updated_at)"
            " SELECT k, p, 0, now() FROM unnest(%s::text[], %s::text[]) AS wanted (k, p)"
            " ON CONFLICT (cap_key, period_key) DO NOTHING",
            [keys, periods],
        )
        cursor.execute(
            "SELECT cap_key, period_key, used FROM leads_capcounter"
            " WHERE (cap_key, period_key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
            ' ORDER BY cap_key COLLATE "C" DESC, period_key COLLATE "C" DESC FOR UPDATE',
            [keys, periods],
        )
        return {(cap_key, period_key): used for cap_key, period_key, used in cursor.fetchall()}


def counters_of(reservations: Iterable[Reservation]) -> set[Counter]:
    """The counters that reservations stand on."""
    return {(reservation[0], reservation[1]) for reservation in reservations}
