"""Counting what was refused before it became a lead, without letting refusals cost a write each."""

import atexit
import os
import threading
import time
from collections import Counter
from datetime import UTC, datetime

from django.db import Error, connection

from apps.core.clock import now

FLUSH_AFTER_S = 1.0
_MOST_KEPT = 10_000

_ADD = """
    INSERT INTO intake_refusal AS counted (terms_id, code, hour, count)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[])
    ON CONFLICT (terms_id, code, hour) DO UPDATE SET count = counted.count + EXCLUDED.count
"""
_Key = tuple[int, str, datetime]


class _Tally:
    """The counts of one process that are not written yet. At most one write a second, by whoever comes next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[_Key] = Counter()
        self._written_at = 0.0

    def add(self, terms_id: int, code: str) -> None:
        hour = now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        with self._lock:
            if len(self._counts) < _MOST_KEPT:
                self._counts[terms_id, code, hour] += 1

    def due(self) -> bool:
        return bool(self._counts) and time.monotonic() - self._written_at >= FLUSH_AFTER_S

    def take(self) -> Counter[_Key]:
        with self._lock:
            taken, self._counts = self._counts, Counter()
            self._written_at = time.monotonic()
        return taken

    def give_back(self, counts: Counter[_Key]) -> None:
        with self._lock:
            self._counts += counts

    def after_fork(self) -> None:
        self.__init__()


_tally = _Tally()
os.register_at_fork(after_in_child=_tally.after_fork)


def count(code: str, *, terms_id: int = 0) -> None:
    """One refusal more; `terms_id` 0 where nobody is known. Never raises."""
    _tally.add(terms_id, code)
    flush_if_due()


def flush_if_due() -> None:
    """Write what has come together, at most once a second. To be called now and then; costs nothing when idle."""
    if _tally.due():
        flush()


def flush() -> None:
    """Write what has come together. A database that is away keeps the counts here until it is back."""
    counts = _tally.take()
    if not counts:
        return
    # One order for all, so that two processes never wait for each other.
    rows = sorted(counts.items())
    columns = ([key[0] for key, _ in rows], [key[1] for key, _ in rows], [key[2] for key, _ in rows])
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, (*columns, [number for _, number in rows]))
    except Error:
        _tally.give_back(counts)


atexit.register(flush)
