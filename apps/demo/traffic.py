"""Live traffic as the demo's sources would send it: real HTTP, good leads and bad ones, in a steady rhythm."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import requests

from apps.demo import errands, people
from apps.demo.errands import Errand, SimplePost, Told, exchange_errand
from apps.demo.selectors import Sender

AT_ONCE = 32
AGAIN = 0.03
SAY_EVERY_S = 5.0
_REMEMBERED = 200
_FEW = 4


@dataclass(slots=True)
class Leads:
    """An endless row of errands: now from this source, now from that."""

    senders: list[Sender]
    random: Random
    earlier: deque[Errand] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def next_errand(self) -> Errand:
        """The next lead on its way."""
        if self.earlier and self.random.random() < AGAIN:
            return self.random.choice(self.earlier)
        sender = self.random.choices(self.senders, [each.share for each in self.senders])[0]
        values = people.lead(sender.campaign, self.random, today=datetime.now(UTC).date())
        values["sub_id"] = self.random.choice(sender.sub_ids)
        good = self.random.random() < sender.care
        data = values if good else people.spoiled(sender.campaign, values, self.random)
        errand = self._errand(sender, data)
        if good and sender.approved:
            self.earlier.append(errand)
        return errand

    def _errand(self, sender: Sender, data: dict[str, Any]) -> Errand:
        if sender.pings:
            return exchange_errand(sender.ids, data, self.random)
        return SimplePost(sender.ids | data | ({} if sender.approved else {"test": True}))


@dataclass(slots=True)
class Tally:
    """What has been answered so far."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=1000))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, told: Told) -> None:
        """One more answer."""
        with self.lock:
            self.answers[told.answer] += 1
            if told.why:
                self.refused[told.why] += 1
            self.latencies_ms.append(told.ms)

    def line(self) -> str:
        """A line for people: counts, the commonest refusals, the median of the last thousand answers."""
        with self.lock:
            counts = ", ".join(f"{number} {name}" for name, number in self.answers.most_common())
            refused = ", ".join(f"{name} {number}" for name, number in self.refused.most_common(_FEW))
            ordered = sorted(self.latencies_ms)
        median = f", median {ordered[len(ordered) // 2]:.0f} ms" if ordered else ""
        return f"{self.sent} sent: {counts or 'no answer yet'}{median}" + (
            f"  [{refused}]" if refused else ""
        )


class Traffic:
    """Posts leads at a rate until told to stop."""

    def __init__(self, leads: Leads, *, url: str, rate: float) -> None:
        self._leads, self._origin, self._rate = leads, url.rstrip("/"), rate
        self._local = threading.local()
        self._stop = threading.Event()
        self.tally = Tally()

    def stop(self) -> None:
        """Send nothing more; `run` returns when what is under way has been answered."""
        self._stop.set()

    def run(self, *, count: int | None, say: Callable[[str], object]) -> Tally:
        """Post `count` leads, or until stopped; a line now and then. KeyboardInterrupt ends it like `stop`."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="traffic") as pool:
            with suppress(KeyboardInterrupt):
                self._send(pool, count, say)
            self.stop()
        return self.tally

    def _send(self, pool: ThreadPoolExecutor, count: int | None, say: Callable[[str], object]) -> None:
        began = said_at = time.monotonic()
        under_way: set[Future[None]] = set()
        while not self._stop.is_set() and (count is None or self.tally.sent < count):
            under_way = {future for future in under_way if not future.done()}
            # A server that has fallen behind is not buried: whoever waits sends less.
            if len(under_way) < AT_ONCE:
                under_way.add(pool.submit(self._go, self._leads.next_errand()))
                self.tally.sent += 1
            if time.monotonic() - said_at >= SAY_EVERY_S:
                said_at = time.monotonic()
                say(self.tally.line())
            self._stop.wait(max(0.0, began + self.tally.sent / self._rate - time.monotonic()) or 0.001)

    def _go(self, errand: Errand) -> None:
        try:
            self.tally.count(errand.run(self._session(), self._origin))
        except requests.RequestException as error:
            self.tally.count(Told("not reached", type(error).__name__, errands.TIMEOUT_S * 1000))

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        return self._local.session
