"""What comes in at a door and what goes out, apart from any web framework."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.conf import settings

from apps.engine import reply
from apps.engine.values import Verdict


@dataclass(frozen=True, slots=True)
class RawPost:
    """One request as it arrived. `authorization` and `idempotency_key` are those headers, empty when absent."""

    body: bytes
    received_at: datetime
    content_type: str = ""
    content_encoding: str = ""
    authorization: str = ""
    idempotency_key: str = ""
    remote_address: str = ""
    request_id: str = ""
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """All of them, names in small letters; of webhooks only, whose vendors prove themselves there. So is `query`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: JSON bytes, and headers beside the content type."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - a refusal, not an error
    """The request itself is at fault, or we are: `code` is a request reason of `engine.reasons`.

    Ends a flow wherever it stands. `terms_id` is set once the source is known.
    """

    def __init__(self, code: str, *, terms_id: int = 0, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.terms_id = terms_id
        self.headers = dict(headers or {})


class FaultAnswer(Protocol):
    """How an API answers faults."""

    def __call__(self, code: str, request_id: str, headers: Mapping[str, str] | None = None) -> Answer: ...


def simple_answer(verdict: Verdict, headers: Mapping[str, str] | None = None) -> Answer:
    """A verdict as the simple post answers it."""
    status, body = reply.render_simple(verdict, settings.BRAND_NAME)
    return Answer(status, reply.encode(body), dict(headers or {}))


def simple_fault(code: str, request_id: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A fault as the simple post answers it."""
    status, body = reply.render_simple_fault(code, settings.BRAND_NAME, request_id=request_id)
    return Answer(status, reply.encode(body), dict(headers or {}))


def webhook_test_answer(verdict: Verdict | None) -> Answer:
    """What a test by webhook is answered; `verdict` is that of the lead it would be, None where nothing is mapped."""
    judged = reply.render_simple(verdict, settings.BRAND_NAME)[1] if verdict is not None else None
    status, body = reply.render_webhook_test(judged)
    return Answer(status, reply.encode(body))


def several_answer(answers: Sequence[Answer]) -> Answer:
    """The answers to several leads of one body as one."""
    status, body = reply.render_several([json.loads(answer.body) for answer in answers])
    return Answer(status, reply.encode(body))


def ping_answer(verdict: Verdict, *, ping_id: str, expires_at: datetime | None) -> Answer:
    """A verdict as `/ping` answers it."""
    status, body = reply.render_ping(verdict, ping_id=ping_id, expires_at=expires_at)
    return Answer(status, reply.encode(body))


def post_answer(verdict: Verdict, *, delivery_id: str) -> Answer:
    """A verdict as `/post` and `/direct_post` answer it."""
    status, body = reply.render_post(verdict, delivery_id=delivery_id)
    return Answer(status, reply.encode(body))


def precheck_answer(verdict: Verdict, standing: str) -> Answer:
    """A verdict as `/precheck` answers it."""
    status, body = reply.render_precheck(verdict, standing)
    return Answer(status, reply.encode(body))


def ping_fault(code: str, request_id: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A fault as `/ping` answers it."""
    return _exchange_fault(code, reply.PING, request_id, headers)


def post_fault(code: str, request_id: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A fault as `/post` and `/direct_post` answer it."""
    return _exchange_fault(code, reply.POST, request_id, headers)


def precheck_fault(code: str, request_id: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A fault as `/precheck` answers it."""
    return _exchange_fault(code, reply.PRECHECK, request_id, headers)


def _exchange_fault(code: str, call: str, request_id: str, headers: Mapping[str, str] | None) -> Answer:
    status, body = reply.render_exchange_fault(code, call, request_id=request_id)
    return Answer(status, reply.encode(body), dict(headers or {}))
