import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import asked_again, oauth
from apps.engine.oauth import Granted, Refused, Standing
from apps.engine.orders import AuthSpec, EndpointSpec
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome
from apps.engine.waterfall import Result

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AUTH = AuthSpec("oauth2", "client one", "https://buyer.example/token", "leads:write a", "https://api")
HOUR = timedelta(hours=1)


def test_basic_form_encodes_id_and_secret_before_joining() -> None:
    request = oauth.token_request(AUTH, "p:ä &")
    headers = dict(request.headers)
    pair = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "client+one:p%3A%C3%A4+%26"
    assert request.body == b"grant_type=client_credentials&scope=leads%3Awrite+a&audience=https%3A%2F%2Fapi"
    assert (request.method, request.url) == ("POST", AUTH.token_url)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_in_the_body_there_is_no_header() -> None:
    request = oauth.token_request(AuthSpec("oauth2", "c", "https://t", client_auth="body"), "s&")
    assert "Authorization" not in dict(request.headers)
    assert request.body == b"grant_type=client_credentials&client_id=c&client_secret=s%26"


def told(body: object, status: int = 200) -> Granted | Refused:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return oauth.read_token(OutboundResponse(status=status, body=raw, sent=True))


@pytest.mark.parametrize(
    ("expires_in", "life_s"),
    [(3600, 3600), ("3600", 3600), (59.5, 59.5), (None, 300), (0, 300), (-5, 300), ("soon", 300), (True, 300),
     ([], 300), (10**400, 300), (float("nan"), 300), (10**9, 30 * 86_400)],
)  # fmt: skip
def test_lives_as_they_are_told(expires_in: object, life_s: float) -> None:
    body = json.dumps({"access_token": "t", "token_type": "Bearer", "expires_in": expires_in}).encode()
    assert told(body) == Granted("t", life_s)


def test_the_life_may_be_missing_and_a_bom_there() -> None:
    assert told(b'\xef\xbb\xbf{"access_token": "t"}') == Granted("t", 300)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [({"error": "invalid_client", "error_description": "secret s3cret"}, 401, "invalid_client"),
     ({"error": "Bad client s3cret!"}, 400, "http_400"), (b"<html>", 503, "http_503"), (b"[]", 200, "no_token"),
     ({"access_token": ""}, 200, "no_token"), ({"access_token": 5}, 200, "no_token"),
     ({"error": "temporarily_unavailable"}, 200, "temporarily_unavailable"),
     ({"access_token": "a\r\nX: y"}, 200, "unusable_token"), ({"access_token": "ä"}, 200, "unusable_token"),
     ({"access_token": "a b"}, 200, "unusable_token"), ({"access_token": "x" * 9000}, 200, "unusable_token"),
     ({"access_token": "t", "token_type": "mac"}, 200, "token_type"), (b"{" * 100_000, 200, "no_token")],
)  # fmt: skip
def test_what_is_no_token_is_told_by_a_code(body: object, status: int, reason: str) -> None:
    assert told(body, status) == Refused(reason)


def test_no_answer_is_told_by_its_error() -> None:
    assert oauth.read_token(OutboundResponse(error=TransportError.TIMEOUT)) == Refused("timeout")


@given(st.binary(max_size=200), st.integers(100, 599))
def test_any_answer_is_read(body: bytes, status: int) -> None:
    assert isinstance(told(body, status), Granted | Refused)


def standing(left: timedelta, life: timedelta = HOUR, **more: object) -> Standing:
    return Standing("t", NOW + left - life, NOW + left, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "usable", "fresh"),
    [(HOUR / 2, True, True), (HOUR / 10 + timedelta(seconds=1), True, True), (HOUR / 10, True, False),
     (timedelta(seconds=3), True, False), (timedelta(seconds=2), False, False), (-HOUR, False, False)],
)  # fmt: skip
def test_fresh_until_a_tenth_is_left_usable_until_the_end(left: timedelta, usable: bool, fresh: bool) -> None:
    one = standing(left)
    assert (oauth.is_usable(one, NOW), oauth.is_fresh(one, NOW)) == (usable, fresh)
    assert oauth.is_due(one, NOW) is not fresh


def test_while_somebody_fetches_nobody_else_does_and_a_dead_fetcher_is_replaced() -> None:
    one = replace(oauth.NONE_YET, refreshing_until=NOW + timedelta(seconds=5))
    assert not oauth.is_due(one, NOW)
    assert not oauth.is_failing(one, NOW)
    assert oauth.is_due(one, NOW + timedelta(seconds=5))


@pytest.mark.parametrize(("failures", "rest_s"), [(1, 2), (2, 4), (5, 32), (6, 60), (99, 60)])
def test_a_failing_server_is_left_alone_for_longer_and_longer(failures: int, rest_s: int) -> None:
    one = Standing(failures=failures, failed_at=NOW)
    assert oauth.is_failing(one, NOW)
    assert oauth.rests_until(one) == NOW + timedelta(seconds=rest_s)
    assert oauth.is_due(one, NOW + timedelta(seconds=rest_s))


def test_a_token_that_still_holds_is_sent_though_the_server_fails() -> None:
    one = standing(timedelta(seconds=60), failures=3, failed_at=NOW)
    assert oauth.is_usable(one, NOW)
    assert not oauth.is_failing(one, NOW)


ENDPOINT = EndpointSpec(1, "e", "https://buyer.example/", auth=AUTH, retries=0)
DENIED = OutboundResponse(status=401, sent=True)


def test_the_first_401_is_a_refused_token_the_second_is_an_answer() -> None:
    assert oauth.is_refused(ENDPOINT, DENIED, 1, [])
    history = [Result(1, Outcome.RETRYABLE, NOW, oauth.TOKEN_REFUSED)]
    assert not oauth.is_refused(ENDPOINT, DENIED, 1, history)
    assert oauth.is_refused(ENDPOINT, DENIED, 2, history)
    assert not oauth.is_refused(ENDPOINT, OutboundResponse(status=403, sent=True), 1, [])
    assert not oauth.is_refused(replace(ENDPOINT, auth=AuthSpec("bearer")), DENIED, 1, [])


def test_a_refused_token_is_asked_again_at_once_and_costs_no_retry() -> None:
    refused = Result(1, Outcome.RETRYABLE, NOW, oauth.TOKEN_REFUSED)
    assert asked_again.retry_at([refused], ENDPOINT, NOW, jitter=0.5) == NOW
    one_retry = replace(ENDPOINT, retries=1)
    failed = Result(1, Outcome.RETRYABLE, NOW, "http_503")
    assert asked_again.retry_at([refused, failed], one_retry, NOW, jitter=0.5) == NOW + timedelta(seconds=2)
    assert asked_again.retry_at([refused, failed, failed], one_retry, NOW, jitter=0.5) is None
