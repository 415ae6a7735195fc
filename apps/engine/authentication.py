"""Who we say we are to a buyer: what each way of authentication adds to a request, one function each.

The secret is live and comes with the sending (`AUTH_SECRET`; `AUTH_TOKEN` for OAuth, which is fetched beforehand). What
would give it away is marked, so that no record of the request holds it.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from apps.engine import signature
from apps.engine.headers import header_problem
from apps.engine.mapping import Sending, Unbuildable
from apps.engine.orders import AUTH_SECRET, AUTH_TOKEN, AuthSpec


@dataclass(frozen=True, slots=True)
class Proof:
    """What is added: headers as (name, value, whether the value is secret), and pairs of the query, all secret."""

    headers: tuple[tuple[str, str, bool], ...] = ()
    query: tuple[tuple[str, str], ...] = ()


def prove(auth: AuthSpec, sending: Sending, body: bytes) -> Proof | Unbuildable:
    """What the endpoint's authentication adds to a request with this body, or why it cannot."""
    kind = AUTH_KINDS.get(auth.kind)
    if kind is None:
        return Unbuildable("authentication", f"“{auth.kind}” is no way of authentication")
    name = AUTH_TOKEN if kind.key == "oauth2" else AUTH_SECRET
    secret = sending.secrets.get(name, "")
    if not secret and kind.needs_secret:
        if name == AUTH_TOKEN:
            return Unbuildable("token", "is not there: the token server gave none yet")
        return Unbuildable("authentication", "needs its secret, and the endpoint has none")
    proof = kind.prove(auth, secret, sending, body)
    if isinstance(proof, Unbuildable):
        return proof
    for header, value, _ in proof.headers:
        wrong = header_problem(header, value)
        if wrong:
            return Unbuildable(f"header {header}", wrong)
    return proof


def _none(auth: AuthSpec, secret: str, sending: Sending, body: bytes) -> Proof:
    return Proof()


def _header(auth: AuthSpec, secret: str, sending: Sending, body: bytes) -> Proof:
    return Proof(headers=((auth.name, secret, True),))


def _query(auth: AuthSpec, secret: str, sending: Sending, body: bytes) -> Proof:
    return Proof(query=((auth.name, secret),))


def _basic(auth: AuthSpec, secret: str, sending: Sending, body: bytes) -> Proof:
    """RFC 7617, the user and the password in UTF-8."""
    credentials = base64.b64encode(f"{auth.name}:{secret}".encode("utf-8", "replace")).decode()
    return Proof(headers=(("Authorization", f"Basic {credentials}", True),))


def _bearer(auth: AuthSpec, secret: str, sending: Sending, body: bytes) -> Proof:
    return Proof(headers=(("Authorization", f"Bearer {secret}", True),))


def _signature(auth: AuthSpec, secret: str, sending: Sending, body: bytes) -> Proof | Unbuildable:
    key = signature.key_of(secret)
    if key is None:
        return Unbuildable("authentication", "needs a signing secret in Base64, such as whsec_…")
    if sending.now is None:
        return Unbuildable("authentication", "needs the time of sending")
    message, instant = sending.system.idempotency_key, int(sending.now.timestamp())
    return Proof(
        headers=(
            (signature.ID, message, False),
            (signature.TIMESTAMP, str(instant), False),
            (signature.SIGNATURE, signature.sign(key, message, instant, body), True),
        )
    )


@dataclass(frozen=True, slots=True)
class AuthKind:
    """A registered way of authentication. `named` is what `AuthSpec.name` means, empty where it means nothing."""

    key: str
    label: str
    example: str
    prove: Callable[[AuthSpec, str, Sending, bytes], Proof | Unbuildable]
    named: str = ""
    needs_secret: bool = True


AUTH_KINDS: dict[str, AuthKind] = {
    kind.key: kind
    for kind in (
        AuthKind("none", "None", "", _none, needs_secret=False),
        AuthKind("header", "Key in a header", "X-Api-Key: ••••••••", _header, "header"),
        AuthKind("query", "Key in the query string", "?api_key=••••••••", _query, "query key"),
        AuthKind("basic", "Basic (user and password)", "Authorization: Basic ••••••••", _basic, "user"),
        AuthKind("bearer", "Bearer token", "Authorization: Bearer ••••••••", _bearer),
        AuthKind(
            "oauth2", "OAuth 2.0 client credentials", "Authorization: Bearer ••••••••", _bearer, "client id"
        ),
        AuthKind(
            "signature", "Signed requests (Standard Webhooks)", "webhook-signature: v1,••••••••", _signature
        ),
    )
}


def problems(auth: AuthSpec) -> Iterator[str]:
    """What is wrong with an authentication, apart from its secret, in words that continue “has an authentication
    that …”.
    """
    kind = AUTH_KINDS.get(auth.kind)
    if kind is None:
        yield f"cannot be “{auth.kind}”"
        return
    if kind.named and not auth.name.strip():
        yield f"needs a {kind.named}"
    elif kind.key == "header":
        objection = header_problem(auth.name)
        if objection:
            yield f"names a header “{auth.name}” that {objection}"
    elif kind.key == "basic" and ":" in auth.name:
        yield "has a user with a colon, which Basic cannot carry"
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in auth.name):
        yield "has control characters in its name"


def secret_problem(auth: AuthSpec, secret: str) -> str:
    """What is wrong with a secret for this authentication, in words that do not show it, or an empty text."""
    kind = AUTH_KINDS.get(auth.kind)
    if kind is None or not kind.needs_secret:
        return ""
    if not secret:
        return "needs a secret"
    if kind.key == "signature" and signature.key_of(secret) is None:
        return "needs a signing secret in Base64 of at least eight bytes, such as whsec_…"
    if kind.key in ("header", "bearer") and header_problem("X", secret):
        return "has a secret that no header can carry: it has line breaks or control characters"
    return ""
