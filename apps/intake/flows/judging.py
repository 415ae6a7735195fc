"""What all doors do between knowing the sender and recording: limits, a repeated request's key, the examination."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core import limits
from apps.engine import payload
from apps.engine.campaign import CampaignSpec
from apps.engine.checks import split
from apps.engine.index import index
from apps.engine.normalise import normalise
from apps.engine.payload import Limits, PayloadFault
from apps.engine.values import CheckLine, Examination, Facts, LeadData, Problem, Value
from apps.intake.flows.sender import Sender
from apps.intake.wire import RawPost, Refused
from apps.leads.choices import LeadMethod
from apps.leads.services import Circumstances, Submission, judge


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission, examined, and what a test is warned of."""

    submission: Submission
    warnings: tuple[Problem, ...] = ()


def read_body(post: RawPost) -> Mapping[str, Any]:
    """The body as an object of values. Raises Refused for one that is none, or is over the limits."""
    found = payload.read(
        post.body,
        content_type=post.content_type,
        content_encoding=post.content_encoding,
        limits=Limits(max_bytes=settings.BODY_LIMIT_BYTES),
    )
    if isinstance(found, PayloadFault):
        raise Refused(found.code)
    return found.values


def refuse_twice_spelled(fields: Mapping[str, Any], sender: Sender) -> None:
    """Raises Refused when two keys spell one field of the campaign."""
    if sender.spec is not None and payload.spelled_twice(fields, index(sender.spec).by_lower):
        raise Refused("invalid_payload", terms_id=sender.access.terms_id)


def within_limits(sender: Sender) -> limits.Grant:
    """The place this request took under the rate limits of its terms. Raises Refused when there is none."""
    windows = sender.terms.rate_limits if sender.terms is not None else ()
    grant = limits.take(f"terms:{sender.access.terms_id}", windows)
    if not grant.allowed:
        raise Refused("rate_limited", terms_id=sender.access.terms_id, headers=grant.headers)
    return grant


def key_field(fields: Mapping[str, Any], sender: Sender) -> Any:
    """The value of the field that serves as idempotency key, where the campaign names one."""
    name = sender.spec.idempotency_field.lower() if sender.spec is not None else ""
    return next((value for key, value in fields.items() if key.lower() == name), None) if name else None


def lead_data(spec: CampaignSpec, fields: Mapping[str, Any], came: Circumstances) -> LeadData:
    """The fields of a body as the campaign reads them."""
    today = came.at.astimezone(ZoneInfo(spec.time_zone)).date()
    return normalise(spec, fields, test=bool(came.test), today=today, phase=came.phase)


def judged(sender: Sender, data: LeadData, came: Circumstances, method: LeadMethod) -> Judged:
    """The examination of a lead of a published campaign (`sender` has spec and terms)."""
    assert sender.spec is not None
    assert sender.terms is not None
    facts, found = judge(sender.access, sender.spec, sender.terms, data, came)
    problems, warnings = split(found, came.test)
    found = Examination(problems, found.lines)
    submission = Submission(
        sender.access,
        sender.spec,
        sender.terms,
        data,
        facts,
        found,
        came.at,
        is_test=bool(came.test),
        method=method,
    )
    return Judged(submission, (*data.warnings, *warnings) if came.test else ())


def unjudged(sender: Sender, fields: Mapping[str, Any], came: Circumstances, method: LeadMethod) -> Judged:
    """What comes in before the campaign, or these terms of it, were published: kept as sent, refused, never lost."""
    if sender.spec is None:
        line = CheckLine("campaign", False, "never published", (Problem("campaign_inactive"),))
    else:
        line = CheckLine("terms", False, "not in the published version", (Problem("invalid_source"),))
    values = {name: Value(raw, None, False) for name, raw in fields.items()}
    submission = Submission(
        sender.access,
        sender.spec,
        None,
        LeadData(values),
        Facts(came.at, sender.access.switches),
        Examination(line.problems, (line,)),
        came.at,
        is_test=bool(came.test),
        method=method,
    )
    return Judged(submission)


def examined(sender: Sender, fields: Mapping[str, Any], came: Circumstances, method: LeadMethod) -> Judged:
    """The submission that a body is, whatever of its campaign was published."""
    if sender.spec is None or sender.terms is None:
        return unjudged(sender, fields, came, method)
    return judged(sender, lead_data(sender.spec, fields, came), came, method)
