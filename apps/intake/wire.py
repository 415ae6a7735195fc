"""What comes in at a door and what goes out, apart from any web framework."""

from collections.abc import Mapping
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
