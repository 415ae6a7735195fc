"""How many requests of this web process wait for the answers of one endpoint: a buyer that hangs gets half of the
threads at most, so that sources of other buyers find one.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from apps.deliveries.services.endpoint.gate import PARKED_S

QUICK_S = 0.25
"""While an endpoint answers within this time any number may wait for it: each thread is free again at once."""


class Waits:
    """The threads that wait, by endpoint. Shared by all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[int, list[float]] = {}

    def crowd(self, endpoint_id: int) -> float:
        """0 when one more may wait for this endpoint; if not, its lead is the drain's and its source is not kept."""
        with self._lock:
            waiting = self._since.get(endpoint_id, ())
            if len(waiting) < settings.INLINE_WAITS_PER_ENDPOINT:
                return 0.0
            return 0.0 if time.monotonic() - min(waiting) < QUICK_S else PARKED_S

    @contextmanager
    def waiting(self, endpoint_id: int) -> Iterator[None]:
        """Count this thread while it waits."""
        began = time.monotonic()
        with self._lock:
            self._since.setdefault(endpoint_id, []).append(began)
        try:
            yield
        finally:
            with self._lock:
                waiting = self._since[endpoint_id]
                waiting.remove(began)
                if not waiting:
                    del self._since[endpoint_id]
