"""The calls of one endpoint: what came of them lately in numbers, and the calls themselves, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from apps.core.ids import first_id_at
from apps.deliveries.models import Attempt
from apps.monitoring.stages import TOTAL, StageTime, judged

COUNTED = 20_000
"""So many calls of a period are counted, the newest: enough for shares and percentiles, quick for any buyer."""
EXPORTED = 50_000
STATUS_CLASSES = ("2xx", "3xx", "4xx", "5xx", "none")

_FAR = ("dns_error", "address_refused", "connect_error", "tls_error", "timeout", "protocol_error")
"""Errors on the way to the buyer and back; our own (unbuildable, interrupted) are told apart."""


@dataclass(frozen=True, slots=True)
class Health:
    """The settled offers of an endpoint since an instant, copies and questions left out. `transport`, `http` and
    `application` sort those that sold nothing: no complete answer; an HTTP status that no rule reads; an answer that
    says no or that nobody understands.
    """

    calls: int
    accepted: int
    transport: int
    http: int
    application: int
    ours: int
    p50_ms: float | None
    p95_ms: float | None

    @property
    def cut(self) -> bool:
        """Whether there were more calls than were counted."""
        return self.calls >= COUNTED

    @property
    def slowness(self) -> StageTime | None:
        """The 95th percentile against the budget of a whole call."""
        return judged(TOTAL, self.p95_ms) if self.p95_ms is not None else None

    def share(self, number: int) -> float | None:
        """A number of calls as a share of all."""
        return number / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are asked for; empty and None stand for all. `status` is a code or one of `STATUS_CLASSES`."""

    since: datetime
    outcome: str = ""
    under_way: bool = False
    status: str = ""


def health(endpoint_id: int, *, since: datetime) -> Health:
    """What came of the newest offers since an instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE outcome = 'accepted'),
                   count(*) FILTER (WHERE outcome <> 'accepted' AND error = ANY(%(far)s)),
                   count(*) FILTER (WHERE outcome <> 'accepted' AND error = '' AND unread),
                   count(*) FILTER (WHERE outcome <> 'accepted' AND error = '' AND NOT unread),
                   count(*) FILTER (WHERE outcome <> 'accepted' AND error <> '' AND error <> ALL(%(far)s)),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.95) WITHIN GROUP (ORDER BY ms)
            FROM (
                SELECT outcome, error, (timings->>'total_ms')::float AS ms,
                       rule_index IS NULL AND coalesce(http_status, 0) NOT BETWEEN 200 AND 299 AS unread
                FROM deliveries_attempt
                WHERE endpoint_id = %(endpoint)s AND id >= %(first)s AND status = 'settled' AND kind = 'sale'
                ORDER BY id DESC LIMIT %(counted)s
            ) calls
            """,
            {"endpoint": endpoint_id, "first": first_id_at(since), "far": list(_FAR), "counted": COUNTED},
        )
        return Health(*cursor.fetchone())


def calls(endpoint_id: int, wanted: Wanted, *, before: int | None = None) -> QuerySet[Attempt]:
    """The calls asked for, newest first, without their payloads; `before` goes on behind an id."""
    rows = Attempt.objects.filter(endpoint_id=endpoint_id, pk__gte=first_id_at(wanted.since))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if wanted.under_way:
        rows = rows.filter(outcome="")
    elif wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    return _of_status(rows, wanted.status).defer("sealed_request", "sealed_response").order_by("-pk")


def _of_status(rows: QuerySet[Attempt], status: str) -> QuerySet[Attempt]:
    if status == "none":
        return rows.filter(http_status=None)
    if status in STATUS_CLASSES:
        floor = int(status[0]) * 100
        return rows.filter(http_status__gte=floor, http_status__lt=floor + 100)
    return rows.filter(http_status=int(status)) if status.isdigit() and len(status) == 3 else rows


def exported(endpoint_id: int, wanted: Wanted) -> Iterator[Attempt]:
    """The calls asked for as a stream, the newest `EXPORTED` of them."""
    yield from calls(endpoint_id, wanted)[:EXPORTED].iterator(chunk_size=2000)
