"""What the exchange answers (`/ping`, `/post`, `/direct_post`, `/precheck`). The keys of a call are the same on every
path: `status`, `reason` and what the call gives; they never change type and are empty (`""`, 0.00) where there is
nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from apps.engine.reasons import REASONS
from apps.engine.reply.items import item, resend_later
from apps.engine.values import Problem, Verdict, VerdictOutcome

PING, POST, PRECHECK = "ping", "post", "precheck"
FAILURES = frozenset({"buyer_delivery_failed", "downstream_timeout", "downstream_invalid_response"})
"""Reasons of `failed`: the buyer could not be delivered to. All others are decisions, `rejected`."""
_STATUS_OF_FAULT = {
    "missing_credentials": 401,
    "invalid_key": 401,
    "credential_disabled": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "idempotency_conflict": 409,
    "payload_too_large": 413,
    "unsupported_content_type": 415,
    "invalid_payload": 422,
    "rate_limited": 429,
    "server_error": 500,
    "unavailable": 503,
}
_GIVES: dict[str, dict[str, Any]] = {
    PING: {"bid": 0.0, "ping_id": ""},
    POST: {"lead_id": "", "delivery_id": ""},
    PRECHECK: {},
}
_REASON_OF_STANDING = {"open": "", "duplicate": "duplicate_lead", "suppressed": "blocked_value"}
_SCHEMA = "schema_validation_failed"


def render_ping(
    verdict: Verdict, *, ping_id: str = "", expires_at: datetime | None = None
) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of a ping. `verdict.price` is the bid: what the source earns, money.

    `ping_id` and `expires_at` are told of an accepted ping only.
    """
    if verdict.outcome != VerdictOutcome.ACCEPTED:
        return 200, _body(verdict, _status_of(verdict.problems), PING, {"expires_at": None})
    given = {
        "bid": round(float(verdict.price), 2),
        "ping_id": ping_id,
        "expires_at": expires_at.isoformat(timespec="seconds") if expires_at else None,
    }
    return 200, _body(verdict, "accepted", PING, given)


def render_post(verdict: Verdict, *, delivery_id: str = "") -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of a post. `delivery_id` (`DEL-…`) is told of a delivered lead only."""
    delivered = verdict.outcome == VerdictOutcome.ACCEPTED
    given = {"lead_id": verdict.lead_id or "", "delivery_id": delivery_id if delivered else ""}
    status = "delivered" if delivered else _status_of(verdict.problems)
    return 200, _body(verdict, status, POST, given)


def render_precheck(verdict: Verdict, standing: str) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of a pre-check: how the person stands (open, duplicate or suppressed).

    Which of the values it was is not told. A verdict that rejects the call itself says nothing of the person.
    """
    if verdict.outcome != VerdictOutcome.ACCEPTED:
        return 200, _body(verdict, "rejected", PRECHECK, {})
    return 200, _body(verdict, standing, PRECHECK, {"reason": _REASON_OF_STANDING[standing]})


def render_exchange_fault(
    code: str, call: str, *, request_id: str | None = None
) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of a fault of the request itself, or of ours, at a call (one of the three)."""
    name = REASONS[code].exchange
    body = {"status": name, "reason": name, **_GIVES[call]}
    body |= {"retryable": REASONS[code].resend == "later", "errors": [item(Problem(code))], "warnings": []}
    if request_id is not None:
        body["request_id"] = request_id
    return _STATUS_OF_FAULT[code], body


def _body(verdict: Verdict, status: str, call: str, given: dict[str, Any]) -> dict[str, Any]:
    problems = verdict.problems
    body = {"status": status, "reason": _reason_of(problems), **_GIVES[call], **given}
    if verdict.test:
        body["test"] = True
    return body | {
        "retryable": resend_later(problems),
        "errors": [_item(problem) for problem in (problems if verdict.test else _shown(problems))],
        "warnings": [_item(problem) for problem in verdict.warnings],
    }


def _reason_of(problems: Sequence[Problem]) -> str:
    return REASONS[problems[0].code].exchange if problems else ""


def _status_of(problems: Sequence[Problem]) -> str:
    return "failed" if _reason_of(problems) in FAILURES else "rejected"


def _shown(problems: Sequence[Problem]) -> Sequence[Problem]:
    """The problem that decided; where it is the schema, all that is wrong with it."""
    if _reason_of(problems) == _SCHEMA:
        return [problem for problem in problems if REASONS[problem.code].exchange == _SCHEMA]
    return problems[:1]


def _item(problem: Problem) -> dict[str, Any]:
    """The test flag is spelled another way here than in the checks."""
    return item(replace(problem, field="Test_Mode") if problem.code == "test_format" else problem)
