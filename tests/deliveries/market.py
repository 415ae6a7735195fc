"""A published campaign with simulated buyers, leads on record, and what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.buyers.models import Endpoint, LeadOrder
from apps.buyers.services import response_rules_set
from apps.core.crypto import new_data_key
from apps.core.ids import new_id
from apps.deliveries.models import Attempt, Delivery
from apps.engine.normalise import normalise
from apps.leads.choices import LeadStatus
from apps.leads.models import CapCounter, Lead
from apps.leads.sealing import seal
from apps.ledger.models import Sale
from apps.simulator.running import Running
from apps.sources.selectors import value_digest
from tests.factories import World, lead_values, published_campaign

RULES = (
    {"outcome": "accepted", "match": "json_path", "path": "status", "value": "accepted",
     "price_path": "price", "reference_path": "id"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "rejected", "reason_path": "reason"},
    {"outcome": "duplicate", "match": "json_path", "path": "status", "value": "duplicate", "reason_path": "reason"},
)  # fmt: skip


@dataclass
class Market:
    """A world whose orders stand in line as the behaviours were given."""

    world: World
    orders: list[LeadOrder]
    simulator: Running

    def lead(self, **values: Any) -> Delivery:
        """A lead in flight with its delivery, due now."""
        now = datetime.now(UTC)
        spec, number, key = self.world.spec, new_id(), new_data_key()
        data = normalise(spec, lead_values(**values), test=False, today=now.date())
        Lead.objects.create(
            id=number,
            company=self.world.company,
            campaign=self.world.campaign,
            source=self.world.source,
            terms=self.world.terms,
            version=self.world.version,
            status=LeadStatus.IN_FLIGHT,
            received_at=now,
            sealed=seal(key, number, data),
            wrapped_key=key.wrapped,
            **{f"{kind}_digest": self._digest(kind, data.normal(kind)) for kind in ("email", "phone")},
        )
        return Delivery.objects.create(
            id=new_id(),
            company=self.world.company,
            lead_id=number,
            version=self.world.version,
            next_attempt_at=now,
            created_at=now,
        )

    def _digest(self, kind: str, normal: Any) -> bytes | None:
        return value_digest(self.world.company.pk, kind, str(normal)) if normal else None

    def leads(self, count: int) -> list[Delivery]:
        """Several leads."""
        return [self.lead() for _ in range(count)]

    def endpoint(self, place: int) -> Endpoint:
        """The endpoint of the order at a place of the line."""
        endpoint = self.orders[place].endpoint
        assert endpoint is not None
        return endpoint


def market(
    simulator: Running,
    behaviours: Sequence[str],
    *,
    campaign: Mapping[str, Any] | None = None,
    endpoint: Mapping[str, Any] | None = None,
    orders: Sequence[Mapping[str, Any]] = (),
    terms: Mapping[str, Any] | None = None,
    group: Mapping[str, Any] | None = None,
) -> Market:
    """Orders in line by priority, one per behaviour: a path of the simulator (`reject`, `slow?ms=50`) or a
    URL.
    """
    made: list[LeadOrder] = []

    def prepare(world: World) -> None:
        world.order.priority = 1
        made.append(world.order)
        for number, behaviour in enumerate(behaviours[1:], start=1):
            made.append(
                world.add_order(url=url(number, behaviour), endpoint=endpoint or {}, **_order(number))
            )
        for order in made:
            response_rules_set(order.endpoint, rows=RULES, by=None)
            if group:
                type(order.group).objects.filter(pk=order.group_id).update(**group)

    def _order(number: int) -> dict[str, Any]:
        return {"priority": number + 1, **(orders[number] if number < len(orders) else {})}

    def url(number: int, behaviour: str) -> str:
        if behaviour.startswith("http"):
            return behaviour
        name, _, query = behaviour.partition("?")
        return simulator.buyer(f"buyer{number}", name, query)

    world = published_campaign(
        url=url(0, behaviours[0]),
        prepare=prepare,
        campaign=campaign or {},
        terms=terms or {},
        endpoint=endpoint or {},
        order=_order(0),
    )
    return Market(world, made, simulator)


def outcomes(delivery: Delivery) -> list[str]:
    """The outcomes of a delivery's attempts in order."""
    return list(Attempt.objects.filter(delivery=delivery).order_by("id").values_list("outcome", flat=True))


def stands(delivery: Delivery) -> tuple[str, str]:
    """(delivery status, lead status)."""
    delivery.refresh_from_db()
    return delivery.status, Lead.objects.values_list("status", flat=True).get(pk=delivery.lead_id)


def sales(delivery: Delivery) -> list[tuple[int, str, str]]:
    """(order, price, payout) of each sale of the lead."""
    rows = Sale.objects.filter(lead_id=delivery.lead_id).order_by("place")
    return [(row.order_id, str(row.price), str(row.payout)) for row in rows]


def used() -> dict[str, int]:
    """What each cap counter holds."""
    return dict(CapCounter.objects.values_list("cap_key", "used"))


def due_now(*deliveries: Delivery) -> None:
    """Let the time until the next attempt pass."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    for delivery in deliveries:
        row = Delivery.objects.get(pk=delivery.pk)
        for result in row.history:
            if "retry_at" in result:
                result["retry_at"] = past.isoformat()
        Delivery.objects.filter(pk=row.pk, status="pending").update(next_attempt_at=past, history=row.history)
