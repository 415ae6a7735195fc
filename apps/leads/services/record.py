"""Recording a submission: the lead, its first event, its delivery, its claims and reservations; all or nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg.errors
from django.db import DatabaseError, connection

from apps.core.crypto import new_data_key
from apps.core.ids import new_id, public_id
from apps.core.prepared import array, fetch_all
from apps.engine import caps as engine_caps
from apps.engine import duplicates
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.index import index
from apps.engine.reasons import first_message
from apps.engine.values import CheckLine, Examination, Facts, LeadData, Problem
from apps.leads import wants
from apps.leads.choices import LeadMethod, LeadStatus
from apps.leads.models import Lead
from apps.leads.sealing import seal
from apps.leads.timeline import checked
from apps.leads.wants import CapWant, ClaimWant
from apps.sources.facts import Access
from apps.sources.selectors import value_digest

_RETRIED = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.UniqueViolation,
)
_ACCESS_CHECKS = frozenset({"test_flag", "terms", "approval", "ping_id"})
_LONGEST_MESSAGE, _LONGEST_SUB_ID = 300, 120
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Submission:
    """An authenticated post, examined. `spec` is None while nothing of the campaign was ever published."""

    access: Access
    spec: CampaignSpec | None
    terms: TermsSpec | None
    data: LeadData
    facts: Facts
    examination: Examination
    received_at: datetime
    is_test: bool = False
    method: LeadMethod = LeadMethod.SIMPLE_POST


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of it. `problems` are all that speak against the lead, what recording itself found included.

    `delivery_id` is set exactly when the lead is accepted and on its way to buyers.
    """

    lead_id: int
    status: LeadStatus
    problems: tuple[Problem, ...] = ()
    delivery_id: int | None = None
    payout: Decimal = _ZERO

    @property
    def public_id(self) -> str:
        """As the source is told it."""
        return public_id(Lead.PREFIX, self.lead_id)


@dataclass(frozen=True, slots=True)
class _Row:
    """One call of the recording function, beside the submission's own columns."""

    status: LeadStatus
    examination: Examination
    claims: Sequence[ClaimWant] = ()
    caps: Sequence[CapWant] = ()
    delivery_id: int | None = None
    payout: Decimal = _ZERO
    lead_id: int = field(default_factory=new_id)


def record(submission: Submission) -> Recorded:
    """Put a submission on record: in flight with a delivery when nothing speaks against it, else rejected.

    Claims and caps are taken in the same transaction. One that is lost or full rejects the lead, which then holds
    nothing (but what counts every lead received). Outside of a transaction of the caller's, the lead is on disk when
    this returns. Raises DatabaseError when it could not be stored.
    """
    if submission.is_test:
        return _written(submission, _Row(LeadStatus.TEST, submission.examination))
    claims, caps = _wanted(submission)
    if submission.examination.problems:
        return _rejected(submission, submission.examination, claims, caps)
    payout = wants.fixed_payout(submission.terms.payout)
    row = _Row(LeadStatus.IN_FLIGHT, submission.examination, claims, caps, new_id(), payout)
    row, lost, filled = _call(submission, row)
    if lost or filled:
        found = _with_found(
            submission, [claims[place - 1] for place in lost], [caps[place - 1] for place in filled]
        )
        return _rejected(submission, found, claims, caps)
    return Recorded(row.lead_id, row.status, (), row.delivery_id, payout)


def _wanted(submission: Submission) -> tuple[list[ClaimWant], list[CapWant]]:
    """What the lead would hold; nothing where it got no further than the door."""
    failed = {line.check for line in submission.examination.lines if not line.passed}
    if submission.spec is None or submission.terms is None or failed & _ACCESS_CHECKS:
        return [], []
    at = submission.facts.now
    return (
        wants.claims(submission.spec, submission.terms.id, submission.data, at),
        wants.caps(submission.spec, submission.terms, submission.data, submission.facts),
    )


def _rejected(
    submission: Submission, examination: Examination, claims: list[ClaimWant], caps: list[CapWant]
) -> Recorded:
    counted = [want for want in claims if want.rule.counts == wants.RECEIVED]
    counters = [want for want in caps if want.basis == wants.RECEIVED]
    return _written(submission, _Row(LeadStatus.REJECTED, examination, counted, counters))


def _written(submission: Submission, row: _Row) -> Recorded:
    row, _, _ = _call(submission, row)
    return Recorded(row.lead_id, row.status, row.examination.problems)


