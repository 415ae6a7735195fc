"""Rate limits: token buckets in Redis, shared by all processes; in this process alone while Redis is away."""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import redis
from django.conf import settings

Window = tuple[int, int]
"""So many requests in so many seconds. A bucket holds that many and fills evenly."""

TIMEOUT_S = 0.25
AWAY_S = 5.0
"""How long Redis is left alone after it failed to answer."""
_MOST_BUCKETS = 10_000

_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local tokens, wait, least, tightest = {}, 0, math.huge, 1
for i, key in ipairs(KEYS) do
    local most, span = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local kept = redis.call('HMGET', key, 'tokens', 'at')
    tokens[i] = math.min(most, tonumber(kept[1] or most) + math.max(0, now - tonumber(kept[2] or now)) * most / span)
    if tokens[i] < 1 then wait = math.max(wait, (1 - tokens[i]) * span / most) end
    if tokens[i] / most < least then least, tightest = tokens[i] / most, i end
end
for i, key in ipairs(KEYS) do
    if wait == 0 then tokens[i] = tokens[i] - 1 end
    redis.call('HSET', key, 'tokens', tostring(tokens[i]), 'at', tostring(now))
    redis.call('EXPIRE', key, tonumber(ARGV[2 * i]) + 1)
end
return {tightest, math.floor(tokens[tightest]), tostring(wait)}
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a request may pass. `limit`, `remaining` and `window_s` are those of the tightest window."""

    limit: int = 0
    window_s: int = 0
    remaining: int = 0
    wait_s: float = 0.0

    @property
    def allowed(self) -> bool:
        return self.wait_s == 0

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-*` of the tightest window and, when refused, `Retry-After`; none without any limit."""
        if not self.limit:
            return {}
        missing = self.limit - self.remaining
        headers = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(ceil(missing * self.window_s / self.limit)),
        }
        return headers if self.allowed else headers | {"Retry-After": str(max(1, ceil(self.wait_s)))}


UNLIMITED = Grant()


def take(name: str, windows: Sequence[Window]) -> Grant:
    """Take one request from every window of `name`, or from none of them. Without windows nothing is limited."""
    if not windows or not settings.RATE_LIMITS:
        return UNLIMITED
    return _shared.take(name, windows) or _local.take(name, windows)


class _Shared:
    """Buckets in Redis."""

    def __init__(self) -> None:
        self._away_until = 0.0

    def take(self, name: str, windows: Sequence[Window]) -> Grant | None:
        """None while Redis is away."""
        if time.monotonic() < self._away_until:
            return None
        keys = [f"lead:rate:{{{name}}}:{span}" for _, span in windows]
        try:
            tightest, remaining, wait = _script()(
                keys=keys, args=[number for each in windows for number in each]
            )
        except (redis.RedisError, OSError):
            self._away_until = time.monotonic() + AWAY_S
            return None
        limit, span = windows[int(tightest) - 1]
        return Grant(limit, span, int(remaining), float(wait))


class _Local:
    """Buckets in this process: a limit a process is better than none."""

    def __init__(self) -> None:
        self.after_fork()

    def take(self, name: str, windows: Sequence[Window]) -> Grant:
        now = time.monotonic()
        with self._lock:
            if len(self._kept) > _MOST_BUCKETS:
                self._kept.clear()
            tokens = [self._tokens(name, window, now) for window in windows]
            waits = [
                (1 - left) * span / most if left < 1 else 0.0
                for left, (most, span) in zip(tokens, windows, strict=True)
            ]
            wait = max(waits)
            left = [each - (wait == 0) for each in tokens]
            for (_, span), each in zip(windows, left, strict=True):
                self._kept[name, span] = (each, now)
        tightest = min(range(len(windows)), key=lambda place: left[place] / windows[place][0])
        return Grant(*windows[tightest], int(left[tightest]), wait)

    def _tokens(self, name: str, window: Window, now: float) -> float:
        most, span = window
        before, at = self._kept.get((name, span), (float(most), now))
        return min(float(most), before + (now - at) * most / span)

    def after_fork(self) -> None:
        """Empty buckets and a lock of its own."""
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, int], tuple[float, float]] = {}


@lru_cache(maxsize=1)
def _script() -> "redis.commands.core.Script":
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )
    return client.register_script(_TAKE)


_shared, _local = _Shared(), _Local()
os.register_at_fork(after_in_child=_local.after_fork)
