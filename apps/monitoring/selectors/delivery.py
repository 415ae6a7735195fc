"""Numbers about deliveries: calls hour by hour, endpoints by trouble, what waits for a person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from apps.buyers.models import Endpoint
from apps.core.ids import first_id_at
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.models import Delivery
from apps.deliveries.specs import breaker_load
from apps.engine import breaker
from apps.monitoring.stages import TOTAL, StageTime, judged

FAILING, SHAKY = 0.5, 0.1
"""Shares of calls without a readable answer from which an endpoint is failing, or shaky."""


@dataclass(frozen=True, slots=True)
class HourOfCalls:
    """Offers to buyers that were settled within an hour; `p95_ms` None where there were none."""

    calls: int
    answered: int
    p95_ms: float | None

    @property
    def answered_share(self) -> float | None:
        return self.answered / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """One endpoint over a period. `opened_at` and `asks_at` speak of its circuit breaker: when it opened, and when
    the next lead may try again; both None while it is closed. The other two say the same of its pings.
    """

    endpoint_id: int
    company_id: int
    name: str
    attempts: int
    accepted: int
    business_refusals: int
    failures: int
    timeouts: int
    p50_ms: float | None
    p95_ms: float | None
    opened_at: datetime | None
    asks_at: datetime | None
    ping_opened_at: datetime | None = None
    ping_asks_at: datetime | None = None

    @property
    def failure_share(self) -> float:
        return self.failures / self.attempts if self.attempts else 0.0

    @property
    def trouble(self) -> str:
        """open, failing, shaky or empty."""
        if self.opened_at is not None:
            return "open"
        if self.failure_share >= FAILING:
            return "failing"
        return "shaky" if self.failure_share >= SHAKY else ""

    @property
    def slowness(self) -> StageTime | None:
        """The 95th percentile against the budget of a whole call."""
        return judged(TOTAL, self.p95_ms) if self.p95_ms is not None else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries that wait: for a person (held, quarantined), or for their time; `oldest_due_s` None when none is."""

    held: int
    quarantined: int
    pending: int
    oldest_due_s: float | None


def calls_by_hour(company_ids: Sequence[int], *, now: datetime) -> list[HourOfCalls]:
    """The offers of each of the last 24 hours, oldest first."""
    start = now - timedelta(hours=24)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT least(23, floor(extract(epoch FROM started_at - %(start)s) / 3600))::int, count(*),
                   count(*) FILTER (WHERE outcome IN ('accepted', 'rejected', 'duplicate')),
                   percentile_cont(0.95) WITHIN GROUP (ORDER BY (timings->>'total_ms')::float)
            FROM deliveries_attempt
            WHERE company_id = ANY(%(companies)s) AND id >= %(first)s AND status = 'settled' AND kind = 'sale'
              AND started_at >= %(start)s
            GROUP BY 1
            """,
            {"companies": list(company_ids), "first": first_id_at(start), "start": start},
        )
        found = {hour: HourOfCalls(*rest) for hour, *rest in cursor.fetchall()}
    return [found.get(hour, HourOfCalls(0, 0, None)) for hour in range(24)]


def endpoints(company_ids: Sequence[int], *, since: datetime, now: datetime) -> list[EndpointRow]:
    """Endpoints that had offers since an instant, or rest, most trouble first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.id, b.company_id, b.name || ': ' || e.name, coalesce(calls, 0), coalesce(accepted, 0),
                   coalesce(refused, 0), coalesce(failed, 0), coalesce(timeouts, 0), p50, p95, r.state, pr.state
            FROM buyers_endpoint e
            JOIN buyers_buyer b ON b.id = e.buyer_id
            LEFT JOIN deliveries_endpointbreaker r
                ON r.endpoint_id = e.id AND r.phase = 'post' AND r.opened_at IS NOT NULL
            LEFT JOIN deliveries_endpointbreaker pr
                ON pr.endpoint_id = e.id AND pr.phase = 'ping' AND pr.opened_at IS NOT NULL
            LEFT JOIN (
                SELECT endpoint_id, count(*) AS calls,
                       count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
                       count(*) FILTER (WHERE outcome IN ('rejected', 'duplicate')) AS refused,
                       count(*) FILTER (WHERE outcome IN ('retryable', 'failed', 'unknown')) AS failed,
                       count(*) FILTER (WHERE error = 'timeout') AS timeouts,
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY (timings->>'total_ms')::float) AS p50,
                       percentile_cont(0.95) WITHIN GROUP (ORDER BY (timings->>'total_ms')::float) AS p95
                FROM deliveries_attempt
                WHERE company_id = ANY(%(companies)s) AND id >= %(first)s AND status = 'settled' AND kind = 'sale'
                GROUP BY endpoint_id
            ) a ON a.endpoint_id = e.id
            WHERE b.company_id = ANY(%(companies)s) AND (calls > 0 OR coalesce(r.opened_at, pr.opened_at) IS NOT NULL)
            """,
            {"companies": list(company_ids), "first": first_id_at(since)},
        )
        rows = [
            EndpointRow(*row[:-2], *_resting(row[-2], now), *_resting(row[-1], now))
            for row in cursor.fetchall()
        ]
    return sorted(rows, key=_by_trouble)


def _by_trouble(row: EndpointRow) -> tuple:
    rests = (row.opened_at is None, row.ping_opened_at is None)
    return (*rests, -row.failure_share, -row.attempts, row.name)


def _resting(stored: Any, now: datetime) -> tuple[datetime | None, datetime | None]:
    if not stored:
        return None, None
    # A bare cursor gives jsonb as text.
    state = breaker_load(json.loads(stored) if isinstance(stored, str) else stored)
    return state.opened_at, breaker.reopens_at(state, now)


def endpoint_seen(user: Any, endpoint_id: int) -> Endpoint | None:
    """An endpoint that this person may see."""
    return Endpoint.objects.visible_to(user).select_related("buyer__company").filter(pk=endpoint_id).first()


def waiting(company_ids: Sequence[int], *, now: datetime) -> Waiting:
    """What waits now. One small question each, for each has an index of its own."""
    rows = Delivery.objects.filter(company__in=company_ids).order_by()
    due = rows.filter(status=DeliveryStatus.PENDING, next_attempt_at__lte=now).order_by("next_attempt_at")
    oldest = due.values_list("next_attempt_at", flat=True).first()
    return Waiting(
        held=rows.filter(status=DeliveryStatus.HELD).count(),
        quarantined=rows.filter(status=DeliveryStatus.QUARANTINED).count(),
        pending=rows.filter(status=DeliveryStatus.PENDING).count(),
        oldest_due_s=(now - oldest).total_seconds() if oldest else None,
    )
