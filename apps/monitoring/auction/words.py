"""Marks of pings, bids and verdicts: a tone and words, the sign first."""

import re

from apps.auctions.choices import BidStatus, PingStatus
from apps.auctions.models import Ping
from apps.engine.order_verdicts import VERDICTS

PINGS = {
    PingStatus.OPEN: ("plain", "… Buyers are being asked"),
    PingStatus.ACCEPTED: ("good", "✓ Accepted, may be posted"),
    PingStatus.POSTED: ("good", "✓ Posted"),
    PingStatus.EXPIRED: ("warn", "○ Expired without a post"),
    PingStatus.REJECTED: ("plain", "✕ Rejected"),
    PingStatus.TEST: ("test", "◇ Test"),
}
BIDS = {
    BidStatus.BID: ("good", "✓ Bid"),
    BidStatus.NO_BID: ("plain", "✕ No bid"),
    BidStatus.LATE: ("warn", "▲ Late"),
    BidStatus.ERROR: ("bad", "● No readable answer"),
}
_GOOD = frozenset({"won"})
_IN_LINE = frozenset({"lost_on_price", "ranked", "joins"})
_TROUBLE = frozenset({"breaker_open", "resting", "too_slow", "no_token", "unbuildable", "late", "no_answer", "no_ping",
                      "over_ping_rate", "over_ping_concurrency"})  # fmt: skip


def ping_state(ping: Ping) -> tuple[str, str]:
    """How a ping stands, with what its source was told where it was refused."""
    tone, words = PINGS.get(PingStatus(ping.status), ("plain", ping.status))
    return tone, f"{words}: {ping.message}" if ping.message else words


def verdict_tone(verdict: str) -> str:
    """The tone of what became of an order."""
    if verdict in _GOOD:
        return "good"
    return "warn" if verdict in _TROUBLE else "plain"


def has_place(verdict: str) -> bool:
    """Whether the order is on the way of a post."""
    return verdict in _GOOD or verdict in _IN_LINE


def verdict_name(verdict: str) -> str:
    """A verdict without its number: "Lost on price", "Its cap is full"."""
    return _NAMES.get(verdict) or _NUMBER.split(VERDICTS.get(verdict, verdict))[0]


_NUMBER = re.compile(r"[,;:]?\s*(?:place\s+)?\(?\{")
_NAMES = {
    "waits": "Outside its hours; waits",
    "waits_last": "Outside its hours; others first",
    "opens_too_late": "Outside its hours for too long",
    "buyer_duplicate": "Bought this person before",
    "over_rate": "Over its rate",
    "over_concurrency": "As many requests under way as its endpoint takes",
    "no_place_in_time": "Over its rate for too long",
    "too_slow": "Not pinged: usually answers too slowly",
    "unbuildable": "Not pinged: its request could not be built",
    "refused": "Did not bid, and said why",
}
"""Of those whose number stands inside the sentence."""
