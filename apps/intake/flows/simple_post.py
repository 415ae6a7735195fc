"""The way of a simple post, from bytes to an answer (`POST /ca/submit`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.engine import payload
from apps.engine.flags import read_flag
from apps.engine.values import Problem, Verdict, VerdictOutcome
from apps.intake import idempotency, refusals
from apps.intake.flows import recording
from apps.intake.flows.judging import examined, key_field, read_body, refuse_twice_spelled, within_limits
from apps.intake.flows.sender import Stranger, find
from apps.intake.wire import Answer, RawPost, Refused, simple_answer
from apps.leads.choices import LeadMethod
from apps.leads.services import Circumstances

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
    refuse_twice_spelled(read.fields, sender)
    grant = within_limits(sender)
    key = idempotency.key_of(post, sender.access.terms_id, key_field(read.fields, sender))
    answer = idempotency.replay(key, late=recording.current_answer) if key else None
    if answer is None:
        found = examined(sender, read.fields, Circumstances(post.received_at, read.test), method)
        answer = recording.answered(found, key, recording.SIMPLE)
    return Answer(answer.status, answer.body, {**answer.headers, **grant.headers})


def _read(post: RawPost) -> _Read:
    values = read_body(post)
    if payload.spelled_twice(values, SYSTEM_KEYS):
        raise Refused("invalid_payload")
    ids, fields = payload.take(values, SYSTEM_KEYS)
    return _Read(ids, fields, _key(ids.get("auth"), post.authorization), read_flag(ids.get("test")))


def _key(sent: Any, authorization: str) -> str:
    """The key of the body, else that of the header."""
    if isinstance(sent, str) and sent.strip():
        return sent.strip()
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
