"""How a buyer can behave. Each choice follows from the request alone, or from how often its key has come."""

from collections.abc import Callable
from dataclasses import replace

from apps.simulator import bidding, credentials
from apps.simulator.answers import Answer, Facts, reference
from apps.simulator.journal import Received
from apps.simulator.parameters import ParameterError, Parameters
from apps.simulator.visits import Behave, Visit, by_weight

DEFAULT_PRICE = "25.00"
MIXED_DEFAULTS = {"accept": 70, "reject": 20, "error": 5, "duplicate": 5}


def accept(visit: Visit) -> Answer:
    """Buys, with its own id and a price."""
    facts: Facts = {
        "status": "accepted",
        "id": reference(visit.identity),
        "price": visit.parameters.amount("price", DEFAULT_PRICE),
    }
    return Answer(facts, status=visit.parameters.whole("status", 200, least=200, most=599))


def reject(visit: Visit) -> Answer:
    """Refuses with a reason, under status 200 as most buyers do."""
    reason = visit.parameters.text("reason", "Outside our territory")
    return Answer(
        {"status": "rejected", "reason": reason},
        status=visit.parameters.whole("status", 200, least=200, most=599),
    )


def duplicate(visit: Visit) -> Answer:
    """Says that it has this person already."""
    reason = visit.parameters.text("reason", "Duplicate lead")
    return Answer(
        {"status": "duplicate", "reason": reason},
        status=visit.parameters.whole("status", 200, least=200, most=599),
    )


def error(visit: Visit) -> Answer:
    """Fails inside."""
    return Answer(
        {"status": "error", "message": "Internal error"},
        status=visit.parameters.whole("status", 500, least=400, most=599),
    )


def price(visit: Visit) -> Answer:
    """Buys at another price than was agreed."""
    facts = accept(visit).facts | {
        "price": visit.parameters.amount("price", "12.50"),
        "note": "Price changed",
    }
    return Answer(facts)


def rate_limit(visit: Visit) -> Answer:
    """Asks to come back later."""
    seconds = visit.parameters.whole("retry_after", 2, most=86_400)
    return Answer(
        {"status": "error", "message": "Too many requests"}, status=429, headers={"Retry-After": str(seconds)}
    )


def redirect(visit: Visit) -> Answer:
    """Points elsewhere."""
    buyer = visit.received.buyer
    place = visit.parameters.text("to", f"/buyers/{buyer}/accept")
    status = visit.parameters.whole("status", 302, least=300, most=399)
    return Answer({"status": "moved"}, status=status, headers={"Location": _one_line(place)})


def mixed(visit: Visit) -> Answer:
    """One of several answers by weight, always the same for the same key."""
    chosen = by_weight(visit, MIXED_DEFAULTS)
    if chosen != "error":
        # A status is meant for the failures; the others keep their own.
        visit = replace(visit, parameters=visit.parameters.without("status"))
    return PLAIN[chosen](visit)


def token(visit: Visit) -> Answer:
    """The token server of an OAuth buyer."""
    number = visit.journal.times_seen(f"token of {visit.received.buyer}") + 1
    return credentials.issued(visit.received, visit.parameters, number)


def guarded(check: Callable[[Received, Parameters], str]) -> Behave:
    """Buys from callers in whom `check` finds nothing wrong; tells the others with 401."""

    def behave(visit: Visit) -> Answer:
        wrong = check(visit.received, visit.parameters)
        if wrong:
            return Answer({"status": "unauthorized", "message": wrong}, status=401)
        return accept(visit)

    return behave


def status(visit: Visit) -> Answer:
    """Tells what became of the lead whose Idempotency-Key stands in `key`: bought, if it has ever arrived."""
    key = visit.parameters.text("key")
    pending = visit.parameters.whole("pending", 0, most=1000)
    if pending and visit.journal.times_seen(f"status of {visit.received.buyer} {key}") < pending:
        return Answer({"status": "pending"})
    arrived = [
        one
        for one in visit.journal.of(visit.received.buyer)
        if one.key == key and one.behaviour != visit.received.behaviour
    ]
    if not key or not arrived:
        return Answer({"status": "not_found"}, status=404)
    told = visit.parameters.text("say", "accepted")
    if told != "accepted":
        return Answer({"status": told, "reason": visit.parameters.text("reason", "Not bought")})
    price = visit.parameters.amount("price", DEFAULT_PRICE)
    return Answer({"status": "accepted", "id": reference(key.encode()), "price": price})


def answer(visit: Visit) -> Answer:
    """The behaviour's answer, after as many failures of this very request as `failures` says."""
    failures = visit.parameters.whole("failures", 0, most=1000)
    if failures:
        seen = visit.journal.times_seen(f"{visit.received.path} {visit.identity.hex()}")
        if seen < failures:
            return Answer({"status": "error", "message": f"Failure {seen + 1} of {failures}"}, status=500)
    return PLAIN[visit.received.behaviour](visit)


def _one_line(place: str) -> str:
    if any(ord(character) < 0x20 for character in place):
        raise ParameterError("to is one line.")
    return place


PLAIN: dict[str, Behave] = {
    "accept": accept,
    "reject": reject,
    "duplicate": duplicate,
    "error": error,
    "flaky": accept,
    "price": price,
    "slow": accept,
    "rate-limit": rate_limit,
    "redirect": redirect,
    "mixed": mixed,
    "xml": accept,
    "form": accept,
    "token": token,
    "bearer": guarded(credentials.holds_token),
    "basic": guarded(credentials.knows_password),
    "header-key": guarded(credentials.knows_key),
    "signed": guarded(credentials.has_signed),
    "status": status,
    "bid": bidding.bid,
    "no-bid": bidding.no_bid,
    "mixed-bid": bidding.mixed_bid,
    "promised": bidding.promised,
}
"""Behaviours that answer in good HTTP. Several are `accept` under other `DEFAULTS`."""

DEFAULTS: dict[str, dict[str, str]] = {
    "flaky": {"failures": "1"},
    "slow": {"ms": "50"},
    "xml": {"format": "xml"},
    "form": {"format": "form"},
}
