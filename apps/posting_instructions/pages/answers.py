"""Answers exactly as the API gives them: rendered by the engine's own reply, not written by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings

from apps.core.ids import public_id
from apps.engine.reply import render_simple
from apps.engine.values import Problem, Verdict, VerdictOutcome
from apps.posting_instructions.code import Code, json_body
from apps.posting_instructions.pages.frame import Frame

_LEAD_ID = public_id("L", 0x51A1CE0F1EAD)
_STATUS_PATH = "/ca/status/"
_DOCUMENTED = ("leadStatus", "reason", "message", "price")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with what it means as title: as code, and where it is a whole one as the body itself."""

    title: str
    code: Code
    body: Mapping[str, Any] = field(default_factory=dict)
    http: int = 200


def answers(page: Frame) -> list[Answer]:
    """Accepted, accepted as a test, rejected."""
    return [
        _answer(page, "Test lead accepted", VerdictOutcome.ACCEPTED, test=True),
        _answer(page, "Live lead accepted", VerdictOutcome.ACCEPTED, price=_price(page)),
        _answer(page, "Live lead rejected", VerdictOutcome.REJECTED, problems=_usual_problem(page)),
    ]


def refused_with(page: Frame, message: str) -> Code:
    """The documented keys of a live lead's refusal with this message."""
    body = render_simple(
        Verdict(VerdictOutcome.REJECTED, (Problem("campaign_inactive"),)), settings.BRAND_NAME
    )[1]
    documented = {name: body[name] for name in _DOCUMENTED}
    return as_code(documented | {"message": message})


def pending(page: Frame) -> Answer:
    """The answer while buyers are still being asked."""
    status_url = f"{settings.PUBLIC_URL}{_STATUS_PATH}…"
    return _answer(page, "Still being asked", VerdictOutcome.PENDING, status_url=status_url)


def _answer(page: Frame, title: str, outcome: VerdictOutcome, **attributes: Any) -> Answer:
    """The answer to a lead of this campaign with that verdict."""
    verdict = Verdict(outcome, lead_id=_LEAD_ID, spec_version=page.spec.version, **attributes)
    http, body = render_simple(verdict, settings.BRAND_NAME)
    return Answer(title, as_code(body), body, http)


def as_code(body: dict[str, Any]) -> Code:
    """An answer's body as code, its price with the two decimals it has on the wire."""
    price = {"price": Decimal(f"{body['price']:.2f}")} if "price" in body else {}
    return json_body({**body, **price})


def _price(page: Frame) -> Decimal:
    payout = page.terms.payout
    return payout.amount if payout.kind == "fixed" and not page.waits_for_buyers else payout.amount * 0


def _usual_problem(page: Frame) -> tuple[Problem, ...]:
    """A rejection this campaign really gives: a duplicate if it looks for them, else the first required field."""
    rules: Iterable[Any] = (rule for rule in page.spec.duplicates if set(rule.fields) & {"email", "phone"})
    for rule in rules:
        return (Problem(f"duplicate_{'email' if 'email' in rule.fields else 'phone'}", rule.fields[0]),)
    for each in page.spec.fields:
        if each.required:
            return (Problem("missing_field", each.name, {"fields": each.name}),)
    return (Problem("invalid_auth"),)
