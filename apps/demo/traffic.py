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

from apps.demo import people
from apps.demo.selectors import SUBMIT_PATH, Sender

AT_ONCE = 32
TIMEOUT_S = 20.0
AGAIN = 0.03
SAY_EVERY_S = 5.0
_REMEMBERED = 200
_FEW = 4


@dataclass(slots=True)
class Leads:
    """An endless row of submissions: now from this source, now from that."""

    senders: list[Sender]
    random: Random
    earlier: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def next_body(self) -> dict[str, Any]:
        """The next body of a simple post."""
        if self.earlier and self.random.random() < AGAIN:
            return self.random.choice(self.earlier)
        sender = self.random.choices(self.senders, [each.share for each in self.senders])[0]
        values = people.lead(sender.campaign, self.random, today=datetime.now(UTC).date())
        values["sub_id"] = self.random.choice(sender.sub_ids)
        good = self.random.random() < sender.care
        body = sender.ids | (values if good else people.spoiled(sender.campaign, values, self.random))
        if not sender.approved:
            return body | {"test": True}
        if good:
            self.earlier.append(body)
        return body


@dataclass(slots=True)
class Tally:
    """What has been answered so far."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=1000))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, answer: str, refusal: str, latency_ms: float) -> None:
        """One more answer."""
        with self.lock:
            self.answers[answer] += 1
            if refusal:
                self.refused[refusal] += 1
            self.latencies_ms.append(latency_ms)

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
        self._leads, self._url, self._rate = leads, url.rstrip("/") + SUBMIT_PATH, rate
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
                under_way.add(pool.submit(self._post, self._leads.next_body()))
                self.tally.sent += 1
            if time.monotonic() - said_at >= SAY_EVERY_S:
                said_at = time.monotonic()
                say(self.tally.line())
            self._stop.wait(max(0.0, began + self.tally.sent / self._rate - time.monotonic()) or 0.001)

    def _post(self, body: dict[str, Any]) -> None:
        began = time.monotonic()
        try:
            answer = self._session().post(self._url, json=body, timeout=TIMEOUT_S)
            told, refusal = _read(answer)
        except requests.RequestException as error:
            told, refusal = "not reached", type(error).__name__
        self.tally.count(told, refusal, (time.monotonic() - began) * 1000)

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        return self._local.session


def _read(answer: requests.Response) -> tuple[str, str]:
    """What an answer says, and why where it refuses."""
    if answer.status_code == requests.codes.accepted:
        return "pending", ""
    if answer.status_code != requests.codes.ok:
        return f"HTTP {answer.status_code}", ""
    body = answer.json()
    if body.get("testLead"):
        return "test", ""
    return ("accepted", "") if body["leadStatus"] else ("rejected", str(body["message"]))
