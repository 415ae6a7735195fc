"""Every file of `exemplars/simple_post` is a body, what is known of campaign and source, and the reply it
gets."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from apps.engine import checks, payload
from apps.engine.campaign import CampaignSpec, FieldSpec, TermsSpec
from apps.engine.flags import read_flag
from apps.engine.index import index
from apps.engine.normalise import normalise
from apps.engine.reply import encode, render_simple, render_simple_fault
from apps.engine.values import Facts, Problem, Switches, Verdict, VerdictOutcome
from tests.engine.builders import TERMS, TODAY, campaign, facts

FILES = sorted((Path(__file__).parents[1] / "exemplars" / "simple_post").glob("*.json"))
SYSTEM = ("compid", "sourceid", "campid", "auth", "test")
BRAND = "Sluice"


def spec_of(case: dict[str, Any]) -> CampaignSpec:
    options = dict(case.get("campaign", {}))
    fields = msgspec.convert(options.pop("fields", []), tuple[FieldSpec, ...])
    plain = msgspec.to_builtins(campaign(*fields))
    return msgspec.convert(plain | options, CampaignSpec)


def facts_of(case: dict[str, Any]) -> Facts:
    options = dict(case.get("facts", {}))
    switches = Switches(**options.pop("switches", {}))
    sets = {
        key: frozenset(options.pop(key)) for key in ("blocked", "duplicates", "full_caps") if key in options
    }
    found = {name: Problem(**problem) for name, problem in options.pop("verifications", {}).items()}
    return facts(switches=switches, verifications=found, **sets, **options)


def answer(case: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The engine's share of a simple post: everything between the bytes and the reply."""
    sent = case["raw"] if "raw" in case else json.dumps(case["body"])
    read = payload.read(sent.encode(), content_type=case.get("content_type", "application/json"))
    if isinstance(read, payload.PayloadFault):
        return render_simple_fault(read.code, BRAND)
    system, fields = payload.take(read.values, SYSTEM)
    spec = spec_of(case)
    terms = msgspec.convert(msgspec.to_builtins(TERMS) | case.get("terms", {}), TermsSpec)
    if payload.spelled_twice(fields, index(spec).by_lower):
        return render_simple_fault("invalid_payload", BRAND)
    test = read_flag(system.get("test"))
    data = normalise(spec, fields, test=bool(test), today=TODAY)
    problems, warnings = checks.split(checks.examine(spec, terms, data, facts_of(case), test=test), test)
    verdict = Verdict(
        VerdictOutcome.REJECTED if problems else VerdictOutcome.ACCEPTED,
        problems,
        price=Decimal(case.get("payout", "0")),
        lead_id="L-1",
        test=bool(test),
        warnings=(*data.warnings, *warnings),
    )
    return render_simple(verdict, BRAND)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exemplar(path: Path) -> None:
    case = json.loads(path.read_text())
    status, body = answer(case)
    assert json.loads(encode(body)) == case["reply"]
    assert status == case.get("status", 200)
    assert list(body)[:4] == ["leadStatus", "reason", "message", "price"]


def test_every_documented_message_has_an_exemplar() -> None:
    shown = {json.loads(path.read_text())["reply"]["message"] for path in FILES}
    assert shown >= {
        "Success Lead = Accepted", "", "Missing first, zip", "Email format", "Phone format", "Zip format", "URL format",
        "Credit score format", "Email verification", "Address verification", "Phone blocked", "Email blocked",
        "Non-US IP", "IP verification", "State targeting", "Zip targeting", "Condition: East only", "Filter: No West",
        "Duplicate email", "Duplicate phone", "Hour cap", "Day cap", "Week cap", "Month cap", "Total cap",
        "Campaign cap", "Campaign schedule", "Campaign period", "Campaign inactive", "Invalid source", "SubID blocked",
        "AffID blocked", "Missing TrustedForm/Jornaya", "TrustedForm format", "Jornaya format", "Test format",
    }  # fmt: skip


