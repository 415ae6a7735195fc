"""Buyers that are pinged: what they bid, and what they want to see again when the lead is posted.

A promise carries its own number, price and end, sealed, so that a bid need not be remembered; only that a promise was
redeemed is.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from apps.simulator.answers import Answer, Facts, fingerprint, reference
from apps.simulator.journal import Received
from apps.simulator.parameters import ParameterError, Parameters
from apps.simulator.visits import Visit, by_weight

DEFAULT_BID = "20.00"
MIXED_BID_DEFAULTS = {"bid": 70, "none": 25, "error": 5}

_CENT = Decimal("0.01")
_LONGEST_S = 10_000_000
_SEAL = b"sluice simulator promises"
_PROMISE = re.compile(r"SIMP\.([0-9A-F]{12})\.([0-9]{1,12})\.([0-9]{1,14})\.([0-9a-f]{32})")
_ELEMENT = re.compile(r"<(?:[\w-]+:)?([\w-]+)[^<>]*>([^<>]*)</")


def bid(visit: Visit) -> Answer:
    """Bids, with a promise and an end; wants nothing of states for which it has no price."""
    parameters = visit.parameters
    amount = _amount(visit)
    if amount is None:
        return _refusal(visit, "Not in our states")
    shared = parameters.amount("shared", str(amount))
    both = ("both", "exclusive", "shared") if parameters.text("shared") else ("exclusive", "shared", "both")
    kind = parameters.choice("for", both)
    facts: Facts = {"status": "bid"}
    if kind != "shared":
        facts["bid"] = amount
    if kind != "exclusive":
        facts["shared_bid"] = shared
    life = timedelta(seconds=parameters.whole("expires", 120, most=_LONGEST_S))
    ends_at = visit.received.received_at + life
    facts["promise"] = _promise(visit, shared if kind == "shared" else amount, ends_at)
    facts["expires_at"] = ends_at.isoformat(timespec="milliseconds")
    return Answer(facts, status=parameters.whole("status", 200, least=200, most=599))


def no_bid(visit: Visit) -> Answer:
    """Does not want this one, and says why."""
    return _refusal(visit, "No appetite for this lead")


def mixed_bid(visit: Visit) -> Answer:
    """Bids, does not, or fails, by weight; always the same for the same ping."""
    chosen = by_weight(visit, MIXED_BID_DEFAULTS)
    if chosen == "error":
        status = visit.parameters.whole("status", 500, least=400, most=599)
        return Answer({"status": "error", "message": "Internal error"}, status=status)
    plain = Visit(visit.received, visit.parameters.without("status"), visit.journal)
    return bid(plain) if chosen == "bid" else no_bid(plain)


def promised(visit: Visit) -> Answer:
    """Takes the post of a bid it has won: it wants the promise of its ping back, pays what it bid, and pays once."""
    found = _PROMISE.search(_everything(visit.received))
    wrong = _wrong(visit, found)
    if wrong or found is None:
        return _rejected(visit, wrong)
    if not visit.journal.take(f"promise {found.group()}", by=visit.identity.hex()):
        return Answer({"status": "duplicate", "reason": "The promise was redeemed by another lead"})
    if visit.parameters.text("say", "accepted") != "accepted":
        return _rejected(visit, visit.parameters.text("reason", "Not bought after all"))
    facts: Facts = {"status": "accepted", "id": reference(visit.identity)}
    if not visit.parameters.text("silent"):
        promised_price = Decimal(found[2]) * _CENT
        less = visit.parameters.amount("less", "0")
        facts["price"] = visit.parameters.amount("price", str(max(promised_price - less, Decimal(0))))
    return Answer(facts, status=visit.parameters.whole("status", 200, least=200, most=599))


def _refusal(visit: Visit, reason: str) -> Answer:
    told = visit.parameters.text("reason", reason)
    status = visit.parameters.whole("status", 200, least=200, most=599)
    return Answer({"status": "no_bid", "reason": told}, status=status)


def _rejected(visit: Visit, reason: str) -> Answer:
    told = visit.parameters.text("say", "rejected")
    status = visit.parameters.whole("status", 200, least=200, most=599)
    return Answer({"status": "rejected" if told == "accepted" else told, "reason": reason}, status=status)


def _amount(visit: Visit) -> Decimal | None:
    """What this ping is worth to the buyer: the state's price, else the usual one; the spread moves either."""
    parameters = visit.parameters
    by_state = _by_state(parameters)
    if not by_state:
        amount = parameters.amount("price", DEFAULT_BID)
    elif (state := _state(visit.received, parameters)) in by_state:
        amount = by_state[state]
    elif parameters.text("price"):
        amount = parameters.amount("price", DEFAULT_BID)
    else:
        return None
    spread = int(parameters.amount("spread", "0") / _CENT)
    moved = fingerprint(visit.identity) % (2 * spread + 1) - spread
    return max(amount + moved * _CENT, Decimal(0))


def _by_state(parameters: Parameters) -> dict[str, Decimal]:
    prices = {}
    for part in filter(None, parameters.text("states").split(",")):
        state, _, price = part.partition(":")
        try:
            prices[state.strip().upper()] = Parameters({"price": price}).amount("price", "")
        except ParameterError:
            raise ParameterError("states is a list like CA:18.50,TX:12.") from None
    return prices


def _state(received: Received, parameters: Parameters) -> str:
    wanted = parameters.text("field", "state").lower()
    return next((value for name, value in _values(received) if name.lower() == wanted), "").strip().upper()


def _values(received: Received) -> Iterator[tuple[str, str]]:
    """What was sent as names and values, whichever format it came in; only the last name of a path counts."""
    yield from received.query.items()
    text = received.text.lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        yield from _ELEMENT.findall(text)
    elif text.startswith(("{", "[")):
        try:
            yield from _leaves("", json.loads(text))
        except (ValueError, RecursionError):
            return
    else:
        yield from parse_qsl(text)


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(name, inner)
    else:
        yield name, str(value)


def _promise(visit: Visit, amount: Decimal, ends_at: datetime) -> str:
    # Pings name nobody, so that two of them may well be equal: each is promised something of its own.
    times = visit.journal.times_seen(f"ping of {visit.received.buyer} {visit.identity.hex()}")
    number = fingerprint(visit.identity + str(times).encode())
    return _sealed(
        visit.received.buyer, f"{number:012X}", int(amount / _CENT), int(ends_at.timestamp() * 1000)
    )


def _sealed(buyer: str, number: str, cents: int, ends_at: int) -> str:
    text = f"{number}.{cents}.{ends_at}"
    seal = hmac.new(_SEAL, f"{buyer}.{text}".encode(), hashlib.sha256).hexdigest()[:32]
    return f"SIMP.{text}.{seal}"


def _wrong(visit: Visit, found: re.Match[str] | None) -> str:
    """What is wrong with the promise of a post; empty when it is one that this buyer gave and still keeps."""
    if found is None:
        return "The promise is missing"
    ours = _sealed(visit.received.buyer, found[1], int(found[2]), int(found[3]))
    if not hmac.compare_digest(found.group(), ours):
        return "The promise is not ours"
    ended = int(found[3]) <= int(visit.received.received_at.timestamp() * 1000)
    return "The promise has expired" if ended else ""


def _everything(received: Received) -> str:
    return "\n".join([received.text, *received.query.values(), *received.headers.values()])
