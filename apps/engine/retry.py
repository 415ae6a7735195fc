"""When the same buyer is asked again: 2, 4, 8, 16, 32 seconds, at most 60, ±20 % jitter; `Retry-After` is
honoured.
"""

from datetime import datetime, timedelta

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0
JITTER = 0.2
LONGEST_RETRY_AFTER_S = 900.0
"""A buyer that asks for more than a quarter of an hour is asked again after that."""


def wait_s(retry: int, *, jitter: float, retry_after_s: int | None = None) -> float:
    """Seconds before the retry of that number (1 is the first). `jitter` is a random number in [0, 1)."""
    base = min(FIRST_WAIT_S * 2 ** min(max(retry, 1) - 1, 10), LONGEST_WAIT_S)
    wait = base * (1 - JITTER + 2 * JITTER * jitter)
    return max(wait, min(float(retry_after_s or 0), LONGEST_RETRY_AFTER_S))


def next_at(now: datetime, retry: int, *, jitter: float, retry_after_s: int | None = None) -> datetime:
    """The instant of that retry."""
    return now + timedelta(seconds=wait_s(retry, jitter=jitter, retry_after_s=retry_after_s))


ASSURED_WAITS_S = (10.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0)


def assured_wait_s(tried: int, *, jitter: float) -> float | None:
    """The second profile, for what must arrive however late (callbacks): from seconds to hours after `tried`
    tries; None when it is given up.
    """
    if not 1 <= tried <= len(ASSURED_WAITS_S):
        return None
    return ASSURED_WAITS_S[tried - 1] * (1 - JITTER + 2 * JITTER * jitter)
