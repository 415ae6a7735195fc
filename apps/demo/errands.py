"""What a source does with one lead over HTTP: it posts it, or pings first and posts what it was bid for."""

import time
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

import requests

from apps.demo.selectors import DIRECT_PATH, PING_PATH, PINGED, POST_PATH, SUBMIT_PATH

Body = dict[str, Any]
TIMEOUT_S = 20.0
_LONGEST_PAUSE_S = 1.5


class Told(NamedTuple):
    """What was answered in a word, why where it refuses, and how long the last answer took."""

    answer: str
    why: str
    ms: float


@dataclass(frozen=True, slots=True)
class SimplePost:
    """One lead by the simple post."""

    body: Body

    def run(self, session: requests.Session, origin: str) -> Told:
        """Send it. Raises `requests.RequestException` where nobody answers."""
        answer = session.post(origin + SUBMIT_PATH, json=self.body, timeout=TIMEOUT_S)
        if answer.status_code == requests.codes.accepted:
            return _said(answer, "pending")
        if answer.status_code != requests.codes.ok:
            return _said(answer, f"HTTP {answer.status_code}")
        told = answer.json()
        if told.get("testLead"):
            return _said(answer, "test")
        return _said(answer, "accepted") if told["leadStatus"] else _said(answer, "rejected", told["message"])


@dataclass(frozen=True, slots=True)
class DirectPost:
    """One lead that goes up for auction whole."""

    ids: Body
    data: Body

    def run(self, session: requests.Session, origin: str) -> Told:
        """Send it. Raises `requests.RequestException` where nobody answers."""
        return _told(
            session.post(origin + DIRECT_PATH, json=self.ids | {"data": self.data}, timeout=TIMEOUT_S)
        )


@dataclass(frozen=True, slots=True)
class PingAndPost:
    """A ping, and the post of what was bid: after `pause_s` seconds, or never where the source sells elsewhere."""

    ids: Body
    data: Body
    posts: bool
    pause_s: float

    def run(self, session: requests.Session, origin: str) -> Told:
        """Ping, and post. Raises `requests.RequestException` where nobody answers."""
        pinged = {name: value for name, value in self.data.items() if name in PINGED}
        answer = session.post(origin + PING_PATH, json=self.ids | {"data": pinged}, timeout=TIMEOUT_S)
        told = _told(answer)
        if told.answer != "accepted" or not self.posts:
            return told._replace(answer="pinged only") if told.answer == "accepted" else told
        time.sleep(self.pause_s)
        body = self.ids | {"ping_id": answer.json()["ping_id"], "data": self.data}
        return _told(session.post(origin + POST_PATH, json=body, timeout=TIMEOUT_S))


Errand = SimplePost | DirectPost | PingAndPost


def exchange_errand(ids: Body, data: Body, random: Random) -> Errand:
    """What a source does with a lead for the exchange: most are pinged, of these most are posted."""
    if random.random() < 0.15:
        return DirectPost(ids, data)
    return PingAndPost(ids, data, random.random() < 0.65, random.uniform(0.05, _LONGEST_PAUSE_S))


def _told(answer: requests.Response) -> Told:
    if answer.status_code != requests.codes.ok:
        return _said(answer, f"HTTP {answer.status_code}")
    told = answer.json()
    return _said(answer, told["status"], told.get("reason", ""))


def _said(answer: requests.Response, word: str, why: str = "") -> Told:
    return Told(word, why, answer.elapsed.total_seconds() * 1000)
