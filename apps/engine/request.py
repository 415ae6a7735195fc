"""The whole outbound request: URL, headers, idempotency key and body, from an endpoint, a lead and its system
values.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from apps.engine import authentication, inserts, mapping, reach
from apps.engine.authentication import Proof
from apps.engine.formats import FORMATS, Encoded, UnencodableError
from apps.engine.headers import header_problem
from apps.engine.mapping import Pairs, Sending, SystemValues, Unbuildable, idempotency_key_of
from apps.engine.orders import AUTH_SECRET, AUTH_TOKEN, EndpointSpec, HeaderSpec
from apps.engine.outbound import MASK, OutboundRequest

METHODS = ("POST", "PUT", "PATCH", "GET")
SECRET_MARK = "{secret}"  # noqa: S105 - a place holder, not a secret
MAX_BODY = 256 * 1024

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLACEHOLDER = "c2x1aWNlLXBsYWNlaG9sZGVy"
Headers = tuple[tuple[str, str, bool], ...]
"""(name, value, whether the value is secret)."""


def idempotency_key(system: SystemValues) -> str:
    """Equal over retries of one delivery to one order, different for every other and for each of its copies."""
    return system.idempotency_key


def build(endpoint: EndpointSpec, sending: Sending) -> OutboundRequest | Unbuildable:
    """The request as it goes out, with the one that may be kept and shown in `shown`; or why it cannot."""
    if endpoint.kind != "http":
        return reach.build(endpoint, sending, idempotency_key(sending.system))
    pairs = mapping.build(endpoint, sending)
    if isinstance(pairs, Unbuildable):
        return pairs
    encoded = _encoded(endpoint, pairs)
    if isinstance(encoded, Unbuildable):
        return encoded
    url = inserts.in_url(endpoint.url, sending)
    if isinstance(url, Unbuildable):
        return url
    wrong = url_problem(url)
    if wrong:
        return Unbuildable("url", wrong)
    proof = authentication.prove(endpoint.auth, sending, encoded.body)
    if isinstance(proof, Unbuildable):
        return proof
    headers = _headers(endpoint, encoded, sending, proof)
    if isinstance(headers, Unbuildable):
        return headers
    draft = _Draft(endpoint, url, encoded, headers, proof.query)
    shown = _shown(draft, pairs)
    return draft.request() if shown is None else replace(draft.request(), shown=shown)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A request's parts, of which it is known what is secret. `key` is what authentication adds to the query."""

    endpoint: EndpointSpec
    url: str
    encoded: Encoded
    headers: Headers
    key: tuple[tuple[str, str], ...]

    def request(self) -> OutboundRequest:
        pairs = [(name, value.encode("utf-8", "replace")) for name, value in self.key]
        return OutboundRequest(
            method=self.endpoint.method,
            url=_with_query(self.url, self.encoded.query, urlencode(pairs) if pairs else ""),
            headers=tuple((name, value) for name, value, _ in self.headers),
            body=self.encoded.body,
            timeout_ms=self.endpoint.timeout_ms,
        )

    def masked(self, encoded: Encoded) -> OutboundRequest:
        """The request that may be shown, with this body."""
        headers = tuple((name, MASK if secret else value, secret) for name, value, secret in self.headers)
        key = "&".join(f"{quote(name)}={MASK}" for name, _ in self.key)
        made = replace(self, encoded=encoded, headers=headers, key=()).request()
        return replace(made, url=_with_query(made.url, key))


def _encoded(endpoint: EndpointSpec, pairs: Pairs) -> Encoded | Unbuildable:
    if endpoint.body_format not in FORMATS:
        return Unbuildable("body", f"“{endpoint.body_format}” is no format")
    try:
        encoded = FORMATS[endpoint.body_format].encode(pairs, endpoint.options)
    except UnencodableError as error:
        return Unbuildable("body", str(error))
    if len(encoded.body) > MAX_BODY or len(encoded.query) > MAX_BODY:
        return Unbuildable("body", "is over 256 KiB")
    return encoded


