"""From a web request to a `RawPost`: the body within its limit, the sender's address, a request id."""

import time
from contextlib import suppress
from dataclasses import replace
from socket import SHUT_RD, socket
from typing import Any

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from apps.core.clock import now
from apps.core.ids import new_id, public_id
from apps.core.requests import remote_address
from apps.intake.wire import RawPost, Refused

BODY_WITHIN_S = 10.0
"""How long a body may take to arrive."""
_PIECE = 8192


def new_request_id() -> str:
    """Names one request in its answer and in our logs."""
    return public_id("R", new_id())


def raw_post(request: HttpRequest, request_id: str) -> RawPost:
    """The request as the flows take it. Raises Refused for a body over the limit, which is not read to its end."""
    meta = request.META
    return RawPost(
        body=_body(request),
        received_at=now(),
        content_type=meta.get("CONTENT_TYPE", ""),
        content_encoding=meta.get("HTTP_CONTENT_ENCODING", ""),
        authorization=meta.get("HTTP_AUTHORIZATION", ""),
        idempotency_key=meta.get("HTTP_IDEMPOTENCY_KEY", ""),
        remote_address=remote_address(request),
        request_id=request_id,
    )


def with_all(post: RawPost, request: HttpRequest) -> RawPost:
    """The request with its query and all its headers."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return replace(post, query=request.META.get("QUERY_STRING", ""), headers=headers)


def _body(request: HttpRequest) -> bytes:
    limit = settings.BODY_LIMIT_BYTES
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        if int(length) > limit:
            raise Refused("payload_too_large")
        return _read(request, request.META.get("gunicorn.socket"), int(length))
    # Sent in chunks: Django would take a body without a length for empty.
    stream = request.META.get("wsgi.input")
    if stream is None or not request.META.get("wsgi.input_terminated"):
        return b""
    body = _read(stream, request.META.get("gunicorn.socket"), limit + 1)
    if len(body) > limit:
        raise Refused("payload_too_large")
    return body


def _read(stream: Any, connection: socket | None, most: int) -> bytes:
    """Up to `most` bytes. A sender who takes longer than `BODY_WITHIN_S` gives his thread back to others."""
    until = time.monotonic() + BODY_WITHIN_S
    parts: list[bytes] = []
    try:
        while most > 0:
            if connection is not None:
                connection.settimeout(max(until - time.monotonic(), 0.001))
            parts.append(stream.read(min(most, _PIECE)))
            most -= len(parts[-1]) or most
    except (UnreadablePostError, OSError):
        if connection is not None:
            # Nobody waits for the rest, neither we nor the server before the next request.
            with suppress(OSError):
                connection.shutdown(SHUT_RD)
        raise Refused("invalid_payload") from None
    finally:
        if connection is not None:
            connection.settimeout(None)
    return b"".join(parts)
