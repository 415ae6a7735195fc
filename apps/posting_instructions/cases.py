"""Tests that a source keeps: saved from a form, sent again one by one or all at once, held against what they expect."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.core.errors import ApplicationError
from apps.posting_instructions.choices import Call
from apps.posting_instructions.models import SavedCase
from apps.posting_instructions.services import SentCall, SentTest, test_call_send, test_lead_send
from apps.sources.models import InstructionLink, Terms

MOST = 30
LONGEST = 64 * 1024
LONGEST_NAME, LONGEST_ANSWER = 80, 300
_KEYS = ("auth", "KEY", "ping_id")
_TAKEN = ("accepted", "delivered")


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved case, opened. `call` is None for a simple post."""

    id: int
    name: str
    call: Call | None
    expected: str
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sending:
    """How cases are sent. `own_id` names the field that serves as idempotency key, if one does: it gets a fresh value,
    for a kept one would only bring the first answer back."""

    own_id: str
    remote_address: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ran:
    """What a saved case was answered, and whether that is what it expects."""

    said: str
    as_expected: bool


def cases(terms: Terms) -> list[Kept]:
    """What the source has kept, by call and name."""
    return [_kept(row) for row in SavedCase.objects.filter(terms=terms)]


def case_find(terms: Terms, case_id: str) -> Kept | None:
    """One of the source's own cases; None for anything else."""
    row = SavedCase.objects.filter(terms=terms, pk=case_id).first() if case_id.isdecimal() else None
    return _kept(row) if row is not None else None


def case_keep(
    link: InstructionLink, call: Call | None, body: Mapping[str, Any], *, name: str, sending: Sending
) -> SavedCase:
    """Keep a test under a name, in place of what had it, with the answer that it gets now. A key that was typed in is
    not kept.

    Raises ApplicationError without a name, for a call that cannot be sent twice, for too large a body, for one case too
    many.
    """
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise ApplicationError("Give the test case a name.", code="name_missing", field="name")
    if call is Call.POST:
        raise ApplicationError("A post needs a ping of its own, so it cannot be kept.", code="not_repeatable")
    kept = {key: value for key, value in body.items() if key not in _KEYS}
    text = json.dumps(kept)
    if len(text) > LONGEST:
        raise ApplicationError("That body is too large to be kept.", code="body_too_large")
    told = _said(_sent(link, call, kept, sending))[:LONGEST_ANSWER]
    with transaction.atomic():
        # Whoever keeps two at once waits here, so that there are never more than so many.
        Terms.objects.select_for_update().get(pk=link.terms_id)
        key = call.key if call is not None else ""
        others = SavedCase.objects.filter(terms_id=link.terms_id).exclude(call=key, name=name)
        if others.count() >= MOST:
            raise ApplicationError(f"{MOST} test cases are kept; delete one first.", code="too_many")
        row, _ = SavedCase.objects.update_or_create(
            terms_id=link.terms_id, call=key, name=name, defaults={"body": text, "expected": told}
        )
    return row


def case_drop(terms: Terms, case_id: str) -> None:
    """Delete one of the source's own cases, if it is there."""
    if case_id.isdecimal():
        SavedCase.objects.filter(terms=terms, pk=case_id).delete()


def case_run(link: InstructionLink, kept: Kept, sending: Sending) -> Ran:
    """Send a case as a test, and hold its answer against the one that it expects."""
    told = _said(_sent(link, kept.call, kept.body, sending))[:LONGEST_ANSWER]
    return Ran(told or "accepted", told == kept.expected)


def fresh(body: Mapping[str, Any], own_id: str) -> dict[str, Any]:
    """The body with another value where a repeated one would be taken for the same request."""
    return {
        name: fresh(value, own_id)
        if isinstance(value, Mapping)
        else (f"test-{secrets.token_hex(6)}" if name == own_id else value)
        for name, value in body.items()
    }


def _sent(
    link: InstructionLink, call: Call | None, body: Mapping[str, Any], sending: Sending
) -> SentTest | SentCall:
    fields = fresh(body, sending.own_id)
    if call is None:
        return test_lead_send(link, fields, remote_address=sending.remote_address, at=sending.at)
    return test_call_send(link, call, fields, remote_address=sending.remote_address, at=sending.at)


def _said(sent: SentTest | SentCall) -> str:
    """What an answer comes down to: the message or the reason, empty when it was taken."""
    if isinstance(sent, SentCall):
        return "" if sent.answer.get("status") in _TAKEN else str(sent.answer.get("reason", ""))
    return "" if sent.answer.get("leadStatus") is True else str(sent.answer.get("message", ""))


def _kept(row: SavedCase) -> Kept:
    call = next((each for each in Call if each.key == row.call), None)
    return Kept(row.pk, row.name, call, row.expected, json.loads(row.body))