def _with_query(url: str, *queries: str) -> str:
    added = [query for query in queries if query]
    if not added:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join([parts.query, *added] if parts.query else added)))


def _headers(
    endpoint: EndpointSpec, encoded: Encoded, sending: Sending, proof: Proof
) -> Headers | Unbuildable:
    """The platform's headers, the endpoint's own, and those of its authentication; of one name the last counts."""
    own: list[tuple[str, str, bool]] = []
    proven = {name.lower() for name, _, _ in proof.headers}
    for header in endpoint.headers:
        value = _header_value(header, sending)
        if value is None:
            return Unbuildable(f"header {header.name}", f"needs the secret “{header.secret}”")
        wrong = header_problem(header.name, value)
        if wrong:
            return Unbuildable(f"header {header.name}", wrong)
        if header.name.lower() not in proven:
            own.append((header.name, value, bool(header.secret)))
    named = proven | {name.lower() for name, _, _ in own}
    added = [
        (name, value, False)
        for name, value in _standard(encoded, sending.system)
        if name.lower() not in named
    ]
    return (*added, *own, *proof.headers)


def _standard(encoded: Encoded, system: SystemValues) -> Iterator[tuple[str, str]]:
    if encoded.content_type:
        yield "Content-Type", encoded.content_type
    yield "Accept", "application/json, */*;q=0.5"
    yield "User-Agent", "Sluice/1"
    yield "Idempotency-Key", idempotency_key(system)


def _header_value(header: HeaderSpec, sending: Sending) -> str | None:
    if not header.secret:
        return inserts.in_header(header.value, sending)
    secret = sending.secrets.get(header.secret)
    if not secret:
        return None
    return header.value.replace(SECRET_MARK, secret) if SECRET_MARK in header.value else secret


def _shown(draft: _Draft, pairs: Pairs) -> OutboundRequest | None:
    """The request with a mask in place of every secret; None when it holds none."""
    targets = {row.target for row in draft.endpoint.mapping if row.secret}
    if targets:
        hidden = tuple((name, MASK if name in targets else value) for name, value in pairs)
        encoded = _encoded(draft.endpoint, hidden)
        return draft.masked(Encoded(body=MASK.encode()) if isinstance(encoded, Unbuildable) else encoded)
    if draft.key or any(secret for _, _, secret in draft.headers):
        return draft.masked(draft.encoded)
    return None


def secret_names(endpoint: EndpointSpec) -> frozenset[str]:
    """The names of the live secrets that a request to this endpoint may need."""
    names = {header.secret for header in endpoint.headers} | {row.secret for row in endpoint.mapping}
    return frozenset(names - {""}) | {AUTH_SECRET, AUTH_TOKEN}


def placeholders(endpoint: EndpointSpec) -> Mapping[str, str]:
    """Stand-ins for an endpoint's secrets, good for building a request of which only `shown` is looked at."""
    return dict.fromkeys(secret_names(endpoint), _PLACEHOLDER)


@lru_cache(maxsize=4096)
def url_problem(url: str) -> str:
    """What is wrong with an endpoint's URL as text, or an empty text. Where it leads is `core.http`'s to
    judge.
    """
    filled = inserts.without(url)
    if _CONTROL.search(filled) or " " in filled or len(url) > 2000:
        return "has blanks or control characters, or is over 2,000 characters"
    try:
        parts = urlsplit(filled)
        port = parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "begins with https:// or http:// and a host"
    if parts.username or parts.password:
        return "cannot carry a user name or password; use a secret header"
    return inserts.url_problem(url)


__all__ = [
    "MASK",
    "MAX_BODY",
    "METHODS",
    "SECRET_MARK",
    "build",
    "header_problem",
    "idempotency_key",
    "idempotency_key_of",
    "placeholders",
    "secret_names",
    "url_problem",
]
