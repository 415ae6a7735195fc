"""OAuth 2 client credentials (RFC 6749 §4.4) as values: the question to the token endpoint, and what it answered.

A token is fetched again when less than a tenth of its life is left, so that no lead waits for one. A 401 from
the buyer forces one fetch per delivery and order; the second 401 is an answer like any other.
"""

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote_plus, urlencode

from apps.engine.orders import AuthSpec, EndpointSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse
from apps.engine.outcome import Outcome, Reading
from apps.engine.waterfall import TOKEN_REFUSED, Result

KIND = "oauth2"
TIMEOUT_MS = 10_000
ASSUMED_LIFE_S = 300
"""Of a token whose answer does not say when it ends: short, for it may be."""
LONGEST_LIFE_S = 30 * 86_400
FRESH_SHARE = 0.1
MARGIN = timedelta(seconds=2)
"""A token about to end is not sent: it would end on the way."""
MAX_TOKEN = 8000
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 60.0


@dataclass(frozen=True, slots=True)
class Granted:
    """A token, and how many seconds it lives from the answer."""

    token: str
    life_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """No token. `reason` is a code (`http_503`, `invalid_client`, `timeout`, `no_token`), never text of the server."""

    reason: str


def token_request(auth: AuthSpec, secret: str, *, timeout_ms: int = TIMEOUT_MS) -> OutboundRequest:
    """The question for a token. By `client_auth` the client's id and secret go by HTTP Basic or in the body."""
    form = [("grant_type", "client_credentials")]
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    form += [(name, value) for name, value in (("scope", auth.scope), ("audience", auth.audience)) if value]
    if auth.client_auth == "body":
        form += [("client_id", auth.name), ("client_secret", secret)]
    else:
        # RFC 6749 §2.3.1: both are form-encoded before they are joined.
        pair = f"{quote_plus(auth.name)}:{quote_plus(secret)}".encode()
        headers.append(("Authorization", f"Basic {base64.b64encode(pair).decode()}"))
    return OutboundRequest("POST", auth.token_url, tuple(headers), urlencode(form).encode(), timeout_ms)


def read_token(response: OutboundResponse) -> Granted | Refused:
    """What the token endpoint answered. Never raises; a token that cannot stand in a header is none."""
    if response.error is not None or response.status is None:
        return Refused(response.error.value if response.error else "protocol_error")
    told = _object(response.body)
    if not 200 <= response.status <= 299:
        return Refused(_code(told.get("error")) or f"http_{response.status}")
    token, kind = told.get("access_token"), told.get("token_type")
    if not isinstance(token, str) or not token:
        return Refused(_code(told.get("error")) or "no_token")
    if len(token) > MAX_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        return Refused("unusable_token")
    if kind is not None and str(kind).lower() != "bearer":
        return Refused("token_type")
    return Granted(token, _life_s(told.get("expires_in")))


def _object(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _code(value: object) -> str:
    """An error code of the RFC's form; anything else might be a text that quotes a secret."""
    text = value if isinstance(value, str) else ""
    fits = 0 < len(text) <= 40 and text.replace("_", "").isalpha() and text.isascii()
    return text.lower() if fits else ""


def _life_s(value: object) -> float:
    """Seconds; numbers as text are common. Missing, zero, negative and odd ones get the assumed life."""
    try:
        life_s = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        life_s = math.nan
    return min(life_s, LONGEST_LIFE_S) if life_s > 0 else ASSUMED_LIFE_S


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of an endpoint's token: the token (empty when there is none), its life, and the last failure.

    `refreshing_until` is the lease of whoever fetches the next one.
    """

    token: str = ""
    obtained_at: datetime | None = None
    expires_at: datetime | None = None
    refreshing_until: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None


NONE_YET = Standing()


def is_usable(standing: Standing, now: datetime) -> bool:
    """Whether the token can be sent now."""
    return bool(standing.token) and standing.expires_at is not None and now + MARGIN < standing.expires_at


def is_fresh(standing: Standing, now: datetime) -> bool:
    """Whether it is usable and more than a tenth of its life is left; otherwise the next one is to be fetched."""
    if not is_usable(standing, now) or standing.expires_at is None or standing.obtained_at is None:
        return False
    return standing.expires_at - now > FRESH_SHARE * (standing.expires_at - standing.obtained_at)


def rests_until(standing: Standing) -> datetime | None:
    """Until when the token endpoint is left alone after failures: 2, 4, 8 … 60 seconds. None: it is not."""
    if not standing.failures or standing.failed_at is None:
        return None
    wait_s = min(FIRST_WAIT_S * 2 ** min(standing.failures - 1, 10), LONGEST_WAIT_S)
    return standing.failed_at + timedelta(seconds=wait_s)


def is_refreshing(standing: Standing, now: datetime) -> bool:
    """Whether somebody is fetching the next token."""
    return standing.refreshing_until is not None and now < standing.refreshing_until


def is_due(standing: Standing, now: datetime) -> bool:
    """Whether the next token is to be fetched now, by whoever asks first."""
    if is_fresh(standing, now) or is_refreshing(standing, now):
        return False
    until = rests_until(standing)
    return until is None or until <= now


def is_failing(standing: Standing, now: datetime) -> bool:
    """No usable token, nobody is fetching one, and the last fetch failed just now: the lead shall not wait for it."""
    return not (is_usable(standing, now) or is_refreshing(standing, now) or is_due(standing, now))


def is_refused(
    endpoint: EndpointSpec, response: OutboundResponse, order_id: int, history: Sequence[Result]
) -> bool:
    """Whether this answer says that the token was not taken, for the first time on this delivery to this order."""
    if endpoint.auth.kind != KIND or response.status != 401 or response.error is not None:
        return False
    return not any(one.order_id == order_id and one.reason == TOKEN_REFUSED for one in history)


REFUSED_READING = Reading(Outcome.RETRYABLE, TOKEN_REFUSED)
