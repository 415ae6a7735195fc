"""Rates and concurrency of endpoints, kept over all processes.

One row an endpoint with a limit, locked (in the order of endpoint ids) until the attempts are written: what is
counted and what is under way agree at every instant. Endpoints without limits have no row and cost nothing.
"""

import random
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from apps.engine import pace
from apps.engine.orders import EndpointSpec
from apps.engine.pace import Bucket, Full

_TYPICAL = """
    SELECT extract(epoch FROM avg(finished_at - started_at)) FROM (
        SELECT started_at, finished_at FROM deliveries_attempt
        WHERE endpoint_id = %s AND status = 'settled' AND http_status IS NOT NULL ORDER BY id DESC LIMIT 20
    ) AS lately
"""


class PaceBook:
    """The limits of some endpoints within one transaction."""

    def __init__(self, endpoints: Iterable[EndpointSpec]) -> None:
        limited = sorted({one.id for one in endpoints if one.rate or one.concurrency})
        self._buckets: dict[int, Bucket] = {}
        self._open: dict[int, int] = {}
        self._waiting: dict[int, int] = {}
        self._typical_s: dict[int, float] = {}
        self._changed: set[int] = set()
        if limited:
            self._lock(limited)

    def full(self, endpoint: EndpointSpec) -> Full | None:
        """None when a request may go now, which is counted; else which limit it is at, and the next place."""
        if endpoint.concurrency and self._open.get(endpoint.id, 0) >= endpoint.concurrency:
            wait = pace.crowded_wait(
                endpoint.concurrency,
                before=self._waits(endpoint.id),
                jitter=random.random(),  # noqa: S311 - spreads deliveries, protects nothing
                typical_s=self._typical(endpoint.id),
            )
            return Full(pace.OVER_CONCURRENCY, self.now + wait)
        if endpoint.rate:
            after = pace.take(self._buckets[endpoint.id], endpoint.rate, self.now)
            if after is None:
                before = self._waits(endpoint.id)
                wait = pace.wait(self._buckets[endpoint.id], endpoint.rate, self.now, before=before)
                return Full(pace.OVER_RATE, self.now + wait)
            self._buckets[endpoint.id] = after
            self._changed.add(endpoint.id)
        if endpoint.rate or endpoint.concurrency:
            self._open[endpoint.id] = self._open.get(endpoint.id, 0) + 1
        return None

    def write(self) -> None:
        """Store what has changed."""
        rows = [(self._buckets[key].level, self._buckets[key].at, key) for key in sorted(self._changed)]
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE deliveries_endpointpace SET level = %s, at = %s WHERE endpoint_id = %s", rows
                )

    def _waits(self, endpoint_id: int) -> int:
        before = self._waiting.get(endpoint_id, 0)
        self._waiting[endpoint_id] = before + 1
        return before

    def _typical(self, endpoint_id: int) -> float:
        """How long a request has taken lately, in seconds."""
        if endpoint_id not in self._typical_s:
            with connection.cursor() as cursor:
                cursor.execute(_TYPICAL, [endpoint_id])
                told = cursor.fetchone()[0]
            self._typical_s[endpoint_id] = pace.CROWDED_S if told is None else float(told)
        return self._typical_s[endpoint_id]

    def _lock(self, endpoint_ids: list[int]) -> None:
        with connection.cursor() as cursor:
            # A new bucket is more than full: the engine fills it up to what may be saved.
            cursor.execute(
                "INSERT INTO deliveries_endpointpace (endpoint_id, level, at)"
                " SELECT wanted, 1e9, clock_timestamp() FROM unnest(%s::bigint[]) AS wanted"
                " ON CONFLICT (endpoint_id) DO NOTHING",
                [endpoint_ids],
            )
            cursor.execute(
                "SELECT endpoint_id, level, at FROM deliveries_endpointpace WHERE endpoint_id = ANY(%s)"
                " ORDER BY endpoint_id FOR UPDATE",
                [endpoint_ids],
            )
            self._buckets = {key: Bucket(level, at) for key, level, at in cursor.fetchall()}
            # After the lock, not when the transaction began: requests leave now, whoever was waited for.
            cursor.execute("SELECT clock_timestamp()")
            self.now: datetime = cursor.fetchone()[0]
            cursor.execute(
                "SELECT endpoint_id, count(*) FROM deliveries_attempt"
                " WHERE status = 'started' AND endpoint_id = ANY(%s) GROUP BY endpoint_id",
                [endpoint_ids],
            )
            self._open = dict(cursor.fetchall())
