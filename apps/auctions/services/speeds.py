"""How quickly endpoints answer pings, as this process has seen it: who is too slow too often is not asked for a while.

Each process learns by itself, within seconds of traffic, and forgets when it ends; nothing is stored or shared.
"""

import os
import statistics
import threading
from collections import deque

KEPT = 21
ENOUGH = 10
"""Nobody is called slow by less than so many answers."""
ONE_IN = 20
"""Of a slow endpoint's pings one in so many is sent all the same, so that its getting quicker is seen."""


class Speeds:
    """How quickly endpoints have answered, by their ids."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[int, deque[float]] = {}
        self._passed: dict[int, int] = {}

    def note(self, endpoint_id: int, took_ms: float) -> None:
        """As the function below."""
        with self._lock:
            self._seen.setdefault(endpoint_id, deque(maxlen=KEPT)).append(took_ms)

    def too_slow(self, endpoint_id: int, budget_ms: float) -> float | None:
        """As the function below."""
        with self._lock:
            seen = self._seen.get(endpoint_id, ())
            median = statistics.median(seen) if len(seen) >= ENOUGH else 0.0
            if median <= budget_ms:
                return None
            self._passed[endpoint_id] = self._passed.get(endpoint_id, 0) + 1
            return None if self._passed[endpoint_id] % ONE_IN == 0 else median

    def reset(self) -> None:
        """Know nothing again."""
        self.__init__()  # type: ignore[misc]


_speeds = Speeds()
os.register_at_fork(after_in_child=_speeds.reset)


def note(endpoint_id: int, took_ms: float) -> None:
    """An endpoint took so long to answer a ping; of one that never did, as long as it was listened to."""
    _speeds.note(endpoint_id, took_ms)


def too_slow(endpoint_id: int, budget_ms: float) -> float | None:
    """The median of its last answers in milliseconds, where that is over the budget; None when it is to be asked."""
    return _speeds.too_slow(endpoint_id, budget_ms)


def forget() -> None:
    """Know nothing of anybody again; for tests."""
    _speeds.reset()
