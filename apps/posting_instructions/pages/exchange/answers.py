"""Answers of the exchange exactly as it gives them: rendered by the engine's own reply."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.core.ids import public_id
from apps.engine.reply import PING, POST, render_exchange_fault, render_ping, render_post
from apps.engine.values import Problem, Verdict, VerdictOutcome
from apps.posting_instructions.choices import Call
from apps.posting_instructions.code import Code, json_body
from apps.posting_instructions.pages.answers import Answer
from apps.posting_instructions.pages.exchange.identity import EXAMPLE_PING
from apps.posting_instructions.pages.frame import Frame

_LEAD_ID = public_id("L", 0x51A1CE0F1EAE)
_DELIVERY_ID = public_id("DEL", 0x51A1CE0F1EAF)
_DOCUMENTED = ("status", "reason")


def pinged(page: Frame, *, test: bool) -> Answer:
    """A ping that was accepted, with the bid that a test gets."""
    verdict = Verdict(VerdictOutcome.ACCEPTED, price=page.terms.sample_payout, test=test)
    expires_at = page.at + timedelta(seconds=page.spec.auction.ping_valid_s)
    whole = render_ping(verdict, ping_id=EXAMPLE_PING, expires_at=expires_at)[1]
    return _answer("Ping accepted", whole)


def not_pinged() -> Answer:
    """A ping that nobody bid for."""
    verdict = Verdict(VerdictOutcome.REJECTED, (Problem("no_eligible_buyer"),))
    return _answer("Ping rejected", render_ping(verdict)[1])


def delivered(*, test: bool) -> Answer:
    """A post that was delivered."""
    verdict = Verdict(VerdictOutcome.ACCEPTED, lead_id=_LEAD_ID, test=test)
    return _answer("Post delivered", render_post(verdict, delivery_id=_DELIVERY_ID)[1])


def not_delivered(code: str, title: str) -> Answer:
    """A live post that ended in a reason."""
    verdict = Verdict(VerdictOutcome.REJECTED, (Problem(code),), lead_id=_LEAD_ID)
    return _answer(title, render_post(verdict)[1])


def _answer(title: str, whole: dict[str, Any]) -> Answer:
    return Answer(title, as_code(whole), whole)


def fault(code: str, call: Call) -> tuple[int, Mapping[str, Any]]:
    """The HTTP status and body of a fault of the request."""
    return render_exchange_fault(code, PING if call is Call.PING else POST)


def rejected_with(reason: str) -> Code:
    """The documented keys of a refusal; nothing in them is the campaign's own."""
    return json_body({"status": "rejected", "reason": reason})


def as_code(whole: Mapping[str, Any]) -> Code:
    """An answer's body as code, its bid with the two decimals it has on the wire."""
    bid = {"bid": Decimal(f"{whole['bid']:.2f}")} if "bid" in whole else {}
    return json_body({**whole, **bid})
