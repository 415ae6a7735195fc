"""What the simulated buyers received, in memory only."""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

SHOWN_REQUESTS = 200
MAX_BUYERS = 500
MAX_KEYS = 100_000
KEPT_BODY_BYTES = 16_384
BIDDING = frozenset({"bid", "no-bid", "mixed-bid"})
"""The behaviours that answer pings."""


@dataclass(slots=True)
class Received:
    """One request as it reached a buyer. `key` is its Idempotency-Key, empty without one.

    `status` and `answer` are what it was told; None and empty while it waits and for buyers that break the rules.
    """

    number: int
    received_at: datetime
    buyer: str
    behaviour: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    key: str
    status: int | None = None
    answer: bytes = b""

    @property
    def phase(self) -> str:
        """ping or post: what the address says under `phase`, else ping for behaviours that bid."""
        return self.query.get("phase") or ("ping" if self.behaviour in BIDDING else "post")

    def header(self, name: str, default: str = "") -> str:
        """The value of a header, case-insensitively."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), default)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass
class Journal:
    """The last requests of each buyer, and how often each key has come. `keep` None forgets nothing."""

    keep: int | None = SHOWN_REQUESTS
    total: int = 0
    _by_buyer: "OrderedDict[str, deque[Received]]" = field(default_factory=OrderedDict)
    _seen: "OrderedDict[str, int]" = field(default_factory=OrderedDict)
    _taken: "OrderedDict[str, str]" = field(default_factory=OrderedDict)
    _arrived: threading.Condition = field(default_factory=threading.Condition)

    def add(self, received: Received) -> None:
        """Remember a request; the oldest of its buyer, and the longest unseen buyer, make room."""
        with self._arrived:
            self.total += 1
            buyer = self._by_buyer.get(received.buyer)
            if buyer is None:
                buyer = self._by_buyer[received.buyer] = deque(maxlen=self.keep)
                if len(self._by_buyer) > MAX_BUYERS:
                    self._by_buyer.popitem(last=False)
            buyer.append(received)
            self._arrived.notify_all()

    def times_seen(self, key: str) -> int:
        """How often `key` had come before; counts this time."""
        times = self._seen.pop(key, 0)
        self._seen[key] = times + 1
        if len(self._seen) > MAX_KEYS:
            self._seen.popitem(last=False)
        return times

    def take(self, thing: str, *, by: str) -> bool:
        """Whether `thing` is `by`'s: free before, or taken by the same already."""
        holder = self._taken.setdefault(thing, by)
        if len(self._taken) > MAX_KEYS:
            self._taken.popitem(last=False)
        return holder == by

    def of(self, buyer: str) -> list[Received]:
        """The kept requests of one buyer, oldest first."""
        with self._arrived:
            return list(self._by_buyer.get(buyer, ()))

    def buyers(self) -> list[str]:
        """The names that have received anything, in the order they first did."""
        with self._arrived:
            return list(self._by_buyer)

    def everything(self) -> list[Received]:
        """All kept requests, oldest first."""
        with self._arrived:
            kept = [received for buyer in self._by_buyer.values() for received in buyer]
        return sorted(kept, key=lambda received: received.number)

    def wait_for(self, count: int, *, timeout_s: float) -> bool:
        """Whether `count` requests have arrived in all, waiting for them at most `timeout_s`."""
        with self._arrived:
            return self._arrived.wait_for(lambda: self.total >= count, timeout_s)

    def reset(self) -> None:
        """Forget everything, the counts per key included."""
        with self._arrived:
            self.total = 0
            self._by_buyer.clear()
            self._seen.clear()
            self._taken.clear()

    def __iter__(self) -> Iterator[Received]:
        return iter(self.everything())


def utc_now() -> datetime:
    """The instant of arrival, for people to read; no answer depends on it."""
    return datetime.now(UTC)
