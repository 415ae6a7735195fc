"""What a source sent lately, without the people in it: its requests, and how often it was refused without one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from apps.auctions.choices import PingOrigin, PingStatus
from apps.auctions.models import Ping
from apps.core.crypto import DecryptionError
from apps.core.ids import parse_public_id
from apps.engine.campaign import CampaignSpec
from apps.engine.reasons import REASONS
from apps.intake.models import Refusal
from apps.leads.choices import EventKind, LeadStatus
from apps.leads.models import Lead, LeadEvent
from apps.leads.selectors import ShownValue, lead_values
from apps.sources.models import Terms

LENGTH = 50
REFUSALS_OF = timedelta(hours=24)
_LEAD_FIELDS = ("id", "received_at", "method", "is_test", "status", "reason", "message")
_PING_FIELDS = ("id", "received_at", "status", "reason", "message", "checks")
_MISSING = "missing_field"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a request: its code, the field it is about or an empty text, its message."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One of the source's own requests. `rejected` says how it was answered, `faults` what that was for."""

    at: datetime
    age_s: int
    method: str
    is_test: bool
    is_ping: bool
    rejected: bool
    message: str
    public_id: str
    faults: tuple[Fault, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields at fault."""
        return tuple(dict.fromkeys(each.field for each in self.faults if each.field))


@dataclass(frozen=True, slots=True)
class Refused:
    """How often a request was answered with a message without a lead being made."""

    message: str
    number: int


@dataclass(frozen=True, slots=True)
class Past:
    """What a source sent lately: its requests on record, and how often it was refused without one."""

    log: list[LogLine]
    refusals: list[Refused]


@dataclass(frozen=True, slots=True)
class PastRequest:
    """One request whole: its line, and its values, the personal ones masked. `values` is None once they were erased."""

    line: LogLine
    values: list[ShownValue] | None = field(repr=False)


def past(terms: Terms, *, at: datetime) -> Past:
    """What a source sent lately."""
    return Past(request_log(terms, at=at), refusals(terms, at=at))


def exchange_past(terms: Terms, *, at: datetime) -> Past:
    """The same of a source that pings and posts: its pings are requests, too; refusals by the exchange's reasons."""
    both = [*request_log(terms, at=at), *ping_log(terms, at=at)]
    log = sorted(both, key=lambda each: each.at, reverse=True)[:LENGTH]
    return Past(log, refusals(terms, at=at, exchanges=True))


def request_log(terms: Terms, *, at: datetime) -> list[LogLine]:
    """The source's latest leads with valid credentials, newest first."""
    leads = list(Lead.objects.filter(terms=terms).order_by("-id").only(*_LEAD_FIELDS)[:LENGTH])
    checks = _checks_of([lead for lead in leads if lead.message])
    return [_of_lead(lead, checks.get(lead.pk, ()), at) for lead in leads]


def ping_log(terms: Terms, *, at: datetime) -> list[LogLine]:
    """The source's latest pings with valid credentials, newest first."""
    pings = Ping.objects.filter(terms=terms, origin=PingOrigin.PING).order_by("-id").only(*_PING_FIELDS)
    return [_of_ping(ping, at) for ping in pings[:LENGTH]]


def request_find(
    terms: Terms, public_id: str, spec: CampaignSpec | None, *, at: datetime
) -> PastRequest | None:
    """One of the source's own requests by its id; None for ids of others or of nobody."""
    lead_id = parse_public_id(Lead.PREFIX, public_id)
    if lead_id is not None:
        lead = Lead.objects.filter(terms=terms, pk=lead_id).first()
        if lead is None:
            return None
        return PastRequest(_of_lead(lead, _checks_of([lead]).get(lead.pk, ()), at), _values(lead, spec))
    ping_id = parse_public_id(Ping.PREFIX, public_id)
    ping = Ping.objects.filter(terms=terms, origin=PingOrigin.PING, pk=ping_id).first() if ping_id else None
    return PastRequest(_of_ping(ping, at), _values(ping, spec)) if ping is not None else None


def refusals(terms: Terms, *, at: datetime, exchanges: bool = False) -> list[Refused]:
    """What was refused in the last day before it became a lead, most frequent first. Nothing of it was stored."""
    lately = Refusal.objects.filter(terms_id=terms.pk, hour__gt=at - REFUSALS_OF)
    counted = lately.values_list("code").annotate(number=Sum("count")).order_by("-number", "code")
    found = [(REASONS[code], number) for code, number in counted if code in REASONS]
    return [Refused(reason.exchange if exchanges else reason.text, number) for reason, number in found]


def _of_lead(lead: Lead, checks: Iterable[Mapping[str, Any]], at: datetime) -> LogLine:
    return LogLine(
        at=lead.received_at,
        age_s=_age(lead.received_at, at),
        method=lead.get_method_display(),
        is_test=lead.is_test,
        is_ping=False,
        rejected=bool(lead.message) or lead.status == LeadStatus.REJECTED,
        message=lead.message,
        public_id=lead.public_id,
        faults=_faults(checks, lead.reason, lead.message),
    )


def _of_ping(ping: Ping, at: datetime) -> LogLine:
    return LogLine(
        at=ping.received_at,
        age_s=_age(ping.received_at, at),
        method="Ping",
        is_test=ping.status == PingStatus.TEST,
        is_ping=True,
        rejected=bool(ping.reason),
        message=ping.message,
        public_id=ping.public_id,
        faults=_faults(ping.checks, ping.reason, ping.message),
    )


def _faults(checks: Iterable[Mapping[str, Any]], code: str, told: str) -> tuple[Fault, ...]:
    """The problems that the answer told of: all missing fields, else the one message. Others would only have warned."""
    problems = (problem for check in checks for problem in check.get("problems", ()))
    return tuple(
        Fault(problem["code"], problem["field"] or "", problem["message"])
        for problem in problems
        if told and (problem["message"] == told or problem["code"] == code == _MISSING)
    )


def _checks_of(leads: Iterable[Lead]) -> dict[int, list[Mapping[str, Any]]]:
    events = LeadEvent.objects.filter(lead_id__in=[lead.pk for lead in leads], kind=EventKind.CHECKED)
    return {lead_id: data.get("checks", []) for lead_id, data in events.values_list("lead_id", "data")}


def _values(row: Any, spec: CampaignSpec | None) -> list[ShownValue] | None:
    """Masked. A ping of a lead that came whole holds no values of its own."""
    try:
        return lead_values(row, spec, unmasked=False) if row.sealed else []
    except DecryptionError:
        return None


def _age(then: datetime, at: datetime) -> int:
    return max(0, int((at - then).total_seconds()))
