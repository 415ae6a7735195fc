"""The memory of fair groups: read and locked for a batch, moved on lead by lead, written once."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from django.db import connection

from apps.deliveries.journeys import Journey, selling
from apps.engine import strategies
from apps.engine.campaign import CampaignSpec
from apps.engine.routing import Plan
from apps.engine.strategies import NO_TURNS, Candidate, Turns


class Sold(Protocol):
    """What is being sold under a version: a delivery, or a lead on offer."""

    @property
    def spec(self) -> CampaignSpec: ...


class TurnBook:
    """The turns of some groups, locked from opening to commit (rows in the order of order ids)."""

    def __init__(self, journeys: Iterable[Sold]) -> None:
        self._orders: dict[int, set[int]] = {}
        for journey in journeys:
            fair = selling(journey.spec).fair_groups
            for order in journey.spec.orders if fair else ():
                if order.group_id in fair:
                    self._orders.setdefault(order.group_id, set()).add(order.id)
        self.turns: dict[int, Turns] = self._locked() if self._orders else {}
        self._given: dict[int, int] = {}
        self._changed: set[int] = set()

    def give(self, journey: Sold, plan: Plan, resting: frozenset[int]) -> None:
        """A lead was planned: in each fair group the first in line has had its turn."""
        for group_id, ranked in self._ranked(journey, plan, resting):
            self.turns[group_id] = strategies.taken(self.turns.get(group_id, NO_TURNS), ranked)
            self._given[ranked[0].order_id] = self._given.get(ranked[0].order_id, 0) + 1
            self._changed.add(group_id)

    def settle(self, journey: Journey, bought: Iterable[int]) -> None:
        """A journey has ended: who was first and did not buy is owed the lead again."""
        if journey.plan is None:
            return
        sold = set(bought)
        for group_id, ranked in self._ranked(journey, journey.plan, frozenset()):
            buyer = next((one.order_id for one in ranked if one.order_id in sold), None)
            before = self.turns.get(group_id, NO_TURNS)
            if buyer is None:
                self.turns[group_id] = strategies.returned(before, ranked)
            elif buyer != ranked[0].order_id and ranked[0].order_id not in sold:
                self.turns[group_id] = strategies.moved(before, first=ranked[0].order_id, buyer=buyer)
            else:
                continue
            self._changed.add(group_id)

    def write(self) -> None:
        """Store what has changed."""
        rows = []
        for group_id in sorted(self._changed):
            turns = self.turns[group_id]
            for order_id in sorted(self._orders[group_id]):
                credit = turns.credits.get(order_id, Decimal(0))
                last = turns.last.get(order_id, 0)
                rows.append((credit, last, self._given.get(order_id, 0), order_id))
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE deliveries_ordershare SET credit = %s, last_turn = %s, given = given + %s"
                    " WHERE order_id = %s",
                    sorted(rows, key=lambda row: row[-1]),
                )

    def _ranked(
        self, journey: Sold, plan: Plan, resting: frozenset[int]
    ) -> list[tuple[int, list[Candidate]]]:
        """Each fair group of the plan with its orders in line, first in line first."""
        found: dict[int, list[Candidate]] = {}
        orders = selling(journey.spec).orders
        for step in plan.steps:
            if step.group_id in self._orders and orders[step.order_id].endpoint_id not in resting:
                order = orders[step.order_id]
                candidate = Candidate(order.id, order.priority, order.weight, step.price)
                found.setdefault(step.group_id, []).append(candidate)
        return list(found.items())

    def _locked(self) -> dict[int, Turns]:
        pairs = sorted((order_id, group_id) for group_id, ids in self._orders.items() for order_id in ids)
        order_ids = [order_id for order_id, _ in pairs]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO deliveries_ordershare (order_id, group_id, given, credit, last_turn)"
                " SELECT o, g, 0, 0, 0 FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (o, g)"
                " ON CONFLICT (order_id) DO NOTHING",
                [order_ids, [group_id for _, group_id in pairs]],
            )
            cursor.execute(
                "SELECT order_id, credit, last_turn FROM deliveries_ordershare WHERE order_id = ANY(%s)"
                " ORDER BY order_id FOR UPDATE",
                [order_ids],
            )
            rows = {order_id: (credit, last) for order_id, credit, last in cursor.fetchall()}
        return {
            group_id: Turns(
                {order_id: rows[order_id][0] for order_id in ids},
                {order_id: rows[order_id][1] for order_id in ids if rows[order_id][1]},
            )
            for group_id, ids in self._orders.items()
        }
