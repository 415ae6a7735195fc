"""A source's ping: examined already, put up to the buyers, answered with a bid and an id that may be posted once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from apps.auctions.choices import PingOrigin, PingStatus
from apps.auctions.models import Ping
from apps.auctions.offered import Offered
from apps.auctions.services import holding, settling
from apps.core import clock
from apps.core.crypto import new_data_key
from apps.core.ids import new_id
from apps.engine.index import index
from apps.engine.pricing import cents
from apps.engine.reasons import first_message
from apps.engine.values import Problem
from apps.leads.sealing import seal
from apps.leads.services import Submission
from apps.leads.timeline import checked
from apps.sources.selectors import value_digest

LEFT_OVER = timedelta(minutes=2)
"""A ping whose process ended while it asked buyers is over after this."""
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Pinged:
    """What a ping came to. `payout` is the bid told to the source, in cents; without `problems` it was accepted."""

    ping_id: str
    problems: tuple[Problem, ...] = ()
    payout: Decimal = ZERO
    expires_at: datetime | None = None


def ping(submission: Submission) -> Pinged:
    """Put a submission up to its buyers and answer it; on record whatever comes of it. Not within a transaction.

    A test asks nobody and is bid the terms' sample payout.
    """
    if submission.examination.problems or submission.spec is None or submission.terms is None:
        return _refused(submission, submission.examination.problems)
    if submission.is_test:
        return _tested(submission)
    offered = offered_of(submission)
    row = row_of(submission, offered, PingStatus.OPEN)
    row.expires_at = clock.now() + LEFT_OVER
    held = holding.ask(offered, settling.put_up(row))
    decided = settling.settle(row, held)
    holding.count(held)
    if not decided.award.winners:
        return Pinged(row.public_id, (Problem(decided.award.reason),))
    return Pinged(row.public_id, (), row.payout, row.expires_at)


def offered_of(submission: Submission) -> Offered:
    """What a ping puts up, under a key of its own."""
    spec, data, terms = submission.spec, submission.data, submission.terms
    assert spec is not None
    assert terms is not None
    return Offered(
        id=new_id(),
        company_id=spec.company_id,
        spec=spec,
        terms=terms,
        data=data,
        key=new_data_key(),
        received_at=submission.received_at,
        persons=_persons(submission),
    )


def _persons(submission: Submission) -> tuple[bytes, ...]:
    found = (_role(submission, role) for role in ("email", "phone"))
    kinds = zip(("email", "phone"), found, strict=True)
    return tuple(value_digest(submission.access.company_id, kind, text) for kind, text in kinds if text)


def _role(submission: Submission, role: str) -> str:
    field = index(submission.spec).by_role.get(role) if submission.spec is not None else None
    normal = submission.data.normal(field.name) if field is not None else None
    return "" if normal is None else str(normal)


def row_of(submission: Submission, offered: Offered | None, status: PingStatus) -> Ping:
    """The row of a ping before anybody was asked."""
    access, problems = submission.access, submission.examination.problems
    row = Ping(
        id=offered.id if offered is not None else new_id(),
        company_id=access.company_id,
        campaign_id=access.campaign_id,
        source_id=access.source_id,
        terms_id=access.terms_id,
        version_id=access.version_id,
        origin=PingOrigin.PING,
        status=status,
        reason=problems[0].code if problems else "",
        message=first_message(problems)[:300],
        state=_role(submission, "state")[:2],
        sub_id=_role(submission, "sub_id")[:120],
        received_at=submission.received_at,
        checks=json.loads(checked(submission.examination, submission.data))["checks"],
    )
    if offered is not None:
        row.deadline_ms = offered.spec.auction.deadline_ms
        row.sealed = seal(offered.key, offered.id, offered.data)
        row.wrapped_key = offered.key.wrapped
    return row


def _refused(submission: Submission, problems: Sequence[Problem]) -> Pinged:
    status = PingStatus.TEST if submission.is_test else PingStatus.REJECTED
    row = row_of(submission, None, status)
    row.answered_at = clock.now()
    row.save(force_insert=True)
    return Pinged(row.public_id, tuple(problems))


def _tested(submission: Submission) -> Pinged:
    offered = offered_of(submission)
    row = row_of(submission, offered, PingStatus.TEST)
    row.answered_at = clock.now()
    row.expires_at = row.answered_at + timedelta(seconds=offered.spec.auction.ping_valid_s)
    row.payout = cents(offered.terms.sample_payout)
    row.save(force_insert=True)
    return Pinged(row.public_id, (), row.payout, row.expires_at)