def _with_found(submission: Submission, lost: list[ClaimWant], filled: list[CapWant]) -> Examination:
    """The examination with what recording found, in its place in the published order."""
    spec, terms = submission.spec, submission.terms
    keys = {want.key for want in lost}
    taken = [claim.key for claim in duplicates.claims(spec, submission.data) if claim.key in keys]
    full = {want.key for want in filled}
    hit = [cap for cap in (*terms.caps, *spec.caps) if cap.key in full]
    found = {
        "duplicates": tuple(problem for key in taken if (problem := duplicates.problem(spec, key))),
        "caps": tuple(engine_caps.problem(cap) for cap in hit),
    }
    detail = {"duplicates": "", "caps": ", ".join(f"{cap.key} {cap.period} {cap.limit}" for cap in hit)}
    lines = tuple(
        CheckLine(line.check, False, detail[line.check], found[line.check]) if found.get(line.check) else line
        for line in submission.examination.lines
    )
    return Examination(tuple(problem for line in lines for problem in line.problems), lines)


def _call(submission: Submission, row: _Row) -> tuple[_Row, list[int], list[int]]:
    """Call the recording function; once more with new ids when another transaction was in the way."""
    try:
        return row, *_execute(submission, row)
    except DatabaseError as error:
        if connection.in_atomic_block or not isinstance(error.__cause__, _RETRIED):
            raise
    again = replace(row, lead_id=new_id(), delivery_id=new_id() if row.delivery_id else None)
    return again, *_execute(submission, again)


def _execute(submission: Submission, row: _Row) -> tuple[list[int], list[int]]:
    values = [*_lead_columns(submission, row), *_taken(row)]
    statement = _IN_TRANSACTION if connection.in_atomic_block else _AT_ONCE
    lost, filled = fetch_all(statement, values)[0]
    return lost or [], filled or []


def _lead_columns(submission: Submission, row: _Row) -> list[Any]:
    access, data, spec = submission.access, submission.data, submission.spec
    problems = row.examination.problems
    key = new_data_key()
    ended = submission.received_at if row.delivery_id is None else None
    return [
        row.lead_id,
        access.company_id,
        access.campaign_id,
        access.source_id,
        access.terms_id,
        access.version_id,
        str(submission.method),
        str(row.status),
        submission.is_test,
        problems[0].code if problems else "",
        first_message(problems)[:_LONGEST_MESSAGE],
        submission.received_at,
        ended,
        _role(spec, data, "state")[:2],
        _role(spec, data, "sub_id")[:_LONGEST_SUB_ID],
        row.payout,
        seal(key, row.lead_id, data),
        key.wrapped,
        _digest(access, spec, data, "email"),
        _digest(access, spec, data, "phone"),
        json.dumps([want.reservation for want in row.caps]) if row.delivery_id else "[]",
        checked(row.examination, data),
        row.delivery_id,
        row.status == LeadStatus.IN_FLIGHT,
    ]


def _taken(row: _Row) -> list[str]:
    claims, caps = row.claims, row.caps
    return [
        array(want.scope for want in claims),
        array(f"\\\\x{want.digest.hex()}" for want in claims),
        array(want.since.isoformat() for want in claims),
        array(want.key for want in caps),
        array(want.period for want in caps),
        array(str(want.amount) for want in caps),
        array(str(want.limit) for want in caps),
    ]


def _role(spec: CampaignSpec | None, data: LeadData, role: str) -> str:
    field_spec = index(spec).by_role.get(role) if spec is not None else None
    return str(data.normal(field_spec.name) or "") if field_spec is not None else ""


def _digest(access: Access, spec: CampaignSpec | None, data: LeadData, kind: str) -> bytes | None:
    normal = _role(spec, data, kind)
    return value_digest(access.company_id, kind, normal) if normal else None


_CASTS = (
    *("bigint",) * 6,
    *("text", "text", "boolean", "text", "text", "timestamptz", "timestamptz", "text", "text", "numeric"),
    *("bytea",) * 4,
    *("jsonb", "jsonb", "bigint", "boolean"),
    *("text[]", "bytea[]", "timestamptz[]", "text[]", "text[]", "bigint[]", "bigint[]"),
)
_ARGUMENTS = ", ".join(f"%s::{cast}" for cast in _CASTS)
_IN_TRANSACTION = f"SELECT lost, filled FROM leads_record({_ARGUMENTS})"  # noqa: S608 - casts of our own
_AT_ONCE = f"CALL leads_record_now({_ARGUMENTS}, NULL, NULL)"
