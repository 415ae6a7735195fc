"""What the exchange answers: documented keys on every path, money with two decimals, codes and statuses of 02 §4."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.downstream import failure
from apps.engine.outbound import TransportError
from apps.engine.reasons import REASONS
from apps.engine.reply import PING, POST, encode, render_exchange_fault, render_ping, render_post
from apps.engine.values import Problem, Verdict, VerdictOutcome

REFUSED = VerdictOutcome.REJECTED
PARAMS = {"fields": "zip", "label": "Roof", "name": "Owners", "period": "Day", "expected": "zip"}
DOCUMENTED: dict[str, dict[str, type]] = {
    PING: {"status": str, "reason": str, "bid": float, "ping_id": str},
    POST: {"status": str, "reason": str, "lead_id": str, "delivery_id": str},
}


def bytes_of(rendered: tuple[int, dict[str, Any]]) -> str:
    return encode(rendered[1]).decode()


def test_an_accepted_ping() -> None:
    verdict = Verdict(VerdictOutcome.ACCEPTED, price=Decimal("5.9"))
    until = datetime(2026, 11, 24, 18, 2, 0, 999, UTC)
    status, body = render_ping(verdict, ping_id="PING-1", expires_at=until)
    assert status == 200
    assert encode(body).startswith(
        b'{"status": "accepted", "reason": "", "bid": 5.90, "ping_id": "PING-1", '
        b'"expires_at": "2026-11-24T18:02:00+00:00"'
    )
    assert "test" not in body


def test_a_refused_ping_has_the_same_keys_and_gives_nothing() -> None:
    refused = Verdict(REFUSED, (Problem("below_minimum_bid"),), price=Decimal(9))
    _, body = render_ping(refused, ping_id="PING-1", expires_at=datetime.now(UTC))
    accepted = render_ping(Verdict(VerdictOutcome.ACCEPTED), ping_id="PING-2")[1]
    assert list(body) == list(accepted)
    told = (body["status"], body["reason"], body["bid"], body["ping_id"], body["expires_at"])
    assert told == ("rejected", "below_minimum_bid", 0.0, "", None)


def test_a_delivered_post() -> None:
    verdict = Verdict(VerdictOutcome.ACCEPTED, lead_id="L-1", warnings=(Problem("ping_mismatch", "zip"),))
    status, body = render_post(verdict, delivery_id="DEL-1")
    told = (status, body["status"], body["reason"], body["lead_id"], body["delivery_id"])
    assert told == (200, "delivered", "", "L-1", "DEL-1")
    assert body["warnings"] == [
        {"code": "ping_mismatch", "field": "zip", "message": "Value differs from the ping"}
    ]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("buyer_rejected", "rejected"),
        ("no_eligible_buyer", "rejected"),
        ("ping_id_already_consumed", "rejected"),
        ("buyer_delivery_failed", "failed"),
        ("downstream_timeout", "failed"),
        ("downstream_invalid_response", "failed"),
    ],
)
def test_a_post_that_is_not_delivered(code: str, status: str) -> None:
    body = render_post(Verdict(REFUSED, (Problem(code),), lead_id="L-1"), delivery_id="DEL-1")[1]
    assert (body["status"], body["reason"], body["lead_id"]) == (status, code, "L-1")
    assert body["delivery_id"] == ""


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("test", [False, True])
def test_every_reason_keeps_keys_and_types(code: str, test: bool) -> None:
    verdict = Verdict(REFUSED, (Problem(code, None, PARAMS),), test=test)
    for call, (status, body) in {PING: render_ping(verdict), POST: render_post(verdict)}.items():
        assert {key: type(body[key]) for key in DOCUMENTED[call]} == DOCUMENTED[call]
        assert (status, body["reason"]) == (200, REASONS[code].exchange)
        assert body.get("test", False) is test
        assert len(body["errors"]) == 1


def test_names_of_rules_stand_in_the_first_error() -> None:
    body = render_post(Verdict(REFUSED, (Problem("filter", None, {"name": "No renters"}),)))[1]
    assert body["errors"][0]["message"] == "Filter: No renters"


def test_a_live_lead_is_told_what_decided_a_test_all_of_it() -> None:
    problems = (
        Problem("missing_field", "zip", {"fields": "zip"}),
        Problem("email_format", "email"),
        Problem("state_targeting", "state"),
        Problem("test_format", "test"),
    )
    live, test = (render_post(Verdict(REFUSED, problems, test=test))[1]["errors"] for test in (False, True))
    assert [item["field"] for item in live] == ["zip", "email", "Test_Mode"]
    assert [item["field"] for item in test] == ["zip", "email", "state", "Test_Mode"]
    decided = render_post(Verdict(REFUSED, problems[::-1][1:]))[1]
    assert [item["field"] for item in decided["errors"]] == ["state"]


@pytest.mark.parametrize(
    ("code", "status", "name"),
    [
        ("missing_credentials", 401, "missing_credentials"),
        ("invalid_key", 401, "invalid_key"),
        ("credential_disabled", 403, "credential_disabled"),
        ("not_found", 404, "not_found"),
        ("method_not_allowed", 405, "method_not_allowed"),
        ("idempotency_conflict", 409, "idempotency_conflict"),
        ("payload_too_large", 413, "payload_too_large"),
        ("unsupported_content_type", 415, "unsupported_content_type"),
        ("invalid_payload", 422, "invalid_payload_shape"),
        ("rate_limited", 429, "rate_limited"),
        ("server_error", 500, "server_error"),
        ("unavailable", 503, "service_unavailable"),
    ],
)
@pytest.mark.parametrize("call", [PING, POST])
def test_faults(code: str, status: int, name: str, call: str) -> None:
    found, body = render_exchange_fault(code, call, request_id="R-1")
    assert (found, body["status"], body["reason"], body["request_id"]) == (status, name, name, "R-1")
    assert {key: type(body[key]) for key in DOCUMENTED[call]} == DOCUMENTED[call]
    assert body["retryable"] is (status in (429, 500, 503))


@given(st.decimals(min_value=0, max_value=10**8, places=2), st.text())
def test_money_has_two_decimals_and_texts_stay_what_they_are(amount: Decimal, text: str) -> None:
    encoded = encode({"price": float(amount), "text": text, "bid": float(amount)})
    assert json.loads(encoded, parse_float=Decimal) == {"price": amount, "text": text, "bid": amount}
    assert encoded.endswith(f'"bid": {amount:.2f}}}'.encode())


@pytest.mark.parametrize(
    ("outcome", "error", "code"),
    [
        ("", "", "downstream_timeout"),
        ("unknown", TransportError.TIMEOUT, "downstream_timeout"),
        ("unknown", TransportError.INTERRUPTED, "downstream_timeout"),
        ("unknown", TransportError.PROTOCOL_ERROR, "downstream_invalid_response"),
        ("unknown", "", "downstream_invalid_response"),
        ("retryable", "", "buyer_delivery_failed"),
        ("failed", "", "buyer_delivery_failed"),
        ("retryable", TransportError.CONNECT_ERROR, "buyer_delivery_failed"),
        ("retryable", TransportError.DNS_ERROR, "buyer_delivery_failed"),
        ("failed", TransportError.TLS_ERROR, "buyer_delivery_failed"),
        ("failed", TransportError.UNBUILDABLE, "buyer_delivery_failed"),
    ],
)
def test_why_a_delivery_failed(outcome: str, error: str, code: str) -> None:
    assert failure(outcome=outcome, error=error) == code
