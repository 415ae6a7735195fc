"""Responses of an exchange: the answers as it gives them, and every reason this campaign can give."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.engine import describe
from apps.engine.describe import ExchangeReason
from apps.engine.describe.words import RESEND
from apps.engine.reasons import REASONS, REQUEST
from apps.posting_instructions.choices import Call
from apps.posting_instructions.pages.anchors import anchor
from apps.posting_instructions.pages.exchange.answers import (
    delivered,
    fault,
    not_delivered,
    not_pinged,
    pinged,
)
from apps.posting_instructions.pages.exchange.examples import BadCall
from apps.posting_instructions.pages.frame import Frame, joined

_OF_THE_KEY = ("missing_credentials", "invalid_key", "credential_disabled")
_NOT_HERE = "not_found"


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A reason with what it means to a source. `examples` are (title, address) of forms that bring it about."""

    id: str
    status: str
    reason: str
    calls: str
    messages: tuple[str, ...]
    meaning: str
    action: str
    resend: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Reasons under one heading."""

    title: str
    rows: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault of the request: HTTP status, `status` and `reason` of the body, and what to do."""

    id: str
    http: int
    reason: str
    meaning: str
    action: str
    resend: str
    examples: tuple[tuple[str, str], ...]


def context(page: Frame) -> dict[str, Any]:
    """What the page shows beside the frame."""
    return {
        "ping_answers": [pinged(page, test=True), not_pinged()],
        "post_answers": [
            delivered(test=True),
            not_delivered("buyer_rejected", "Post rejected"),
            not_delivered("downstream_timeout", "Post failed"),
        ],
        "groups": groups(page),
        "faults": tuple(faults(page)),
    }


def groups(page: Frame) -> list[Group]:
    """The reasons of a campaign under their headings."""
    found: dict[str, list[ReasonRow]] = {}
    for each in describe.exchange_reasons(page.spec, page.terms):
        found.setdefault(each.group, []).append(_row(page, each))
    return [Group(title, tuple(rows)) for title, rows in found.items()]


def faults(page: Frame) -> Iterator[FaultRow]:
    """Every fault of the request itself, by HTTP status."""
    codes = [code for code, reason in REASONS.items() if reason.group == REQUEST and code != _NOT_HERE]
    for status, code in sorted((fault(code, Call.POST)[0], code) for code in (*codes, *_OF_THE_KEY)):
        reason = REASONS[code]
        meaning, action = describe.FAULT_WORDS.get(code, (reason.meaning, reason.action))
        yield FaultRow(
            anchor(reason.exchange),
            status,
            reason.exchange,
            meaning,
            action,
            RESEND[reason.resend],
            _examples(page, reason.exchange),
        )


def _row(page: Frame, each: ExchangeReason) -> ReasonRow:
    labels = {call.key: call.label for call in Call}
    told = joined([labels[call].lower() for call in each.calls])
    return ReasonRow(
        id=anchor(each.name),
        status=each.status,
        reason=each.name,
        calls="every call" if len(each.calls) == len(Call) else told,
        messages=each.messages,
        meaning=each.meaning,
        action=each.action,
        resend=RESEND[each.resend],
        examples=_examples(page, each.name),
    )


def _examples(page: Frame, reason: str) -> tuple[tuple[str, str], ...]:
    first: dict[Call, BadCall] = {}
    for bad in page.bad_calls:
        if bad.reason == reason and bad.in_form:
            first.setdefault(bad.call, bad)
    url = page.urls["testing"]
    return tuple(
        (call.label, f"{url}?call={call.key}&example={bad.key}#{call.key}") for call, bad in first.items()
    )