def test_the_documented_accepted_replies_letter_by_letter() -> None:
    live = encode(render_simple(Verdict(VerdictOutcome.ACCEPTED), BRAND)[1])
    assert live.startswith(
        b'{"leadStatus": true, "reason": "", "message": "Success Lead = Accepted", "price": 0.00, '
    )
    test = encode(render_simple(Verdict(VerdictOutcome.ACCEPTED, test=True), BRAND)[1])
    assert test.startswith(
        b'{"leadStatus": true, "reason": "Test lead accepted. Update test=false once approved.", "message": "", '
        b'"price": 0.00, "testLead": true, '
    )
    problem = Problem("duplicate_email", "email")
    rejected = encode(render_simple(Verdict(VerdictOutcome.REJECTED, (problem,)), BRAND)[1])
    assert rejected.startswith(
        b'{"leadStatus": false, "reason": "Sluice Reject", "message": "Duplicate email", "price": 0.00, '
    )


@pytest.mark.parametrize(
    ("price", "written"),
    [("0", b"0.00"), ("12.5", b"12.50"), ("1234567.89", b"1234567.89"), ("0.1", b"0.10")],
)
def test_the_price_has_two_decimals(price: str, written: bytes) -> None:
    body = render_simple(Verdict(VerdictOutcome.ACCEPTED, price=Decimal(price)), BRAND)[1]
    assert b'"price": ' + written + b"," in encode(body)


def test_texts_cannot_pass_for_the_price() -> None:
    problem = Problem("condition", None, {"name": '"price": 9, "\\u0000price\\u0000"'})
    body = render_simple(Verdict(VerdictOutcome.REJECTED, (problem,)), BRAND)[1]
    assert json.loads(encode(body)) == body


@pytest.mark.parametrize(
    ("code", "status", "message", "retryable"),
    [
        ("invalid_payload", 400, "Invalid payload", False),
        ("method_not_allowed", 405, "Method not allowed", False),
        ("idempotency_conflict", 409, "Idempotency conflict", False),
        ("payload_too_large", 413, "Payload too large", False),
        ("unsupported_content_type", 415, "Unsupported content type", False),
        ("rate_limited", 429, "Rate limited", True),
        ("server_error", 500, "Server error", True),
        ("unavailable", 503, "Temporarily unavailable", True),
    ],
)
def test_faults_have_the_shape_of_every_reply(code: str, status: int, message: str, retryable: bool) -> None:
    found_status, body = render_simple_fault(code, BRAND)
    assert found_status == status
    assert (body["leadStatus"], body["reason"], body["message"], body["price"]) == (
        False,
        "Sluice Reject",
        message,
        0,
    )
    assert body["retryable"] is retryable
    assert set(body) == set(render_simple(Verdict(VerdictOutcome.ACCEPTED), BRAND)[1])
    assert "request_id" not in body
    assert render_simple_fault(code, BRAND, request_id="r-1")[1]["request_id"] == "r-1"


def test_a_lead_whose_buyers_have_not_answered_is_pending() -> None:
    verdict = Verdict(VerdictOutcome.PENDING, lead_id="L-1", status_url="https://x.test/s")
    status, body = render_simple(verdict, BRAND)
    assert (status, body["leadStatus"], body["price"], body["status_url"]) == (
        202,
        True,
        0.0,
        "https://x.test/s",
    )
    assert render_simple(Verdict(VerdictOutcome.HELD), BRAND)[0] == 202


def test_only_test_leads_hear_of_everything() -> None:
    problems = (Problem("email_format", "email"), Problem("state_targeting", "state"))
    live = render_simple(Verdict(VerdictOutcome.REJECTED, problems, warnings=problems), BRAND)[1]
    assert (len(live["errors"]), live["warnings"]) == (1, [])
    test = render_simple(Verdict(VerdictOutcome.REJECTED, problems, warnings=problems, test=True), BRAND)[1]
    assert (len(test["errors"]), len(test["warnings"])) == (2, 2)
