"""The way of a simple post, from bytes to an answer (`POST /ca/submit`)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core import limits
from apps.engine import payload
from apps.engine.checks import split
from apps.engine.flags import read_flag
from apps.engine.index import index
from apps.engine.normalise import normalise
from apps.engine.payload import Limits, PayloadFault
from apps.engine.values import (
    CheckLine,
    Examination,
    Facts,
    LeadData,
    Problem,
    Value,
    Verdict,
    VerdictOutcome,
)
from apps.intake import idempotency, refusals
from apps.intake.flows import recording
from apps.intake.flows.sender import Sender, Stranger, find
from apps.intake.wire import Answer, RawPost, Refused, simple_answer
from apps.leads.choices import LeadMethod
from apps.leads.services import Submission, judge

SYSTEM_KEYS = ("compid", "sourceid", "campid", "auth", "test")


@dataclass(frozen=True, slots=True)
class _Read:
    """A body taken apart. `test` None: the flag could not be read."""

    ids: Mapping[str, Any]
    fields: Mapping[str, Any]
    key: str
    test: bool | None


def simple_post(post: RawPost, *, method: LeadMethod = LeadMethod.SIMPLE_POST) -> Answer:
    """The answer to a simple post; the lead, if it is one, is on disk by then. Raises Refused for faulty requests.

    `method` is the door it came by, where that is another than the API's.
    """
    read = _read(post)
    sender = find(read.ids, read.key, post.remote_address, at=post.received_at)
    if isinstance(sender, Stranger):
        refusals.count(sender.code, terms_id=sender.terms_id)
        problem = Problem(sender.code)
        return simple_answer(Verdict(VerdictOutcome.REJECTED, (problem,), test=bool(read.test)))
    _refuse_twice_spelled(read, sender)
    grant = _within_limits(sender)
    key = idempotency.key_of(post, sender.access.terms_id, _key_field(read, sender))
    answer = idempotency.replay(key, late=recording.current_answer) if key else None
    if answer is None:
        submission, warnings = _judged(read, sender, post)
        answer = recording.answered(replace(submission, method=method), warnings, key)
    return Answer(answer.status, answer.body, {**answer.headers, **grant.headers})


def _read(post: RawPost) -> _Read:
    found = payload.read(
        post.body,
        content_type=post.content_type,
        content_encoding=post.content_encoding,
        limits=Limits(max_bytes=settings.BODY_LIMIT_BYTES),
    )
    if isinstance(found, PayloadFault):
        raise Refused(found.code)
    if payload.spelled_twice(found.values, SYSTEM_KEYS):
        raise Refused("invalid_payload")
    ids, fields = payload.take(found.values, SYSTEM_KEYS)
    return _Read(ids, fields, _key(ids.get("auth"), post.authorization), read_flag(ids.get("test")))


def _key(sent: Any, authorization: str) -> str:
    """The key of the body, else that of the header."""
    if isinstance(sent, str) and sent.strip():
        return sent.strip()
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _refuse_twice_spelled(read: _Read, sender: Sender) -> None:
    if sender.spec is not None and payload.spelled_twice(read.fields, index(sender.spec).by_lower):
        raise Refused("invalid_payload", terms_id=sender.access.terms_id)


def _within_limits(sender: Sender) -> limits.Grant:
    windows = sender.terms.rate_limits if sender.terms is not None else ()
    grant = limits.take(f"terms:{sender.access.terms_id}", windows)
    if not grant.allowed:
        raise Refused("rate_limited", terms_id=sender.access.terms_id, headers=grant.headers)
    return grant


def _key_field(read: _Read, sender: Sender) -> Any:
    name = sender.spec.idempotency_field.lower() if sender.spec is not None else ""
    return next((value for key, value in read.fields.items() if key.lower() == name), None) if name else None


def _judged(read: _Read, sender: Sender, post: RawPost) -> tuple[Submission, tuple[Problem, ...]]:
    """The submission, examined, and what a test lead is warned of."""
    spec, terms, access, at = sender.spec, sender.terms, sender.access, post.received_at
    if spec is None or terms is None:
        return _unjudged(read, sender, post), ()
    today = at.astimezone(ZoneInfo(spec.time_zone)).date()
    data = normalise(spec, read.fields, test=bool(read.test), today=today)
    facts, found = judge(access, spec, terms, data, test=read.test, at=at)
    problems, warnings = split(found, read.test)
    found = Examination(problems, found.lines)
    submission = Submission(access, spec, terms, data, facts, found, at, is_test=bool(read.test))
    return submission, (*data.warnings, *warnings)


def _unjudged(read: _Read, sender: Sender, post: RawPost) -> Submission:
    """What comes in before the campaign, or these terms of it, were published: kept as sent, refused, never lost."""
    if sender.spec is None:
        line = CheckLine("campaign", False, "never published", (Problem("campaign_inactive"),))
    else:
        line = CheckLine("terms", False, "not in the published version", (Problem("invalid_source"),))
    values = {name: Value(raw, None, False) for name, raw in read.fields.items()}
    examination = Examination(line.problems, (line,))
    facts = Facts(post.received_at, sender.access.switches)
    return Submission(
        sender.access,
        sender.spec,
        None,
        LeadData(values),
        facts,
        examination,
        post.received_at,
        is_test=bool(read.test),
    )
