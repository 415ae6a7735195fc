"""Deliveries whose way an auction decides: held back until it has, begun with its award, closed once their source was
told that nobody bought.
"""

import json
from collections.abc import Mapping, Sequence

from django.db import connection

from apps.core.crypto import unwrap
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.services.journey.inline import DeliveryState, state_of
from apps.deliveries.specs import Reservation, bids_dump, history_dump, plan_dump
from apps.engine.outbound import OutboundResponse
from apps.engine.routing import Plan
from apps.leads.models import Lead

_AWAIT = "UPDATE deliveries_delivery SET awaits_auction = true WHERE id = %s"
_BEGIN = """
    UPDATE deliveries_delivery
    SET plan = %s, history = %s, sealed_bids = %s, version_id = %s, awaits_auction = false, leased_until = NULL,
        claims = 0, next_attempt_at = now()
    WHERE id = %s AND status = 'pending' AND plan IS NULL
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
        lead = Lead.objects.only("wrapped_key").get(deliveries__id=delivery_id)
        sealed = bids_dump(bids, unwrap(lead.wrapped_key or b""), delivery_id)
    history = history_dump([], {order_id: list(kept) for order_id, kept in reserved.items()})
    with connection.cursor() as cursor:
        cursor.execute(
            _BEGIN, [json.dumps(plan_dump(plan)), json.dumps(history), sealed, version_id, delivery_id]
        )
        return bool(cursor.rowcount)


def close(delivery_id: int) -> DeliveryState:
    """Its source is about to be told that nobody bought: nobody else is asked. A request that is under way may still
    turn out to be a sale. How it stands.
    """
    state = state_of(delivery_id)
    if state.status == DeliveryStatus.PENDING:
        with connection.cursor() as cursor:
            cursor.execute(_CLOSE, [delivery_id])
    return state
