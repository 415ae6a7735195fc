"""The request that a sample lead becomes, with its token if it needs one; and what may be shown of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from apps.core import http
from apps.deliveries.services.testing.lines import Line, failed
from apps.deliveries.services.testing.preparing import Prepared
from apps.engine import mapping, oauth, reach, schemas
from apps.engine import request as outbound
from apps.engine.formats import Encoded
from apps.engine.mapping import Sending, Unbuildable
from apps.engine.oauth import Granted
from apps.engine.orders import AUTH_SECRET, AUTH_TOKEN
from apps.engine.outbound import OutboundRequest


@dataclass(frozen=True, slots=True)
class Built:
    """`request` is None where none could be made; the lines say why. `secret_texts` are not to be shown of an
    answer."""

    lines: tuple[Line, ...]
    request: OutboundRequest | None = None
    secret_texts: frozenset[str] = frozenset()


def build(prepared: Prepared) -> Built:
    """The request of a sample lead; fetches a token for this test alone where the endpoint needs one."""
    spec, sending = prepared.spec, prepared.sending
    if spec is None or sending is None:
        return Built(())
    if spec.kind not in ("http", "email"):
        return Built((_mapped(prepared, sending),))
    lines: tuple[Line, ...] = ()
    if spec.auth.kind == oauth.KIND:
        line, token = _token(prepared, sending)
        if not token:
            return Built((line,))
        lines, sending = (line,), replace(sending, secrets={**sending.secrets, AUTH_TOKEN: token})
    made = _marked(outbound.build(spec, sending))
    if isinstance(made, Unbuildable):
        told = f"It cannot be built from a sample lead of {prepared.campaign}: {made.target} {made.why}."
        return Built((*lines, failed("Request", told)))
    told = f"Built from a sample lead of {prepared.campaign}, with the rows' test values: {len(made.body):,} bytes."
    line = Line("Request", told, shown=_text(made.shown or made))
    given_away = frozenset(_secret_texts(made, sending))
    return Built((*lines, line, *_against_schema(prepared, made)), made, given_away)


def _marked(made: OutboundRequest | Unbuildable) -> OutboundRequest | Unbuildable:
    """A mail says in its subject that it is a test."""
    if isinstance(made, Unbuildable) or made.method != reach.MAIL:
        return made
    headers = tuple((name, f"TEST: {value}" if name == "Subject" else value) for name, value in made.headers)
    shown = replace(made.shown, headers=headers) if made.shown else None
    return replace(made, headers=headers, shown=shown)


def _against_schema(prepared: Prepared, made: OutboundRequest) -> Iterator[Line]:
    """The verdict of the buyer's schema, by mapping row."""
    (kind, text), spec = prepared.schema, prepared.spec
    if not kind or spec is None:
        return
    found = schemas.violations(kind, text, Encoded(made.body), spec.options.charset)
    for target, words in schemas.told(found, [row.target for row in spec.mapping]):
        yield failed("Schema", f"Mapping row “{target}”: {words}." if target else f"{words}.")
    if not found:
        yield Line("Schema", f"The request fits the {prepared.schema_name}.")


def _mapped(prepared: Prepared, sending: Sending) -> Line:
    """Of what is no HTTP: whether the mapping can be filled from a sample lead."""
    assert prepared.spec is not None
    pairs = mapping.build(prepared.spec, sending)
    if isinstance(pairs, Unbuildable):
        return failed(
            "Mapping", f"Not from a sample lead of {prepared.campaign}: {pairs.target} {pairs.why}."
        )
    return Line("Mapping", f"{len(pairs)} values from a sample lead of {prepared.campaign}.")


def _token(prepared: Prepared, sending: Sending) -> tuple[Line, str]:
    """An access token fetched now and used for this test only: it proves the credentials as they are."""
    assert prepared.spec is not None
    asked = oauth.token_request(prepared.spec.auth, sending.secrets.get(AUTH_SECRET, ""))
    answer = http.send(asked)
    read, ms = oauth.read_token(answer), answer.timings.total_ms
    if isinstance(read, Granted):
        return Line("Access token", f"Fetched; it lives {read.life_s:,.0f} s.", ms=ms), read.token
    said = f" {answer.error_detail}" if answer.error_detail else ""
    told = f"The token server gave none: {read.reason}.{said} No lead can be sent."
    return failed("Access token", told, ms=ms), ""


def _secret_texts(made: OutboundRequest, sending: Sending) -> Iterator[str]:
    """The secrets themselves, and what was made of them in headers, in which a buyer may repeat them."""
    texts = {*sending.secrets.values()}
    for (_, value), (_, shown) in zip(made.headers, (made.shown or made).headers, strict=True):
        if value != shown:
            texts |= {value, *value.split(" ")[1:]}
    yield from (text for text in texts if len(text) > 3)


def _text(shown: OutboundRequest) -> str:
    """A request that holds no secret any more, as a text."""
    headers = "\n".join(f"{name}: {value}" for name, value in shown.headers)
    body = shown.body[:20_000].decode("utf-8", "replace")
    return f"{shown.method} {shown.url}\n{headers}\n\n{body}".strip()
