"""The two clocks: wall time for what is stored and told, monotonic time for what is measured."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present instant as an aware UTC datetime."""
    return datetime.now(UTC)


def monotonic_ms() -> float:
    """Milliseconds on a clock that never steps; only differences mean anything."""
    return time.perf_counter() * 1000.0
