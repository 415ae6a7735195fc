"""Sources that ping much and post little are held to the pings per post of their terms.

Each process counts once in a while and adds what it lets pass meanwhile, so that a ping costs nothing. Nobody is
refused by an old count: what was posted since may have earned the next pings.
"""

import os
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from apps.auctions.selectors import PingTraffic, ping_traffic

KEPT_S = 5.0
REFUSED_BY_S = 1.0
"""How old a count may be that lets pass, and one that refuses."""
RETRY_AFTER_S = 60
_SHARE = 100
"""Counting takes at most one part in so many of a process's time, however many pings there are to count."""


@dataclass(slots=True)
class _Reading:
    traffic: PingTraffic
    read_at: float
    took_s: float
    passed: int = 0
    renewing: bool = False

    def is_older(self, age_s: float) -> bool:
        return time.monotonic() - self.read_at > max(age_s, self.took_s * _SHARE)

    def is_over(self, per_post: int) -> bool:
        return self.traffic.is_over(per_post, more=self.passed)


class _Readings:
    """The counts of this process, by terms."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[int, _Reading] = {}

    def get(self, terms_id: int, at: datetime, *, within_s: float) -> _Reading:
        """A count no older than that, or the last one while another thread counts."""
        with self._lock:
            known = self._known.get(terms_id)
            if known is not None and (known.renewing or not known.is_older(within_s)):
                return known
            if known is not None:
                known.renewing = True
        began = time.monotonic()
        try:
            traffic = ping_traffic(terms_id, at=at)
        except BaseException:
            if known is not None:
                known.renewing = False
            raise
        reading = _Reading(traffic, time.monotonic(), time.monotonic() - began)
        with self._lock:
            self._known[terms_id] = reading
        return reading

    def note(self, reading: _Reading) -> None:
        with self._lock:
            reading.passed += 1

    def reset(self) -> None:
        self.__init__()  # type: ignore[misc]


_readings = _Readings()
os.register_at_fork(after_in_child=_readings.reset)


def too_many_pings(terms_id: int, *, per_post: int, at: datetime) -> bool:
    """Whether a source's next live ping is to be refused; one that is not is counted as let pass."""
    reading = _readings.get(terms_id, at, within_s=KEPT_S)
    if reading.is_over(per_post):
        reading = _readings.get(terms_id, at, within_s=REFUSED_BY_S)
    if reading.is_over(per_post):
        return True
    _readings.note(reading)
    return False


def forget() -> None:
    """Know no counts; for tests."""
    _readings.reset()
