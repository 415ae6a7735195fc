"""Answers exactly as the API gives them: rendered by the engine's own reply, not written by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    """An answer with what it means as title."""

    title: str
    code: Code


def answers(page: Frame) -> list[Answer]:
    """Accepted, accepted as a test, rejected."""
    return [
        Answer("Test lead accepted", body_of(page, VerdictOutcome.ACCEPTED, test=True)),
        Answer("Live lead accepted", body_of(page, VerdictOutcome.ACCEPTED, price=_price(page))),
        Answer("Live lead rejected", body_of(page, VerdictOutcome.REJECTED, problems=_usual_problem(page))),
    ]


def refused_with(page: Frame, message: str) -> Code:
    """The documented keys of a live lead's refusal with this message."""
    body = render_simple(
        Verdict(VerdictOutcome.REJECTED, (Problem("campaign_inactive"),)), settings.BRAND_NAME
    )[1]
    documented = {name: body[name] for name in _DOCUMENTED}
    return as_code(documented | {"message": message})


def pending(page: Frame) -> Code:
    """The answer while buyers are still being asked."""
    status_url = f"{settings.PUBLIC_URL}{_STATUS_PATH}…"
    return body_of(page, VerdictOutcome.PENDING, status_url=status_url)


def body_of(page: Frame, outcome: VerdictOutcome, **attributes: Any) -> Code:
    """The body of a verdict on a lead of this campaign, as code."""
    verdict = Verdict(outcome, lead_id=_LEAD_ID, spec_version=page.spec.version, **attributes)
    return as_code(render_simple(verdict, settings.BRAND_NAME)[1])


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
