"""One past submission through the checks: the lead with its first event, and what it holds if it is accepted."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from apps.core import places
from apps.core.crypto import DataKey, new_data_key
from apps.demo.history.books import Books
from apps.demo.history.ids import id_at
from apps.demo.history.senders import Sent, Standing
from apps.engine import checks
from apps.engine.index import index
from apps.engine.normalise import POST, normalise
from apps.engine.reasons import first_message
from apps.engine.values import CheckLine, Examination, Facts, LeadData, Problem, Switches
from apps.leads import wants
from apps.leads.choices import EventKind, LeadMethod, LeadStatus
from apps.leads.models import Lead, LeadEvent
from apps.leads.sealing import seal
from apps.sources.selectors import value_digest


@dataclass(slots=True)
class PastLead:
    """A lead on its way into the tables."""

    row: Lead
    standing: Standing
    data: LeadData
    key: DataKey
    events: list[LeadEvent]

    @property
    def accepted(self) -> bool:
        """Whether it goes on to buyers."""
        return self.row.status == LeadStatus.IN_FLIGHT


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks found in a submission."""

    data: LeadData
    facts: Facts
    found: Examination


def judged(sent: Sent, books: Books, *, phase: str = POST) -> Judged:
    """A submission through the checks."""
    spec, terms, at = sent.standing.spec, sent.standing.terms, sent.at
    today = at.astimezone(ZoneInfo(spec.time_zone)).date()
    data = normalise(spec, sent.body, test=sent.test, today=today, phase=phase)
    facts = replace(facts_of(sent, data), duplicates=books.taken(wants.claims(spec, terms.id, data, at)))
    return Judged(data, facts, checks.examine(spec, terms, data, facts, test=sent.test, phase=phase))


def recorded(sent: Sent, books: Books, method: str = LeadMethod.SIMPLE_POST) -> PastLead:
    """What became of a submission at the door."""
    spec, terms, at = sent.standing.spec, sent.standing.terms, sent.at
    whole = judged(sent, books)
    data, facts, found = whole.data, whole.facts, whole.found
    refusing, _ = checks.split(found, sent.test)
    status = LeadStatus.TEST if sent.test else LeadStatus.REJECTED if refusing else LeadStatus.IN_FLIGHT
    key, lead_id = new_data_key(), id_at(at)
    row = _row(sent, data, status, refusing if sent.test else found.problems, lead_id)
    row.method = method
    row.sealed, row.wrapped_key = seal(key, lead_id, data), key.wrapped
    lead = PastLead(row, sent.standing, data, key, [_event(row, data, found)])
    if lead.accepted:
        row.payout = wants.fixed_payout(terms.payout)
        room = wants.caps(spec, terms, data, facts)
        row.reservations = [want.reservation for want in room]
        books.claim(wants.claims(spec, terms.id, data, at), lead_id, at)
        books.reserve(row.reservations)
    return lead


def facts_of(sent: Sent, data: LeadData) -> Facts:
    """What was known of a submission when it came."""
    spec, roles = sent.standing.spec, index(sent.standing.spec).by_role
    code = str(data.normal(roles["zip"].name) or "")[:5]
    place = places.place(code) if code else None
    address = str(data.normal(roles["ip_address"].name) or "") if spec.verification.ip else ""
    return Facts(
        now=sent.at,
        switches=Switches(approved=sent.standing.made.approved),
        places={code: place} if place else {},
        ip_country=places.country(address) if address else None,
    )


def _row(sent: Sent, data: LeadData, status: LeadStatus, problems: tuple[Problem, ...], lead_id: int) -> Lead:
    standing, spec = sent.standing, sent.standing.spec
    return Lead(
        id=lead_id,
        company_id=spec.company_id,
        campaign_id=spec.id,
        source_id=standing.terms.source_id,
        terms_id=standing.terms.id,
        version_id=standing.version_id,
        method=LeadMethod.SIMPLE_POST,
        status=status,
        is_test=sent.test,
        reason=problems[0].code if problems else "",
        message=first_message(problems),
        received_at=sent.at,
        finished_at=None if status == LeadStatus.IN_FLIGHT else sent.at,
        state=normal(standing, data, "state"),
        sub_id=normal(standing, data, "sub_id"),
        price=Decimal(0),
        email_digest=_digest(standing, data, "email"),
        phone_digest=_digest(standing, data, "phone"),
    )


def normal(standing: Standing, data: LeadData, role: str) -> str:
    """The normal form of the field with a role, as text."""
    field = index(standing.spec).by_role.get(role)
    return str(data.normal(field.name) or "") if field is not None else ""


def _digest(standing: Standing, data: LeadData, kind: str) -> bytes | None:
    told = normal(standing, data, kind)
    return value_digest(standing.spec.company_id, kind, told) if told else None


def _event(row: Lead, data: LeadData, found: Examination) -> LeadEvent:
    told = {
        "checks": [line_of(line) for line in found.lines],
        "warnings": len(data.warnings),
        "unknown_fields": len(data.unknown),
    }
    return event(row, EventKind.CHECKED, row.received_at, told)


def event(row: Lead, kind: EventKind, at: datetime, data: dict[str, Any]) -> LeadEvent:
    """A line of a lead's timeline."""
    return LeadEvent(lead_id=row.id, kind=kind, at=at, data=data)


def line_of(line: CheckLine) -> dict[str, Any]:
    """A check's line as it is kept."""
    told: dict[str, Any] = {"check": line.check, "passed": line.passed}
    if line.detail:
        told["detail"] = line.detail
    if line.problems:
        told["problems"] = [
            {"code": problem.code, "field": problem.field, "message": first_message([problem])}
            for problem in line.problems
        ]
    return told
