"""How fast an endpoint may be called: a token bucket that never lets more than its rate through in any such time.

A plain bucket of N lets 2 N through in one period: those saved up, and those that follow. Here a tenth of the
rate may be saved up and the rest comes evenly, so that no period of the given seconds, wherever it begins, sees
more than N requests.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

BURST_SHARE = 0.1
CROWDED_S = 0.5
"""How long a place of an endpoint's concurrency is taken, when nothing is known about it."""
SHORTEST_STEP_BACK_S = 0.05
LONGEST_STEP_BACK_S = 30.0

OVER_RATE, OVER_CONCURRENCY = "over_rate", "over_concurrency"

Rate = tuple[int, int]
"""Requests per seconds."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`level` requests might go at the instant `at`."""

    level: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Full:
    """An endpoint that takes no request now: the verdict that says which limit it is at, and the instant of the next
    place there is for the asker."""

    verdict: str
    place_at: datetime


def capacity(rate: Rate) -> int:
    """How many may be saved up."""
    return 1 + int(rate[0] * BURST_SHARE)


def per_second(rate: Rate) -> float:
    """How many come back in a second. In a half-open period at most `capacity + refilled - 1` can go: that is the
    rate."""
    return (rate[0] - capacity(rate) + 1) / rate[1]


def full(rate: Rate, now: datetime) -> Bucket:
    """The bucket of an endpoint that has had no request yet."""
    return Bucket(float(capacity(rate)), now)


def filled(bucket: Bucket, rate: Rate, now: datetime) -> Bucket:
    """The bucket as it is now. A clock that went back gives nothing."""
    passed_s = max(0.0, (now - bucket.at).total_seconds())
    level = min(bucket.level + passed_s * per_second(rate), float(capacity(rate)))
    return Bucket(level, max(now, bucket.at))


def take(bucket: Bucket, rate: Rate, now: datetime) -> Bucket | None:
    """The bucket after one request at `now`, or None when there is none to take."""
    ready = filled(bucket, rate, now)
    # A millionth is forgiven: seconds as floats do not add up to the last digit.
    return Bucket(ready.level - 1, ready.at) if ready.level >= 1 - 1e-6 else None


def wait(bucket: Bucket, rate: Rate, now: datetime, *, before: int) -> timedelta:
    """How long to step back when nothing was left and `before` others are waiting already."""
    ready = filled(bucket, rate, now)
    return timedelta(seconds=max(1 - ready.level + before, 0.0) / per_second(rate) + 0.001)


def crowded_wait(concurrency: int, *, before: int, jitter: float, typical_s: float = CROWDED_S) -> timedelta:
    """How long to step back when so many requests are under way as may be, and `before` others wait. `typical_s` is
    how long a request to this endpoint takes, `jitter` random in [0, 1).
    """
    wait_s = max(typical_s * (1 + before / concurrency), SHORTEST_STEP_BACK_S)
    return timedelta(seconds=min(wait_s, LONGEST_STEP_BACK_S) * (0.8 + 0.4 * jitter))
