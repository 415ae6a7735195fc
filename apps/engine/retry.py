"""When the same buyer is asked again, by profile, ±20 % jitter; `Retry-After` is honoured.

Standard: 2, 4, 8, 16, 32 seconds, at most 60. Assured, for what must arrive however late: 10 seconds, then
minutes, then hours.
"""

from datetime import datetime, timedelta

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0
JITTER = 0.2
LONGEST_RETRY_AFTER_S = 900.0
"""A buyer that asks for more than a quarter of an hour is asked again after that."""
ASSURED_WAITS_S = (10.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0)
"""After the last one the same again, as long as there are retries."""
LONGEST_ASSURED_RETRY_AFTER_S = 86_400.0

STANDARD, ASSURED = "standard", "assured"


def wait_s(retry: int, *, jitter: float, retry_after_s: int | None = None, profile: str = STANDARD) -> float:
    """Seconds before the retry of that number (1 is the first). `jitter` is a random number in [0, 1)."""
    number = max(retry, 1)
    if profile == ASSURED:
        base, longest_s = (
            ASSURED_WAITS_S[min(number, len(ASSURED_WAITS_S)) - 1],
            LONGEST_ASSURED_RETRY_AFTER_S,
        )
    else:
        base, longest_s = min(FIRST_WAIT_S * 2 ** min(number - 1, 10), LONGEST_WAIT_S), LONGEST_RETRY_AFTER_S
    return max(_jittered(base, jitter), min(float(retry_after_s or 0), longest_s))


def next_at(
    now: datetime, retry: int, *, jitter: float, retry_after_s: int | None = None, profile: str = STANDARD
) -> datetime:
    """The instant of that retry."""
    return now + timedelta(seconds=wait_s(retry, jitter=jitter, retry_after_s=retry_after_s, profile=profile))


def assured_wait_s(tried: int, *, jitter: float) -> float | None:
    """The assured profile for what is given up in the end (callbacks, questions): the seconds after `tried` tries;
    None when it is given up.
    """
    if not 1 <= tried <= len(ASSURED_WAITS_S):
        return None
    return _jittered(ASSURED_WAITS_S[tried - 1], jitter)


def _jittered(base_s: float, jitter: float) -> float:
    return base_s * (1 - JITTER + 2 * JITTER * jitter)
