"""Posting what was pinged: the id is found, what was pinged is kept, and of simultaneous posts exactly one goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from apps.auctions.choices import PingStatus
from apps.auctions.models import Bid, Ping
from apps.auctions.services import records
from apps.core.crypto import DecryptionError, unwrap
from apps.core.ids import parse_public_id
from apps.deliveries.facts import database_now
from apps.deliveries.services import delivery_begin
from apps.deliveries.services.journey.turns import TurnBook
from apps.deliveries.specs import plan_load
from apps.engine.campaign import CampaignSpec
from apps.engine.outbound import OutboundResponse
from apps.engine.routing import Plan
from apps.engine.values import CheckLine, Examination, LeadData, Problem
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent
from apps.leads.sealing import unseal
from apps.leads.services import Recorded, Submission, record
from apps.publishing import specs

INVALID, EXPIRED, CONSUMED = "invalid_ping_id", "ping_id_expired", "ping_id_already_consumed"
LONGEST_ID = 60
_LIVE = (PingStatus.ACCEPTED, PingStatus.POSTED, PingStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class _Posted:
    """What a turn is had under."""

    spec: CampaignSpec


@dataclass(frozen=True, slots=True)
class OpenPing:
    """A ping that may be posted. `version_id` is the version it ran under, and under which its post is judged."""

    id: int
    public_id: str
    version_id: int
    is_test: bool
    data: LeadData


def ping_of(text: str, *, terms_id: int, test: bool) -> OpenPing | Problem:
    """The ping that a source names, or why it cannot be posted. That of another source or mode is not used up."""
    number = parse_public_id(Ping.PREFIX, text[:LONGEST_ID].strip().upper())
    row = Ping.objects.filter(pk=number, terms_id=terms_id).first() if number is not None else None
    if row is None or row.version_id is None or (row.status == PingStatus.TEST) != test:
        return Problem(INVALID)
    problem = _unusable(row, database_now())
    if problem is not None:
        return problem
    try:
        data = unseal(row)
    except DecryptionError:
        return Problem(INVALID)
    return OpenPing(row.pk, row.public_id, row.version_id, test, data)


def _unusable(row: Ping, now: datetime) -> Problem | None:
    if row.status not in (*_LIVE, PingStatus.TEST) or row.expires_at is None or row.sealed is None:
        return Problem(INVALID)
    if row.posted_at is not None:
        return Problem(CONSUMED)
    if row.status == PingStatus.EXPIRED or row.expires_at <= now:
        return Problem(EXPIRED)
    return None


def pinned(opened: OpenPing, data: LeadData, spec: CampaignSpec) -> tuple[LeadData, tuple[Problem, ...]]:
    """The post's data with what was pinged kept, and a `ping_mismatch` for each field that differs.

    Values are compared in their normal form, so another spelling of the same is the same. What the post leaves out and
    the ping had is filled in.
    """
    differing = []
    values = dict(data.values)
    for name, value in opened.data.values.items():
        given = values.get(name)
        if given is not None and given.normal != value.normal:
            differing.append(Problem("ping_mismatch", name))
        values[name] = value if given is None or given.normal != value.normal else given
    if values == data.values:
        return data, ()
    missing = tuple(name for name in data.missing if name not in values)
    malformed = tuple(
        one for one in data.format_problems if one.field is None or not _is_valid(values, one.field)
    )
    kept = replace(data, values=_ordered(values, spec), missing=missing, format_problems=malformed)
    return kept, tuple(differing)


def _is_valid(values: Mapping[str, object], name: str) -> bool:
    value = values.get(name)
    return value is not None and bool(getattr(value, "valid", False))


def _ordered(values: dict[str, object], spec: CampaignSpec) -> dict:
    """In the campaign's order, as a body of its own would be."""
    return {field.name: values[field.name] for field in spec.fields if field.name in values}


def post(opened: OpenPing, submission: Submission) -> Recorded:
    """Record the post and use its ping up, in one transaction; the delivery begins with the award.

    Whoever comes second is recorded as rejected with `ping_id_already_consumed`. A post that is refused leaves the ping
    as it is. `submission` has been judged under the ping's version.
    """
    if submission.examination.problems:
        return record(submission)
    with transaction.atomic():
        row = Ping.objects.select_for_update().get(pk=opened.id)
        now = database_now()
        problem = _unusable(row, now)
        if problem is not None:
            return record(_with(submission, problem))
        posted = _Posted(specs.load(opened.version_id))
        turns = TurnBook([posted])  # locked before the caps that recording takes
        recorded = record(submission)
        if recorded.problems:
            return recorded
        if row.plan is not None:
            turns.give(posted, plan_load(row.plan), frozenset())
            turns.write()
        row.posted_at, row.lead_id = now, recorded.lead_id
        if not opened.is_test:
            row.status = PingStatus.POSTED
        reserved = {int(order_id): kept for order_id, kept in row.reservations.items()}
        row.reservations = {}
        row.save(update_fields=("status", "posted_at", "lead_id", "reservations"))
        if recorded.delivery_id is not None:
            _begin(row, recorded.delivery_id, recorded.lead_id, reserved)
    return recorded


def _with(submission: Submission, problem: Problem) -> Submission:
    """The submission, refused for its ping."""
    found = submission.examination
    line = CheckLine("ping_id", False, "", (problem,))
    return replace(submission, examination=Examination((*found.problems, problem), (*found.lines, line)))


def _begin(row: Ping, delivery_id: int, lead_id: int, reserved: dict[int, list]) -> None:
    plan = plan_load(row.plan or {"steps": [], "groups": [], "max_buyers": 1})
    delivery_begin(
        delivery_id,
        plan,
        version_id=row.version_id or 0,
        reserved=reserved,
        bids=repeated(row, plan),
    )
    tell(row, lead_id)


def tell(row: Ping, lead_id: int) -> None:
    """The auction in the lead's timeline."""
    number = specs.load(row.version_id or 0).version
    data = {"orders": row.lines, "version": number, "ping": row.public_id}
    LeadEvent.objects.create(lead_id=lead_id, kind=EventKind.CONSIDERED, at=row.answered_at, data=data)


def repeated(row: Ping, plan: Plan, *, wrapped_key: bytes | None = None) -> dict[int, OutboundResponse]:
    """By order of the plan, the answer to its ping, where the endpoint's post repeats some of it."""
    spec = specs.load(row.version_id or 0)
    endpoints = {
        one.id for one in spec.endpoints if any(rule.kind == "ping_response" for rule in one.mapping)
    }
    orders = {order.id for order in spec.orders if order.endpoint_id in endpoints}
    wanted = orders & {step.order_id for step in plan.steps}
    if not wanted:
        return {}
    key = unwrap(wrapped_key or row.wrapped_key or b"")
    bids = Bid.objects.filter(ping=row, order_id__in=wanted, sealed_response__isnull=False)
    found = ((bid.order_id, records.opened(key, bid.sealed_response, "response", bid.pk)) for bid in bids)
    return {order_id: records.answer_of(kept) for order_id, kept in found if kept is not None}
