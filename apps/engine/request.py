"""The whole outbound request: URL, headers, idempotency key and body, from an endpoint, a lead and its system
values.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit, urlunsplit

from apps.engine import mapping, reach
from apps.engine.formats import FORMATS, Encoded, UnencodableError
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.orders import EndpointSpec, HeaderSpec
from apps.engine.outbound import OutboundRequest

METHODS = ("POST", "PUT", "PATCH", "GET")
SECRET_MARK = "{secret}"  # noqa: S105 - a place holder, not a secret
MAX_BODY = 256 * 1024

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "expect", "trailer",
     "keep-alive", "proxy-connection", "proxy-authorization", "idempotency-key"}
)  # fmt: skip


def idempotency_key(system: SystemValues) -> str:
    """Equal over retries of one delivery to one order, different for every other and for each of its copies."""
    return system.idempotency_key


def idempotency_key_of(delivery_id: str, order_id: int) -> str:
    """As `idempotency_key`, from a delivery's public id and an order's id."""
    return f"{delivery_id}-{order_id}"


def build(endpoint: EndpointSpec, sending: Sending) -> OutboundRequest | Unbuildable:
    """The request as it goes out, or why it cannot."""
    if endpoint.kind != "http":
        return reach.build(endpoint, sending, idempotency_key(sending.system))
    pairs = mapping.build(endpoint, sending)
    if isinstance(pairs, Unbuildable):
        return pairs
    if endpoint.body_format not in FORMATS:
        return Unbuildable("body", f"“{endpoint.body_format}” is no format")
    try:
        encoded = FORMATS[endpoint.body_format].encode(pairs, endpoint.options)
    except UnencodableError as error:
        return Unbuildable("body", str(error))
    if len(encoded.body) > MAX_BODY or len(encoded.query) > MAX_BODY:
        return Unbuildable("body", "is over 256 KiB")
    wrong = url_problem(endpoint.url)
    if wrong:
        return Unbuildable("url", wrong)
    headers = _headers(endpoint, encoded, sending)
    if isinstance(headers, Unbuildable):
        return headers
    url = _with_query(endpoint.url, encoded.query)
    return OutboundRequest(endpoint.method, url, headers, encoded.body, endpoint.timeout_ms)


def _with_query(url: str, query: str) -> str:
    if not query:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


def _headers(
    endpoint: EndpointSpec, encoded: Encoded, sending: Sending
) -> tuple[tuple[str, str], ...] | Unbuildable:
    own: list[tuple[str, str]] = []
    for header in endpoint.headers:
        value = _header_value(header, sending.secrets)
        if value is None:
            return Unbuildable(f"header {header.name}", f"needs the secret “{header.secret}”")
        wrong = header_problem(header.name, value)
        if wrong:
            return Unbuildable(f"header {header.name}", wrong)
        own.append((header.name, value))
    named = {name.lower() for name, _ in own}
    added = [pair for pair in _standard(encoded, sending.system) if pair[0].lower() not in named]
    return (*added, *own)


def _standard(encoded: Encoded, system: SystemValues) -> Iterator[tuple[str, str]]:
    if encoded.content_type:
        yield "Content-Type", encoded.content_type
    yield "Accept", "application/json, */*;q=0.5"
    yield "User-Agent", "Sluice/1"
    yield "Idempotency-Key", idempotency_key(system)


def _header_value(header: HeaderSpec, secrets: Mapping[str, str]) -> str | None:
    if not header.secret:
        return header.value
    secret = secrets.get(header.secret)
    if not secret:
        return None
    return header.value.replace(SECRET_MARK, secret) if SECRET_MARK in header.value else secret


def header_problem(name: str, value: str = "") -> str:
    """What is wrong with a header, in words, or an empty text: odd names, line breaks, names that are ours to
    set.
    """
    if not _TOKEN.fullmatch(name):
        return "is no header name"
    if name.lower() in _OURS:
        return "is set by the platform"
    if _CONTROL.search(value) or len(value) > 8192:
        return "has line breaks or control characters, or is over 8 KiB"
    return ""


def url_problem(url: str) -> str:
    """What is wrong with an endpoint's URL as text, or an empty text. Where it leads is `core.http`'s to
    judge.
    """
    if _CONTROL.search(url) or " " in url or len(url) > 2000:
        return "has blanks or control characters, or is over 2,000 characters"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "begins with https:// or http:// and a host"
    if parts.username or parts.password:
        return "cannot carry a user name or password; use a secret header"
    return ""
