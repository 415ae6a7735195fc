"""What an auction needs to know before buyers are asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from apps.auctions.models import OrderRecord
from apps.auctions.offered import Offered
from apps.deliveries.facts import Live, live_of
from apps.engine import breaker, buyer_duplicates
from apps.engine.auction.expecting import expected
from apps.engine.breaker import Permission
from apps.engine.buyer_duplicates import Taken
from apps.engine.campaign import CampaignSpec
from apps.engine.order_facts import OrderFacts


@dataclass(frozen=True, slots=True)
class Known:
    """The live side of an auction. `probes` are endpoints whose ping breaker has rested enough: one ping may try it."""

    live: Live
    orders: OrderFacts
    probes: frozenset[int] = frozenset()
    expected: Mapping[int, Decimal] | None = None


def gather(offered: Offered, now: datetime) -> Known:
    """Switches, full caps, breakers of both phases, secrets, tokens, and where the person was sold before."""
    spec = offered.spec
    live = live_of([spec], now)
    permissions = {number: breaker.permission(state, now) for number, state in live.ping_breakers.items()}
    resting = {number for number, may in permissions.items() if may is Permission.REFUSE}
    orders = replace(
        live.orders,
        open_breakers=live.orders.open_breakers | resting,
        auctions=True,
        only_order_id=offered.only_order_id,
        ignores=offered.ignores,
        bought=_bought(offered, now),
    )
    probes = frozenset(number for number, may in permissions.items() if may is Permission.PROBE)
    return Known(live, orders, probes, _expected(spec))


_TAKEN = """
    WITH other AS (
        SELECT id FROM leads_lead WHERE email_digest = ANY(%(persons)s)
        UNION SELECT id FROM leads_lead WHERE phone_digest = ANY(%(persons)s)
    )
    SELECT order_id, buyer_id, booked_at, true FROM ledger_sale JOIN other ON lead_id = other.id
     WHERE reversed_at IS NULL AND buyer_id = ANY(%(buyers)s) AND booked_at > %(since)s AND other.id <> %(lead)s
"""


def _bought(offered: Offered, now: datetime) -> dict[int, datetime]:
    """When the person was last sold, by order: only orders to whose rule that is a duplicate."""
    guard = buyer_duplicates.guard(offered.spec)
    if not guard.orders or not offered.persons:
        return {}
    taken = _sold(offered.persons, guard.buyer_ids, now - timedelta(days=guard.days), offered.lead_id or 0)
    found = {order.id: buyer_duplicates.last_taken(order, taken, now) for order in guard.orders.values()}
    return {order_id: one.at for order_id, one in found.items() if one is not None}


def _sold(persons: Sequence[bytes], buyers: Iterable[int], since: datetime, lead_id: int) -> list[Taken]:
    asked = {"persons": list(persons), "buyers": sorted(buyers), "since": since, "lead": lead_id}
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, asked)
        return [Taken(*row) for row in cursor.fetchall()]


def _expected(spec: CampaignSpec) -> dict[int, Decimal] | None:
    """By order, what its offers are worth as measured; None where nobody asks."""
    if spec.auction.expected_value == "off":
        return None
    rows = OrderRecord.objects.filter(order_id__in=[order.id for order in spec.orders])
    return {row.order_id: expected(row.posted, row.accepted, row.returned) for row in rows}
