"""From a web request to a `RawPost`: the body within its limit, the sender's address, a request id."""

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from apps.core.clock import now
from apps.core.ids import new_id, public_id
from apps.intake.wire import RawPost, Refused


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


def remote_address(request: HttpRequest) -> str:
    """The sender's address: what the last trusted proxy saw, else who is connected."""
    trusted = settings.TRUSTED_PROXY_COUNT
    if trusted:
        seen = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(seen) >= trusted and seen[-trusted]:
            return seen[-trusted]
    return request.META.get("REMOTE_ADDR", "")


def _body(request: HttpRequest) -> bytes:
    limit = settings.BODY_LIMIT_BYTES
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        if int(length) > limit:
            raise Refused("payload_too_large")
        try:
            return request.read(int(length))
        except UnreadablePostError:
            raise Refused("invalid_payload") from None
    # Sent in chunks: Django would take a body without a length for empty.
    stream = request.META.get("wsgi.input")
    if stream is None or not request.META.get("wsgi.input_terminated"):
        return b""
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise Refused("payload_too_large")
    return body
