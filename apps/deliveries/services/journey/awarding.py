"""Deliveries whose way an auction decides: held back until it has, begun with its award, closed once their source was
told that nobody bought.
"""

import json
from collections.abc import Mapping, Sequence

from django.db import connection

from apps.core.crypto import unwrap
from apps.core.prepared import fetch_all
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.services.journey.inline import DeliveryState, state_of
from apps.deliveries.specs import Reservation, bids_dump, history_dump, plan_dump
from apps.engine.outbound import OutboundResponse
from apps.engine.routing import Plan

_AWAIT = "UPDATE deliveries_delivery SET awaits_auction = true WHERE id = %s"
_BEGIN = """
    UPDATE deliveries_delivery
    SET plan = %s::jsonb, history = %s::jsonb, sealed_bids = %s::bytea, version_id = %s::bigint,
        awaits_auction = false, leased_until = NULL, claims = 0, next_attempt_at = now()
    WHERE id = %s::bigint AND status = 'pending' AND plan IS NULL
    RETURNING 1
"""
_KEY = """
    SELECT lead.wrapped_key FROM deliveries_delivery delivery JOIN leads_lead lead ON lead.id = delivery.lead_id
     WHERE delivery.id = %s::bigint
"""
_WAITS = "SELECT FROM deliveries_delivery WHERE id = %s AND status = 'pending' AND plan IS NULL FOR UPDATE"
_CLOSE = """
    UPDATE deliveries_delivery SET is_closed = true, next_attempt_at = now() WHERE id = %s AND status = 'pending'
"""


def await_auction(delivery_id: int) -> None:
    """No drain takes it before `begin`. In the transaction that made it."""
    with connection.cursor() as cursor:
        cursor.execute(_AWAIT, [delivery_id])


def waits(delivery_id: int) -> bool:
    """Whether it has no way yet; locked until the transaction ends, so that it gets one only from here.

    Deliveries are locked before turns and caps, also by who gives one its way.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, [delivery_id])
        return bool(cursor.rowcount)


def begin(
    delivery_id: int,
    plan: Plan,
    *,
    version_id: int,
    reserved: Mapping[int, Sequence[Reservation]],
    bids: Mapping[int, OutboundResponse],
) -> bool:
    """Let it go the way of an award; False when it has its way already.

    `reserved` passes to it with what the winners' caps hold, by order; `bids` are answers to the ping that the posts to
    these orders may repeat.
    """
    sealed = None
    if bids:
        [(wrapped_key,)] = fetch_all(_KEY, [delivery_id])
        sealed = bids_dump(bids, unwrap(wrapped_key or b""), delivery_id)
    history = history_dump([], {order_id: list(kept) for order_id, kept in reserved.items()})
    columns = [json.dumps(plan_dump(plan)), json.dumps(history), sealed, version_id, delivery_id]
    return bool(fetch_all(_BEGIN, columns))


def close(delivery_id: int) -> DeliveryState:
    """Its source is about to be told that nobody bought: nobody else is asked. A request that is under way may still
    turn out to be a sale. How it stands.
    """
    state = state_of(delivery_id)
    if state.status == DeliveryStatus.PENDING:
        with connection.cursor() as cursor:
            cursor.execute(_CLOSE, [delivery_id])
    return state
