"""What an order would have bought without one obstacle: an estimate from what happened to the pings it lost to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection

from apps.auctions.models import Ping
from apps.core.crypto import DecryptionError
from apps.core.ids import first_id_at
from apps.core.places import PLACES
from apps.engine import routing
from apps.engine.campaign import CampaignSpec
from apps.engine.order_facts import OrderFacts
from apps.engine.orders import OrderSpec
from apps.engine.requirements import Targeting, ZipTargeting
from apps.engine.values import Facts
from apps.leads.models import Lead
from apps.leads.sealing import unseal
from apps.publishing import specs

SAMPLE = 200
"""So many of the pings, spread over the period, are asked whether another rule of the order would have passed them."""

OBSTACLES = ("cap", "balance", "outside_hours", "state", "zip", "criteria", "buyer_duplicate", "paused", "buyer_paused",
             "endpoint_paused", "resting", "too_slow", "over_ping_rate", "over_ping_concurrency",
             "below_order_minimum")  # fmt: skip


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The estimate and what it is made of.

    `lost`: pings the order lost to the obstacle. `sampled` of them were asked again without it, and `alone` of those
    would have met no other rule. `price` is the order's own, or its median bid of the period (`bids` of them).
    `outbids`: of all lost, those that went for less than that, or to nobody; `gain` is what it pays more on them
    together. `posted_share` of won pings are posted, `accepted_share` of the order's posts are accepted.
    """

    lost: int
    sampled: int
    alone: int
    price: Decimal | None
    bids: int
    outbids: int
    gain: Decimal
    posted_share: float
    accepted_share: float

    @property
    def alone_share(self) -> float:
        return self.alone / self.sampled if self.sampled else 1.0

    @property
    def sales(self) -> float:
        """Sales that it would have had, as estimated."""
        return self.outbids * self._factor

    @property
    def money(self) -> Decimal:
        """What they would have brought more than was taken, as estimated."""
        return self.gain * Decimal(str(self._factor))

    @property
    def _factor(self) -> float:
        return self.alone_share * self.posted_share * self.accepted_share


@dataclass(frozen=True, slots=True)
class Asked:
    """One order, one obstacle (a verdict), one period."""

    campaign_id: int
    order: OrderSpec
    obstacle: str
    since: datetime
    until: datetime

    @property
    def parameters(self) -> dict[str, object]:
        """For the statements."""
        return {
            "campaign": self.campaign_id,
            "order": self.order.id,
            "verdict": self.obstacle,
            "line": f'[{{"order": {self.order.id}, "verdict": "{self.obstacle}"}}]',
            "first": first_id_at(self.since),
            "last": first_id_at(self.until),
            "sample": SAMPLE,
        }


_LOST = """
    lost AS (
        SELECT p.id, p.price FROM auctions_ping p
         WHERE p.campaign_id = %(campaign)s AND p.id >= %(first)s AND p.id < %(last)s
           AND p.status NOT IN ('test', 'open') AND p.lines @> %(line)s::jsonb
    )
"""
_PRICE = """
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(exclusive, shared)), count(*)
      FROM auctions_bid
     WHERE order_id = %(order)s AND status = 'bid' AND ping_id >= %(first)s AND ping_id < %(last)s
"""
_OUTBIDS = """
    SELECT count(*), count(*) FILTER (WHERE price < %(price)s),
           coalesce(sum(%(price)s - price) FILTER (WHERE price < %(price)s), 0) FROM lost
"""
_POSTED = """
    SELECT count(*) FILTER (WHERE posted_at IS NOT NULL), count(*) FROM auctions_ping
     WHERE campaign_id = %(campaign)s AND id >= %(first)s AND id < %(last)s AND status IN ('posted', 'expired')
"""
_ACCEPTED = """
    SELECT count(*) FILTER (WHERE outcome = 'accepted'), count(*) FROM deliveries_attempt
     WHERE company_id = (SELECT company_id FROM campaigns_campaign WHERE id = %(campaign)s)
       AND order_id = %(order)s AND kind = 'sale' AND id >= %(first)s AND id < %(last)s
       AND outcome IN ('accepted', 'rejected', 'duplicate', 'failed')
"""
_SAMPLED = """
    SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS whole FROM lost) one
     WHERE place %% greatest(1, whole / %(sample)s) = 0 LIMIT %(sample)s
"""


def what_if(asked: Asked) -> WhatIf:
    """The estimate for one order without one obstacle."""
    known = asked.parameters
    median, bids = _one(_PRICE, known)
    price = median if asked.order.price_kind == "bid" else asked.order.price
    lost, outbids, gain = _one(
        "WITH" + _LOST + _OUTBIDS, known | {"price": price if price is not None else Decimal("0")}
    )
    posted, won = _one(_POSTED, known)
    accepted, offered = _one(_ACCEPTED, known)
    with connection.cursor() as cursor:
        cursor.execute("WITH" + _LOST + _SAMPLED, known)
        ids = [number for (number,) in cursor.fetchall()]
    sampled, alone = _asked_again(asked, ids)
    return WhatIf(
        lost=lost,
        sampled=sampled,
        alone=alone,
        price=price,
        bids=bids,
        outbids=outbids,
        gain=Decimal(gain),
        posted_share=posted / won if won else 1.0,
        accepted_share=accepted / offered if offered else 1.0,
    )


def _one(statement: str, parameters: dict[str, object]) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


def _asked_again(asked: Asked, ids: Sequence[int]) -> tuple[int, int]:
    """Of these pings, how many could be opened, and how many meet all the order's other rules."""
    pings = list(
        Ping.objects.filter(pk__in=ids).only(
            "id", "version_id", "received_at", "sealed", "wrapped_key", "lead_id"
        )
    )
    leads = Lead.objects.in_bulk([ping.lead_id for ping in pings if ping.sealed is None and ping.lead_id])
    sampled = alone = 0
    for ping in pings:
        holder = ping if ping.sealed is not None else leads.get(ping.lead_id or 0)
        found = _passes(asked, ping, holder) if holder is not None and ping.version_id else None
        if found is not None:
            sampled += 1
            alone += found
    return sampled, alone


def _passes(asked: Asked, ping: Ping, holder: Ping | Lead) -> bool | None:
    """Whether the order, as it was published then, would have taken part; None where it cannot be told any more."""
    spec = specs.load(ping.version_id or 0)
    order = next((one for one in spec.orders if one.id == asked.order.id), None)
    if order is None:
        return None
    try:
        data = unseal(holder)
    except DecryptionError:
        return None
    facts = Facts(now=ping.received_at, places=PLACES)
    wanted = routing.wanted(spec, data, facts)
    _, passed = routing.sift([lifted(order, asked.obstacle)], wanted, OrderFacts())
    return not passed


def lifted(order: OrderSpec, obstacle: str) -> OrderSpec:
    """The order without this obstacle. Live ones (caps, pauses, who bought whom) are not asked here at all."""
    free = replace(order, price_kind="fixed")
    match obstacle:
        case "state":
            return replace(free, states=Targeting())
        case "zip":
            return replace(free, zips=ZipTargeting())
        case "criteria":
            return replace(free, criteria=None)
        case "outside_hours":
            return replace(free, schedule=None)
    return free


def order_published(spec: CampaignSpec | None, order_id: int) -> OrderSpec | None:
    """An order as it runs."""
    orders: Iterable[OrderSpec] = spec.orders if spec is not None else ()
    return next((one for one in orders if one.id == order_id), None)
