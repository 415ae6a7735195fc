"""Who calls: the token server of an OAuth buyer, and what other buyers demand of their callers.

A token carries its own number and end, sealed, so that nothing has to be remembered: who holds one can prove it.
Only the ends of tokens and the age of signatures depend on the time.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from apps.simulator.answers import Answer
from apps.simulator.journal import Received, utc_now
from apps.simulator.parameters import ParameterError, Parameters

CLIENT, SECRET = "sluice", "sluice-secret"
SIGNING_SECRET = "whsec_c2x1aWNlLXNpbXVsYXRvci1zZWNyZXQtMDE="  # noqa: S105
TOLERANCE_S = 300
_SEAL = b"sluice simulator tokens"


def issued(received: Received, parameters: Parameters, number: int) -> Answer:
    """The answer of a token server to a client that may be known: a new token, the `number`th of this buyer."""
    form = dict(parse_qsl(received.body.decode("utf-8", "replace"), keep_blank_values=True))
    status = parameters.whole("status", 200, least=200, most=599)
    if status != 200:
        return Answer({"error": "temporarily_unavailable"}, status=status)
    if form.get("grant_type") != "client_credentials":
        return Answer({"error": "unsupported_grant_type"}, status=400)
    wanted = (parameters.text("client", CLIENT), parameters.text("secret", SECRET))
    given = _client(received, form, parameters.choice("by", ("either", "basic", "body")))
    if given is None or not _same(given, wanted):
        return Answer({"error": "invalid_client"}, status=401)
    life_s = parameters.whole("expires", 3600, least=1, most=10_000_000)
    facts = {"access_token": _token(received.buyer, number, life_s), "token_type": "Bearer"}
    if not parameters.text("endless"):
        facts["expires_in"] = str(life_s)
    return Answer(facts)


def holds_token(received: Received, parameters: Parameters) -> str:
    """What is wrong with the bearer token of a request; empty when it is one that `token` of this buyer issued.

    `token` names another fixed one instead; with `from` only tokens of that number and later are taken.
    """
    scheme, _, token = received.header("Authorization").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return "A bearer token is missing."
    fixed = parameters.text("token")
    if fixed:
        return "" if hmac.compare_digest(token.encode(), fixed.encode()) else "This is not the token."
    parts = token.split(".")
    if len(parts) != 4 or not (parts[1].isdigit() and parts[2].isdigit()):
        return "This is no token of ours."
    number, ends_at = int(parts[1]), int(parts[2])
    if not hmac.compare_digest(token.encode(), _sealed(received.buyer, number, ends_at).encode()):
        return "This is no token of ours."
    if ends_at <= utc_now().timestamp() * 1000:
        return "The token has ended."
    return "The token was revoked." if number < parameters.whole("from", 1) else ""


def knows_password(received: Received, parameters: Parameters) -> str:
    """What is wrong with a request's HTTP Basic login."""
    pair = _basic(received)
    wanted = (parameters.text("user", CLIENT), parameters.text("password", SECRET))
    return "" if pair is not None and _same(pair, wanted) else "User or password is wrong or missing."


def knows_key(received: Received, parameters: Parameters) -> str:
    """What is wrong with the key in a request's header."""
    given = received.header(parameters.text("name", "X-Api-Key"))
    wanted = parameters.text("key", SECRET)
    return "" if hmac.compare_digest(given.encode(), wanted.encode()) else "The key is wrong or missing."


def has_signed(received: Received, parameters: Parameters) -> str:
    """What is wrong with a request's signature by Standard Webhooks."""
    number, stamp = received.header("webhook-id"), received.header("webhook-timestamp")
    if not number or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return "webhook-id or webhook-timestamp is missing."
    if abs(utc_now().timestamp() - int(stamp)) > TOLERANCE_S:
        return "The signature is older than five minutes, or of the future."
    secret = parameters.text("secret", SIGNING_SECRET).removeprefix("whsec_")
    try:
        key = base64.b64decode(secret, validate=True)
    except binascii.Error:
        raise ParameterError("secret is whsec_ and Base64.") from None
    signed = hmac.digest(key, f"{number}.{stamp}.".encode() + received.body, "sha256")
    wanted = "v1," + base64.b64encode(signed).decode()
    given = received.header("webhook-signature").split()
    fits = any(hmac.compare_digest(one.encode(), wanted.encode()) for one in given)
    return "" if fits else "The signature does not fit the body."


def _client(received: Received, form: Mapping[str, str], by: str) -> tuple[str, str] | None:
    basic = _basic(received)
    if by != "body" and basic is not None:
        return unquote_plus(basic[0]), unquote_plus(basic[1])
    if by == "basic":
        return None
    return form.get("client_id", ""), form.get("client_secret", "")


def _basic(received: Received) -> tuple[str, str] | None:
    scheme, _, encoded = received.header("Authorization").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def _same(given: tuple[str, str], wanted: tuple[str, str]) -> bool:
    return all(
        hmac.compare_digest(one.encode(), other.encode()) for one, other in zip(given, wanted, strict=True)
    )


def _token(buyer: str, number: int, life_s: int) -> str:
    return _sealed(buyer, number, int((utc_now().timestamp() + life_s) * 1000))


def _sealed(buyer: str, number: int, ends_at: int) -> str:
    seal = hmac.new(_SEAL, f"{buyer}.{number}.{ends_at}".encode(), hashlib.sha256).hexdigest()[:32]
    return f"sim.{number}.{ends_at}.{seal}"
