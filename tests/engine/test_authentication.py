"""Authentication: what may be kept of a request, and what is said of settings and secrets."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from apps.buyers.choices import AuthKind
from apps.engine import authentication, request
from apps.engine.authentication import AUTH_KINDS
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.orders import AuthSpec, EndpointSpec, HeaderSpec, MappingRow
from apps.engine.outbound import OutboundRequest
from apps.engine.values import LeadData, Value

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = "s3cr3t/with+signs=and&more"
NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
SYSTEM = SystemValues("L-1", "DEL-1", 7, Decimal("10"), NOW)
ENDPOINT = EndpointSpec(
    1, "Buyer", "https://buyer.example/in?v=1", mapping=(MappingRow("zip", "field", "zip"),)
)
NAMED = {"header": "X-Key", "query": "key", "basic": "ann", "oauth2": "client"}


def sent(endpoint: EndpointSpec, **secrets: str) -> OutboundRequest:
    lead = LeadData({"zip": Value("78701", "78701")})
    made = request.build(endpoint, Sending(lead, SYSTEM, secrets, now=NOW))
    assert not isinstance(made, Unbuildable), made
    return made


def test_every_menu_entry_is_a_way_of_authentication() -> None:
    assert set(AUTH_KINDS) == set(AuthKind.values)


@pytest.mark.parametrize("kind", sorted(set(AUTH_KINDS) - {"none", "signature"}))
@pytest.mark.parametrize("body_format", ["json", "form", "query"])
def test_no_secret_stands_in_what_is_kept(kind: str, body_format: str) -> None:
    auth = AuthSpec(kind=kind, name=NAMED.get(kind, ""))
    made = sent(replace(ENDPOINT, auth=auth, body_format=body_format), auth=SECRET, token=SECRET)
    plain = sent(replace(ENDPOINT, body_format=body_format))
    assert (made.url, made.headers) != (plain.url, plain.headers)
    assert made.shown is not None
    kept = repr(made.shown)
    for spelling in (SECRET, "s3cr3t", "YW5uOnMzY3IzdC93aXRoK3NpZ25zPWFuZCZtb3Jl"):
        assert spelling not in kept
    assert request.MASK in kept
    assert made.shown.body == made.body
    assert plain.shown is None


def test_a_signature_is_kept_without_its_value() -> None:
    made = sent(replace(ENDPOINT, auth=AuthSpec(kind="signature")), auth=SIGNING)
    assert made.shown is not None
    real, kept = dict(made.headers), dict(made.shown.headers)
    assert kept["webhook-signature"] == request.MASK != real["webhook-signature"]
    assert kept["webhook-id"] == real["webhook-id"] == "DEL-1-7"


@pytest.mark.parametrize("body_format", ["json", "form", "query"])
def test_secrets_of_rows_and_headers_are_masked_where_they_stand(body_format: str) -> None:
    rows = (
        *ENDPOINT.mapping,
        MappingRow("api_key", "constant", secret="mapping:1"),
        MappingRow("wrapped", "constant", secret="mapping:1", encoding="base64"),
        MappingRow("mac", "field", "zip", value_format="hmac_sha256", secret="mapping:1"),
    )
    headers = (HeaderSpec("X-Own", "Token {secret}", "9"), HeaderSpec("X-Plain", "plain"))
    auth = AuthSpec(kind="query", name="key")
    spec = replace(ENDPOINT, mapping=rows, headers=headers, auth=auth, body_format=body_format)
    made = sent(spec, auth=SECRET, **{"mapping:1": "r0w/s3cret", "9": "h3ader"})
    assert made.shown is not None
    kept = f"{made.shown!r} {made.shown.body.decode()}"
    for spelling in ("r0w", "cjB3L3MzY3JldA", "h3ader", "s3cr3t"):
        assert spelling not in kept
    assert "78701" in kept
    assert "plain" in kept
    assert made.shown.url.endswith(f"key={request.MASK}")
    assert "shown" not in repr(made)


def test_placeholders_are_enough_to_show_any_request() -> None:
    for kind in AUTH_KINDS:
        spec = replace(ENDPOINT, auth=AuthSpec(kind=kind, name=NAMED.get(kind, "")))
        spec = replace(spec, headers=(HeaderSpec("X-Own", secret="9"),))
        assert isinstance(sent(spec, **request.placeholders(spec)), OutboundRequest)


@pytest.mark.parametrize(
    ("auth", "told"),
    [
        (AuthSpec(), ""),
        (AuthSpec("odd"), "cannot be"),
        (AuthSpec("header"), "needs a header"),
        (AuthSpec("header", "Content-Length"), "set by the platform"),
        (AuthSpec("header", "X Key"), "no header name"),
        (AuthSpec("header", "X-Key"), ""),
        (AuthSpec("query"), "needs a query key"),
        (AuthSpec("query", "key\n"), "control characters"),
        (AuthSpec("basic", "a:b"), "colon"),
        (AuthSpec("basic", "ann"), ""),
        (AuthSpec("oauth2"), "needs a client id"),
        (AuthSpec("bearer"), ""),
        (AuthSpec("signature"), ""),
    ],
)
def test_what_is_said_of_settings(auth: AuthSpec, told: str) -> None:
    said = list(authentication.problems(auth))
    assert bool(said) is bool(told)
    assert told in " ".join(said)


@pytest.mark.parametrize(
    ("kind", "secret", "told"),
    [
        ("none", "", ""),
        ("bearer", "", "needs a secret"),
        ("bearer", "a\r\nX: 1", "line breaks"),
        ("header", "a\x00", "line breaks"),
        ("basic", "päss:word", ""),
        ("signature", "zu kurz", "Base64"),
        ("signature", SIGNING, ""),
    ],
)
def test_what_is_said_of_secrets(kind: str, secret: str, told: str) -> None:
    said = authentication.secret_problem(AuthSpec(kind, "x"), secret)
    assert bool(said) is bool(told)
    assert told in said
    assert not secret or secret not in said
