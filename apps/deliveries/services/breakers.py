"""Stored circuit breakers: results counted in, the one probe handed out. Losing a count does no harm."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from apps.deliveries.facts import Live, database_now
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
    taken = _take_probe(endpoint_id, live.now)
    live.breakers[endpoint_id] = breaker.probing(state, live.now)
    return taken


def _take_probe(endpoint_id: int, now: datetime) -> bool:
    row = EndpointBreaker.objects.select_for_update(skip_locked=True).filter(pk=endpoint_id).first()
    if row is None or breaker.permission(breaker_load(row.state), now) is not Permission.PROBE:
        return False
    _write(endpoint_id, breaker.probing(breaker_load(row.state), now))
    return True


def count(results: Sequence[tuple[int, Outcome]]) -> None:
    """Count (endpoint id, outcome) pairs in, oldest first. Never fails the caller: the leads are settled
    already.
    """
    by_endpoint: dict[int, list[Outcome]] = {}
    for endpoint_id, outcome in results:
        by_endpoint.setdefault(endpoint_id, []).append(outcome)
    for endpoint_id in sorted(by_endpoint):
        try:
            with transaction.atomic():
                _count(endpoint_id, by_endpoint[endpoint_id])
        except DatabaseError:
            logger.warning("breaker_not_counted", extra={"endpoint_id": endpoint_id})


def _count(endpoint_id: int, outcomes: Sequence[Outcome]) -> None:
    now = database_now()
    EndpointBreaker.objects.bulk_create(
        [EndpointBreaker(endpoint_id=endpoint_id, updated_at=now)], ignore_conflicts=True
    )
    row = EndpointBreaker.objects.select_for_update().get(pk=endpoint_id)
    before = state = breaker_load(row.state)
    for outcome in outcomes:
        state = breaker.after(state, now, failed=breaker.counts_as_failure(outcome))
    if state.opened_at is not None and before.opened_at is None:
        logger.warning("breaker_opened", extra={"endpoint_id": endpoint_id, "in_a_row": state.in_a_row})
    if state != before:
        _write(endpoint_id, state)


def _write(endpoint_id: int, state: BreakerState) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliveries_endpointbreaker SET state = %s, opened_at = %s, updated_at = now()"
            " WHERE endpoint_id = %s",
            [json.dumps(breaker_dump(state)), state.opened_at, endpoint_id],
        )


def reset(endpoint_id: int) -> bool:
    """Close a breaker by hand: the next lead goes out at once. False when there was nothing to close."""
    return bool(
        EndpointBreaker.objects.filter(pk=endpoint_id, opened_at__isnull=False).update(
            state=breaker_dump(CLOSED), opened_at=None
        )
    )
