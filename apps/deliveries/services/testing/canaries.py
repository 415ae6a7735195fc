"""Canaries: endpoints tested by themselves, as often as each says. They count into nothing but their own state.

Each due endpoint is claimed by moving its time on, so that of many processes one tests it. What is on the network is
seen by threads without a database, a few at once: a buyer that hangs holds up no other canary. Who is pinged is asked
for a bid, too, and passes when both do. A canary sends nobody a mail: it asks the relay whether it would take one.
"""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection

from apps.buyers.models import Endpoint
from apps.buyers.selectors import is_pinged
from apps.deliveries.choices import CallPhase, TestedBy
from apps.deliveries.facts import database_now
from apps.deliveries.models import EndpointCanary
from apps.deliveries.services.testing import Told, keep, perform, prepare

logger = logging.getLogger(__name__)

AT_ONCE = 8

_BEGIN = """
    INSERT INTO deliveries_endpointcanary (endpoint_id, due_at, failures, told)
    SELECT e.id, now(), 0, '' FROM buyers_endpoint e WHERE e.canary_minutes IS NOT NULL
    ON CONFLICT DO NOTHING
"""
_END = """
    DELETE FROM deliveries_endpointcanary c
    WHERE NOT EXISTS (SELECT 1 FROM buyers_endpoint e WHERE e.id = c.endpoint_id AND e.canary_minutes IS NOT NULL)
"""
_CLAIM = """
    UPDATE deliveries_endpointcanary c SET due_at = now() + make_interval(mins => due.canary_minutes)
    FROM (
        SELECT c.endpoint_id, e.canary_minutes
        FROM deliveries_endpointcanary c
        JOIN buyers_endpoint e ON e.id = c.endpoint_id
        JOIN buyers_buyer b ON b.id = e.buyer_id
        WHERE c.due_at <= now() AND e.canary_minutes IS NOT NULL AND e.is_active AND b.is_active
        ORDER BY c.due_at LIMIT %s FOR UPDATE OF c SKIP LOCKED
    ) due
    WHERE c.endpoint_id = due.endpoint_id
    RETURNING c.endpoint_id
"""


def run() -> int:
    """Test the endpoints that are due now, some at once; how many were. Not within a transaction."""
    endpoints = _claimed()
    tests = [(endpoint, phase) for endpoint in endpoints for phase in _phases(endpoint)]
    prepared = [prepare(endpoint, phase=phase) for endpoint, phase in tests]
    if prepared:
        with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="canary") as pool:
            seen = pool.map(partial(perform, quiet=True), prepared)
            told = dict(zip(((endpoint.pk, phase) for endpoint, phase in tests), seen, strict=True))
        for endpoint in endpoints:
            _keep(endpoint, {phase: told[endpoint.pk, phase] for phase in _phases(endpoint)})
    return len(endpoints)


def _phases(endpoint: Endpoint) -> tuple[CallPhase, ...]:
    """A ping comes first, as it does in life."""
    return (CallPhase.PING, CallPhase.POST) if is_pinged(endpoint) else (CallPhase.POST,)


def _claimed() -> Sequence[Endpoint]:
    with connection.cursor() as cursor:
        cursor.execute(_END)
        cursor.execute(_BEGIN)
        cursor.execute(_CLAIM, [AT_ONCE])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Endpoint.objects.filter(pk__in=ids).select_related("buyer__company"))


def _keep(endpoint: Endpoint, told: Mapping[CallPhase, Told]) -> None:
    for phase, one in told.items():
        keep(endpoint, one, by=None, kind=TestedBy.CANARY, phase=phase)
    passed = all(one.passed for one in told.values())
    row = EndpointCanary.objects.filter(pk=endpoint.pk).first() or EndpointCanary(pk=endpoint.pk)
    row.failures = 0 if passed else row.failures + 1
    row.told = _first_failure(told)[:300]
    now = database_now()
    was_failing = row.failing_since is not None
    row.failing_since = None if passed else row.failing_since or now
    EndpointCanary.objects.filter(pk=endpoint.pk).update(
        failures=row.failures, told=row.told, failing_since=row.failing_since
    )
    if not passed:
        extra = {"endpoint_id": endpoint.pk, "failures": row.failures, "reason": row.told}
        logger.error("canary_failed", extra=extra)
    elif was_failing:
        logger.warning("canary_recovered", extra={"endpoint_id": endpoint.pk})


def _first_failure(told: Mapping[CallPhase, Told]) -> str:
    for phase, one in told.items():
        if one.first_failure:
            return f"Ping: {one.first_failure}" if phase == CallPhase.PING else one.first_failure
    return ""
