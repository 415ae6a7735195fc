"""Taking due deliveries off the queue: a lease in the row, the database's own clock, no two takers.

A claim whose process died is found by its lapsed lease and counts in `claims`. Such suspects are claimed one
at a time, so that a delivery that kills its process takes nobody with it, and at the third it is quarantined.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from apps.core.prepared import array, fetch_all
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.journeys import Journey
from apps.deliveries.specs import history_load, plan_load

LEASE_S = 10
"""From the claim to the writing of the attempt; then the lease covers the endpoint's timeout."""
LEASE_MARGIN_S = 5
MAX_CLAIMS = 3

_COLUMNS = """d.id, d.company_id, d.lead_id, d.version_id, d.leased_until, d.claims,
    d.only_order_id, d.ignores, d.plan, d.history, d.is_closed, d.sealed_bids"""

_CLAIM = f"""
    WITH due AS (
        SELECT id FROM deliveries_delivery
        WHERE status = 'pending' AND next_attempt_at <= now() AND {{which}}
        ORDER BY next_attempt_at LIMIT %s::bigint FOR UPDATE SKIP LOCKED
    )
    UPDATE deliveries_delivery d
    SET leased_until = now() + make_interval(secs => %s::double precision), claims = d.claims + 1
    FROM due WHERE d.id = due.id
    RETURNING {_COLUMNS}
"""  # noqa: S608 - column names of our own
# Nobody waits for the disk: what follows a claim that is lost with the machine's power is lost with it.
_CLAIM_ONE = f"""
    UPDATE deliveries_delivery d
    SET leased_until = now() + make_interval(secs => %s::double precision), claims = d.claims + 1
    FROM (SELECT set_config('synchronous_commit', 'off', true)) AS mode
    WHERE d.status = 'pending' AND id = %s::bigint AND (leased_until IS NULL OR leased_until < now()) AND claims < 3
      AND NOT awaits_auction
    RETURNING {_COLUMNS}
"""  # noqa: S608 - column names of our own
_FRESH = "claims = 0 AND leased_until IS NULL AND NOT awaits_auction"
_SUSPECT = f"claims BETWEEN 1 AND {MAX_CLAIMS - 1} AND leased_until < now() AND NOT awaits_auction"


def claim(limit: int) -> list[Journey]:
    """Up to `limit` due deliveries, oldest first; they are this caller's until the lease lapses."""
    return _claim(_CLAIM.format(which=_FRESH), [limit, LEASE_S])


def claim_suspect() -> list[Journey]:
    """One delivery whose last claim was never settled, if there is any."""
    return _claim(_CLAIM.format(which=_SUSPECT), [1, LEASE_S])


def claim_one(delivery_id: int) -> Journey | None:
    """This very delivery, due or not, unless it is done or somebody has it. Not within a transaction."""
    return next(iter(_claim(_CLAIM_ONE, [LEASE_S, delivery_id])), None)


def _claim(statement: str, values: list[Any]) -> list[Journey]:
    return sorted(map(_journey, fetch_all(statement, values)), key=lambda journey: journey.id)


def _journey(row: Sequence[Any]) -> Journey:
    number, company, lead, version, lease, claims, only, ignores, plan, history, closed, bids = row
    results, held = history_load(_json(history))
    return Journey(
        id=number,
        company_id=company,
        lead_id=lead,
        version_id=version,
        lease=lease,
        claims=claims,
        only_order_id=only,
        ignores=frozenset(_json(ignores)),
        plan=plan_load(_json(plan)) if plan is not None else None,
        history=results,
        held=held,
        is_closed=closed,
        sealed_bids=bytes(bids) if bids is not None else None,
    )


def _json(value: Any) -> Any:
    """Django turns psycopg's own reading of jsonb off; a raw cursor gives text."""
    return json.loads(value) if isinstance(value, str) else value


_RELEASE = """
    UPDATE deliveries_delivery
    SET claims = claims - 1, leased_until = CASE WHEN claims > 1 THEN now() END, next_attempt_at = now()
    WHERE id = %s AND leased_until = %s AND status = 'pending'
"""
_PARK = """
    UPDATE deliveries_delivery
    SET claims = 0, leased_until = NULL, next_attempt_at = now() + make_interval(secs => %s)
    WHERE id = %s AND leased_until = %s AND status = 'pending'
"""
_LEAVE = """
    UPDATE deliveries_delivery SET leased_until = now() + make_interval(secs => %s)
    WHERE id = %s AND leased_until = %s AND status = 'pending'
"""


def release(journeys: Iterable[Journey]) -> None:
    """Give deliveries back as they were before their claim. A suspect stays one: the attempt of the process that died
    with it may be open still, and only who claims a suspect looks for it.
    """
    _give_back(_RELEASE, [(journey.id, journey.lease) for journey in journeys])


def park(parked: Iterable[tuple[Journey, float]]) -> None:
    """Give back deliveries that have no attempt open, each due again after so many seconds."""
    _give_back(_PARK, [(after_s, journey.id, journey.lease) for journey, after_s in parked])


def leave(journey: Journey, *, for_s: float) -> None:
    """Leave a delivery alone for so long; the claim counts against it."""
    _give_back(_LEAVE, [(for_s, journey.id, journey.lease)])


def _give_back(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


_OURS = f"""
    SELECT id, leased_until FROM deliveries_delivery
     WHERE id = ANY(%s::bigint[]) AND status = '{DeliveryStatus.PENDING}' ORDER BY id FOR UPDATE
"""  # noqa: S608 - a word of our own


def still_ours(journeys: Iterable[Journey]) -> set[tuple[int, datetime]]:
    """Of these claims, as (delivery, lease), those that stand; their deliveries are locked in the order of their ids.
    In a transaction. A process that stood still may hold an old claim of a delivery beside its own new one.
    """
    asked = {(journey.id, journey.lease) for journey in journeys}
    return asked & set(fetch_all(_OURS, [array({str(number) for number, _ in asked})]))
