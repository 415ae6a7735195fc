"""A request to the exchange taken apart: who calls, in which mode, with which lead and ping id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.core import limits
from apps.engine import payload
from apps.engine.flags import read_flag
from apps.engine.normalise import POST
from apps.intake import idempotency
from apps.intake.flows.judging import key_field, read_body, refuse_twice_spelled, within_limits
from apps.intake.flows.sender import Sender, Stranger, find_by_src
from apps.intake.wire import Answer, RawPost, Refused
from apps.leads.choices import LeadMethod
from apps.leads.services import Circumstances

SYSTEM_KEYS = ("SRC", "KEY", "ping_id", "Test_Mode", "data")
_NOT_FIELDS = ("Test_Mode", "SRC", "KEY", "ping_id")
"""What may stand in `data` and is none of the lead's: a KEY there is not to be kept with it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated call. `test` None: the flag could not be read; `ping_id` is empty where none was sent.

    `method` is the door it came by.
    """

    post: RawPost = field(repr=False)
    sender: Sender
    fields: Mapping[str, Any] = field(repr=False)
    ping_id: str
    test: bool | None
    grant: limits.Grant
    method: LeadMethod = LeadMethod.EXCHANGE

    def came(self, phase: str = POST) -> Circumstances:
        """How the lead came, for the checks."""
        return Circumstances(self.post.received_at, self.test, phase)

    def key(self, *, ping: bool = False) -> idempotency.Key | None:
        """The idempotency key, None without one."""
        value = key_field(self.fields, self.sender)
        return idempotency.key_of(self.post, self.sender.access.terms_id, value, ping=ping)

    def told(self, answer: Answer) -> Answer:
        """The answer with what is left under the rate limits."""
        return Answer(answer.status, answer.body, {**answer.headers, **self.grant.headers})


def arrive(post: RawPost, *, method: LeadMethod = LeadMethod.EXCHANGE) -> Caller:
    """The call that a request is, within its rate limits. Raises Refused for every fault of the request.

    `method` is the door it came by, where that is another than the API's.
    """
    system, fields = _parts(post)
    flags = [read_flag(place.pop("Test_Mode", None)) for place in (system, fields)]
    sender = _sender(system, post)
    refuse_twice_spelled(fields, sender)
    grant = within_limits(sender)
    given = {name: value for name, value in fields.items() if name not in _NOT_FIELDS}
    # Wherever the flag stands: what may have been meant as a test is never silently live.
    test = None if None in flags else any(flags)
    return Caller(post, sender, given, _text(system.get("ping_id")), test, grant, method)


def _parts(post: RawPost) -> tuple[dict[str, Any], dict[str, Any]]:
    """The system keys, and what stands under `data`, system names in their own spelling."""
    values = read_body(post)
    if payload.spelled_twice(values, SYSTEM_KEYS):
        raise Refused("invalid_payload")
    system, _ = payload.take(values, SYSTEM_KEYS)
    data = system.get("data")
    if not isinstance(data, Mapping) or payload.spelled_twice(data, _NOT_FIELDS):
        raise Refused("invalid_payload")
    named, fields = payload.take(data, _NOT_FIELDS)
    return system, {**fields, **named}


def _sender(system: Mapping[str, Any], post: RawPost) -> Sender:
    src, key = _text(system.get("SRC")), _text(system.get("KEY"))
    if not src or not key:
        raise Refused("missing_credentials")
    sender = find_by_src(src, key, post.remote_address, at=post.received_at)
    if isinstance(sender, Stranger):
        raise Refused(sender.code, terms_id=sender.terms_id)
    return sender


def _text(sent: Any) -> str:
    return sent.strip() if isinstance(sent, str) else ""
