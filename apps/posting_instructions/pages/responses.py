"""Responses: the bodies as the API gives them, and every message this campaign can give."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.engine import describe
from apps.engine.describe import FieldRow
from apps.engine.describe.words import RESEND
from apps.engine.reasons import REASONS, REQUEST, Reason
from apps.engine.reply import render_simple_fault
from apps.posting_instructions.pages.anchors import anchor
from apps.posting_instructions.pages.answers import answers, pending
from apps.posting_instructions.pages.frame import Frame


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message with what it means to a source. `id` is its anchor; `fields` are those it speaks of."""

    id: str
    message: str
    meaning: str
    action: str
    resend: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Messages under one heading."""

    title: str
    rows: tuple[MessageRow, ...]


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault of the request: HTTP status, message, and what to do."""

    status: int
    message: str
    meaning: str
    action: str
    resend: str


def context(page: Frame) -> dict[str, Any]:
    """What the page shows beside the frame."""
    return {
        "brand": settings.BRAND_NAME,
        "answers": answers(page),
        "pending": pending(page).code if page.waits_for_buyers else None,
        "groups": groups(page),
        "faults": tuple(faults()),
    }


def groups(page: Frame) -> list[Group]:
    """The messages of a campaign under their headings, in the order of the reasons."""
    formats: dict[str, list[FieldRow]] = {}
    for field in describe.field_rows(page.spec, page.sample):
        formats.setdefault(field.refused_with, []).append(field)
    found: dict[str, list[MessageRow]] = {}
    for reason in describe.possible_reasons(page.spec, page.terms):
        if reason.group != REQUEST:
            found.setdefault(reason.group, []).append(_row(reason, formats.get(reason.text, [])))
    return [Group(title, tuple(rows)) for title, rows in found.items()]


def faults() -> Iterator[FaultRow]:
    """Every fault of the request itself."""
    for code in _request_codes():
        status, body = render_simple_fault(code, settings.BRAND_NAME)
        reason = REASONS[code]
        yield FaultRow(status, body["message"], reason.meaning, reason.action, RESEND[reason.resend])


def _row(reason: Reason, fields: list[FieldRow]) -> MessageRow:
    """A reason as a row; where it is about the form of one field, the row says which form that is."""
    meaning, action = reason.meaning, reason.action
    if reason.code == "field_format" and len(fields) == 1:
        meaning = f"{fields[0].name} does not have its form: {fields[0].accepted[:1].lower()}{fields[0].accepted[1:]}."
        action = "Send it in that form." if fields[0].required else "Send it in that form, or leave it out."
    names = tuple(field.name for field in fields)
    return MessageRow(anchor(reason.text), reason.text, meaning, action, RESEND[reason.resend], names)


def _request_codes() -> Iterable[str]:
    return (code for code, reason in REASONS.items() if reason.group == REQUEST)
