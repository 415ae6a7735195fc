"""Stored circuit breakers by endpoint and phase: results counted in, the one probe handed out. Losing a count does
no harm.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import DatabaseError

from apps.core.durable import expendable
from apps.core.prepared import array, fetch_all, for_each
from apps.deliveries.choices import CallPhase
from apps.deliveries.facts import Live
from apps.deliveries.models import EndpointBreaker
from apps.deliveries.specs import breaker_dump, breaker_load
from apps.engine import breaker
from apps.engine.breaker import CLOSED, BreakerState, Permission
from apps.engine.outcome import Outcome

logger = logging.getLogger(__name__)


def may_send(live: Live, endpoint_id: int) -> bool:
    """Whether a request may go to this endpoint now; taking the one probe of a breaker that has rested
    enough.

    Of many processes exactly one gets the probe: the row is changed under its lock, and who finds it locked
    goes on.
    """
    state = live.breakers.get(endpoint_id, CLOSED)
    allowed = breaker.permission(state, live.now)
    if allowed is Permission.ALLOW:
        return True
    if allowed is Permission.REFUSE:
        return False
    taken = take_probe(endpoint_id, CallPhase.POST, live.now)
    live.breakers[endpoint_id] = breaker.probing(state, live.now)
    if taken:
        live.probes[endpoint_id] = state
    return taken


def give_back(live: Live, endpoint_id: int) -> None:
    """The delivery that was to be the probe stepped back: another one may be it. In the transaction that took it."""
    state = live.probes.pop(endpoint_id, None)
    if state is not None:
        live.breakers[endpoint_id] = state
        _write([(endpoint_id, state)], CallPhase.POST)


def take_probe(endpoint_id: int, phase: str, now: datetime) -> bool:
    """Take the one probe of a breaker that has rested enough. False when it has not, or another one was quicker."""
    rows = EndpointBreaker.objects.select_for_update(skip_locked=True)
    row = rows.filter(endpoint_id=endpoint_id, phase=phase).first()
    if row is None or breaker.permission(breaker_load(row.state), now) is not Permission.PROBE:
        return False
    _write([(endpoint_id, breaker.probing(breaker_load(row.state), now))], phase)
    return True


_CREATE = """
    INSERT INTO deliveries_endpointbreaker (endpoint_id, phase, state, updated_at)
    SELECT number, %s::text, '{}', now() FROM unnest(%s::bigint[]) AS wanted (number) ORDER BY number
    ON CONFLICT DO NOTHING RETURNING 1
"""
_LOCK = """
    SELECT endpoint_id, state::json, now() FROM deliveries_endpointbreaker
     WHERE endpoint_id = ANY(%s::bigint[]) AND phase = %s::text ORDER BY endpoint_id FOR UPDATE
"""
_STORE = """
    UPDATE deliveries_endpointbreaker SET state = %s::jsonb, opened_at = %s::timestamptz, updated_at = now()
     WHERE endpoint_id = %s::bigint AND phase = %s::text
"""


def count(results: Sequence[tuple[int, Outcome]], phase: str = CallPhase.POST) -> None:
    """Count (endpoint id, outcome) pairs of a phase in, oldest first. Never fails the caller: the leads are
    settled already.
    """
    by_endpoint: dict[int, list[Outcome]] = {}
    for endpoint_id, outcome in results:
        by_endpoint.setdefault(endpoint_id, []).append(outcome)
    if not by_endpoint:
        return
    try:
        with expendable():
            _count(by_endpoint, phase)
    except DatabaseError:
        logger.warning("breakers_not_counted", extra={"endpoint_ids": sorted(by_endpoint)})


def _count(by_endpoint: Mapping[int, Sequence[Outcome]], phase: str) -> None:
    wanted = [array(map(str, sorted(by_endpoint))), str(phase)]
    rows = fetch_all(_LOCK, wanted)
    if len(rows) < len(by_endpoint):
        fetch_all(_CREATE, wanted[::-1])
        rows = fetch_all(_LOCK, wanted)
    changed = []
    for endpoint_id, stored, now in rows:
        before = state = breaker_load(stored)
        for outcome in by_endpoint[endpoint_id]:
            state = breaker.after(state, now, failed=breaker.counts_as_failure(outcome))
        if state.opened_at is not None and before.opened_at is None:
            told = {"endpoint_id": endpoint_id, "phase": phase, "in_a_row": state.in_a_row}
            logger.warning("breaker_opened", extra=told)
        if state != before:
            changed.append((endpoint_id, state))
    _write(changed, phase)


def _write(changed: Sequence[tuple[int, BreakerState]], phase: str) -> None:
    columns = [
        (json.dumps(breaker_dump(state)), state.opened_at, number, str(phase)) for number, state in changed
    ]
    for_each(_STORE, columns)


def reset(endpoint_id: int) -> bool:
    """Close an endpoint's breakers by hand: the next lead goes out at once. False when there was nothing to close."""
    return bool(
        EndpointBreaker.objects.filter(endpoint_id=endpoint_id, opened_at__isnull=False).update(
            state=breaker_dump(CLOSED), opened_at=None
        )
    )
