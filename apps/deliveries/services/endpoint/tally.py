"""Healthy results of pings, counted into their endpoints' breakers together.

An auction asks every buyer there is, hundreds of times a second: were each answer counted on its own, all auctions
would wait for the same rows. What speaks of trouble is counted at once, with all before it; the rest about once a
second. What a process that ends has not counted is lost, and does no harm.
"""

import os
import threading
import time
from collections.abc import Iterable

from apps.deliveries.choices import CallPhase
from apps.deliveries.services.endpoint import breakers
from apps.engine import breaker
from apps.engine.outcome import Outcome

GATHERED_S = 1.0
Results = list[tuple[int, Outcome]]


class _Tally:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._came: Results = []
        self._since = 0.0

    def add(self, results: Results, *, urgent: frozenset[int]) -> Results:
        """Take results in; those of them and before them that are to be counted now."""
        now = time.monotonic()
        with self._lock:
            if not self._came:
                self._since = now
            self._came += results
            if now - self._since >= GATHERED_S:
                due, self._came = self._came, []
            else:
                due = [one for one in self._came if one[0] in urgent]
                self._came = [one for one in self._came if one[0] not in urgent]
        return due

    def reset(self) -> None:
        self.__init__()  # type: ignore[misc]


_tally = _Tally()
os.register_at_fork(after_in_child=_tally.reset)


def count_pings(results: Iterable[tuple[int, Outcome]], *, probes: frozenset[int]) -> None:
    """Count (endpoint id, outcome) pairs of pings in, oldest first, now or with later ones; probes at once."""
    came = list(results)
    failed = {endpoint_id for endpoint_id, outcome in came if breaker.counts_as_failure(outcome)}
    breakers.count(_tally.add(came, urgent=probes | failed), CallPhase.PING)


def forget() -> None:
    """Drop what is not counted yet; for tests."""
    _tally.reset()
