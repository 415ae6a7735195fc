"""Posting what was pinged: the id is found, what was pinged is kept, and of simultaneous posts exactly one goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from apps.auctions.choices import PingStatus
from apps.auctions.models import Ping
from apps.auctions.services import records
from apps.core.crypto import DecryptionError, unwrap
from apps.core.durable import expendable, until_on_disk
from apps.core.ids import parse_public_id
from apps.core.prepared import array, fetch_all
from apps.deliveries.services import delivery_begin
from apps.deliveries.services.journey.turns import TurnBook
from apps.deliveries.specs import plan_load
from apps.engine.campaign import CampaignSpec
from apps.engine.outbound import OutboundResponse
from apps.engine.routing import Plan
from apps.engine.values import CheckLine, Examination, LeadData, Problem
from apps.leads import services as leads
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


_COLUMNS = ("id", "version_id", "status", "answered_at", "expires_at", "posted_at", "sealed", "wrapped_key", "plan",
            "lines", "reservations")  # fmt: skip
_SELECT = """
    SELECT id, version_id, status, answered_at, expires_at, posted_at, sealed, wrapped_key, plan::json, lines::json,
           reservations::json, now()
      FROM auctions_ping
"""
_FIND = f"{_SELECT} WHERE id = %s::bigint AND terms_id = %s::bigint"
_LOCK = f"{_SELECT} WHERE id = %s::bigint FOR UPDATE"
_POSTED = """
    UPDATE auctions_ping
       SET status = %s::text, posted_at = %s::timestamptz, lead_id = %s::bigint, reservations = '{}'
     WHERE id = %s::bigint
    RETURNING 1
"""


def _row(statement: str, *values: int) -> tuple[Ping, datetime] | None:
    """A ping, as far as its post needs it, and the database's clock."""
    rows = fetch_all(statement, values)
    if not rows:
        return None
    *columns, now = rows[0]
    return Ping(**dict(zip(_COLUMNS, columns, strict=True))), now


def ping_of(text: str, *, terms_id: int, test: bool) -> OpenPing | Problem:
    """The ping that a source names, or why it cannot be posted. That of another source or mode is not used up."""
    number = parse_public_id(Ping.PREFIX, text[:LONGEST_ID].strip().upper())
    found = _row(_FIND, number, terms_id) if number is not None else None
    if found is None or found[0].version_id is None or (found[0].status == PingStatus.TEST) != test:
        return Problem(INVALID)
    row, now = found
    problem = _unusable(row, now)
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
    recorded = _recorded(opened, submission)
    if recorded.delivery_id is None:
        until_on_disk()
    return recorded


def _recorded(opened: OpenPing, submission: Submission) -> Recorded:
    """Not on disk yet when this returns: where buyers are asked, what is written before bytes leave takes it along."""
    with expendable():
        found = _row(_LOCK, opened.id)
        if found is None:
            return record(_with(submission, Problem(INVALID)))
        row, now = found
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
        reserved = {int(order_id): kept for order_id, kept in row.reservations.items()}
        status = row.status if opened.is_test else PingStatus.POSTED
        fetch_all(_POSTED, [str(status), now, recorded.lead_id, row.id])
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
    leads.tell([LeadEvent(lead_id=lead_id, kind=EventKind.CONSIDERED, at=row.answered_at, data=data)])


_BIDS = """
    SELECT id, order_id, sealed_response FROM auctions_bid
     WHERE ping_id = %s::bigint AND order_id = ANY(%s::bigint[]) AND sealed_response IS NOT NULL
"""


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
    bids = fetch_all(_BIDS, [row.id, array(map(str, wanted))])
    found = ((order_id, records.opened(key, sealed, "response", number)) for number, order_id, sealed in bids)
    return {order_id: records.answer_of(kept) for order_id, kept in found if kept is not None}
