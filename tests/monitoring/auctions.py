"""Auctions as rows: a published campaign whose orders bid, and pings of it as the services would have written them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.auctions.choices import PingOrigin
from apps.auctions.models import Bid, Ping
from apps.buyers.models import LeadOrder
from apps.buyers.services import mappings_set, response_rules_set
from apps.core.crypto import DataKey, new_data_key
from apps.core.ids import first_id_at, new_id
from apps.deliveries.models import Attempt, Delivery
from apps.engine import routing
from apps.engine.routing import Considered
from apps.engine.values import LeadData, Value
from apps.leads.models import Lead
from apps.leads.sealing import seal
from tests.auctions.market import PING_MAPPING, PING_RULES
from tests.factories import World, published_campaign

EMAIL = "jane.canary@example.com"
_MORE = {"price_kind": "bid", "price": "0"}


@dataclass
class Lot:
    """A world that auctions: `orders` by name."""

    world: World
    orders: dict[str, LeadOrder] = field(default_factory=dict)

    def line(self, name: str, verdict: str, detail: str = "") -> dict[str, Any]:
        order = self.orders[name]
        told = Considered(order.pk, verdict, detail)
        return {
            "order": order.pk, "name": order.name, "buyer": order.buyer.name, "verdict": verdict, "detail": detail,
            "words": routing.describe(told),
        }  # fmt: skip

    def plan(self, *steps: tuple[str, str, str]) -> dict[str, Any]:
        """From (order, price, share)."""
        rows = [
            [
                self.orders[name].pk,
                self.orders[name].buyer_id,
                self.orders[name].group_id,
                price,
                share,
                "0",
                "0",
            ]
            for name, price, share in steps
        ]
        return {"steps": rows, "groups": [], "max_buyers": 1}


def lot(names: Sequence[str], *, prepare: Callable[[Lot], object] | None = None, **more: Any) -> Lot:
    """A published exchange campaign with an order that bids for each name, its source paid 80 % of the price."""
    made = Lot(None)  # type: ignore[arg-type]

    def orders(world: World) -> None:
        made.world = world
        made.orders[names[0]] = world.order
        world.campaign.groups.update(method="highest_price")
        for name in names[1:]:
            made.orders[name] = world.add_order(name=name, endpoint=PINGED, **_MORE)
        for order in made.orders.values():
            assert order.endpoint is not None
            mappings_set(order.endpoint, rows=PING_MAPPING, phase="ping", by=None)
            response_rules_set(order.endpoint, rows=PING_RULES, phase="ping", by=None)
        if prepare is not None:
            prepare(made)

    made.world = published_campaign(
        prepare=orders,
        campaign={"traffic": "exchange", **more.pop("campaign", {})},
        terms={"payout_kind": "percent", "payout_amount": "80.00", **more.pop("terms", {})},
        order={"name": names[0], **_MORE},
        endpoint=PINGED,
        **more,
    )
    return made


PINGED = {"ping_url": "https://bids.example.com/ping", "ping_timeout_ms": 750}


def put_up(
    scene: Lot,
    *,
    lines: Sequence[dict[str, Any]] = (),
    at: datetime | None = None,
    key: DataKey | None = None,
    **columns: Any,
) -> Ping:
    """A ping's row, received now or at an instant, accepted unless told otherwise."""
    received = at or datetime.now(UTC)
    number = new_id() if at is None else first_id_at(at) + new_id() % (1 << 22)
    key = key or new_data_key()
    data = LeadData({
        "state": Value("CO", "CO", True), "zip": Value("80202", "80202", True), "email": Value(EMAIL, EMAIL, True),
    })  # fmt: skip
    row = Ping.objects.create(
        **{
            "id": number,
            "company": scene.world.company,
            "campaign": scene.world.campaign,
            "source": scene.world.source,
            "terms": scene.world.terms,
            "version": scene.world.version,
            "origin": PingOrigin.PING,
            "status": "accepted",
            "state": "CO",
            "received_at": received,
            "answered_at": received + timedelta(milliseconds=212),
            "expires_at": received + timedelta(seconds=120),
            "deadline_ms": 750,
            "lines": list(lines),
            "sealed": seal(key, number, data),
            "wrapped_key": key.wrapped,
            **columns,
        }
    )
    row.refresh_from_db()
    return row


def bid(ping: Ping, order: LeadOrder, status: str, *, key: DataKey | None = None, **columns: Any) -> Bid:
    """A bid's row; `sent` and `came` are its payloads, sealed under the ping's key."""
    number = new_id()
    sent, came = columns.pop("sent", None), columns.pop("came", None)
    for amount in ("exclusive", "shared"):
        if amount in columns:
            columns[amount] = Decimal(columns[amount])
    return Bid.objects.create(
        **{
            "id": number,
            "company_id": ping.company_id,
            "ping": ping,
            "order_id": order.pk,
            "order_name": order.name,
            "buyer_id": order.buyer_id,
            "buyer_name": order.buyer.name,
            "endpoint_id": order.endpoint_id,
            "status": status,
            "started_at": ping.received_at + timedelta(milliseconds=8),
            "sealed_request": _sealed(key, sent, f"bid:request:{number}"),
            "sealed_response": _sealed(key, came, f"bid:response:{number}"),
            **columns,
        }
    )


def _sealed(key: DataKey | None, kept: Any, aad: str) -> bytes | None:
    return key.seal(json.dumps(kept).encode(), aad=aad.encode()) if key and kept else None


def posted(ping: Ping, status: str = "sold") -> Lead:
    """The lead of a ping, posted at once."""
    lead = Lead.objects.create(
        id=new_id(), company_id=ping.company_id, campaign_id=ping.campaign_id, source_id=ping.source_id,
        terms_id=ping.terms_id, version_id=ping.version_id, status=status, method="exchange",
        received_at=ping.received_at, sealed=b"", wrapped_key=None,
    )  # fmt: skip
    Ping.objects.filter(pk=ping.pk).update(lead_id=lead.pk, status="posted", posted_at=ping.received_at)
    return lead


def sent_to(lead: Lead, order: LeadOrder, outcome: str, price: str = "0") -> Attempt:
    """An offer of the lead to an order; an accepted one is its price."""
    if outcome == "accepted":
        Lead.objects.filter(pk=lead.pk).update(price=Decimal(price))
    delivery, _ = Delivery.objects.get_or_create(
        lead=lead, defaults={"id": new_id(), "company_id": lead.company_id, "version_id": lead.version_id,
                             "status": "sold", "created_at": lead.received_at},
    )  # fmt: skip
    return Attempt.objects.create(
        id=new_id(), company_id=lead.company_id, delivery=delivery, lead=lead, order_id=order.pk,
        order_name=order.name, buyer_id=order.buyer_id, buyer_name=order.buyer.name, endpoint_id=order.endpoint_id,
        step=0, status="settled", outcome=outcome, idempotency_key=str(new_id()), price=Decimal(price),
        started_at=lead.received_at,
    )  # fmt: skip
