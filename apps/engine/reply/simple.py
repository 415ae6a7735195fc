"""What the simple post answers. The keys are the same on every path; documented ones come first, of one type always."""

from collections.abc import Iterable
from typing import Any

from apps.engine.reasons import REASONS, first_message, message
from apps.engine.reply.items import item, resend_later
from apps.engine.values import Problem, Verdict, VerdictOutcome

ACCEPTED = "Success Lead = Accepted"
TEST_ACCEPTED = "Test lead accepted. Update test=false once approved."
PENDING = "Lead received. Its result follows at status_url."
HELD = "Lead held until field mapping is complete."
_STATUS_OF_FAULT = {
    "invalid_payload": 400,
    "not_found": 404,
    "method_not_allowed": 405,
    "idempotency_conflict": 409,
    "payload_too_large": 413,
    "unsupported_content_type": 415,
    "rate_limited": 429,
    "server_error": 500,
    "unavailable": 503,
}


def render_simple(verdict: Verdict, brand: str) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of a verdict.

    `price` is a number; `errors` holds every problem of a test lead and the one shown of a live lead;
    `retryable` tells whether the same lead may be sent again later. `brand` is the platform's name.
    """
    body = _body(verdict, brand)
    if verdict.test:
        body["testLead"] = True
    shown = verdict.problems if verdict.test else _shown(verdict.problems)
    body |= {
        "lead_id": verdict.lead_id,
        "retryable": resend_later(verdict.problems),
        "errors": [item(problem) for problem in shown],
        "warnings": [item(problem) for problem in verdict.warnings] if verdict.test else [],
    }
    if verdict.status_url is not None:
        body["status_url"] = verdict.status_url
    waits = verdict.outcome in (VerdictOutcome.HELD, VerdictOutcome.PENDING)
    return (202 if waits else 200), body


def _body(verdict: Verdict, brand: str) -> dict[str, Any]:
    """The four documented keys."""
    price = float(verdict.price)
    if verdict.outcome == VerdictOutcome.REJECTED:
        return _documented(False, f"{brand} Reject", first_message(verdict.problems), 0.0)
    if verdict.outcome == VerdictOutcome.HELD:
        return _documented(False, "Held", HELD, 0.0)
    if verdict.outcome == VerdictOutcome.PENDING:
        return _documented(True, "Pending", PENDING, 0.0)
    if verdict.test:
        return _documented(True, TEST_ACCEPTED, "", 0.0)
    return _documented(True, "", ACCEPTED, price)


def render_simple_fault(
    code: str, brand: str, *, request_id: str | None = None
) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of a fault of the request itself, or of ours; `code` is a key of
    `reasons.REASONS`."""
    body = _documented(False, f"{brand} Reject", message(Problem(code)), 0.0)
    body |= {
        "lead_id": None,
        "retryable": REASONS[code].resend == "later",
        "errors": [item(Problem(code))],
        "warnings": [],
    }
    if request_id is not None:
        body["request_id"] = request_id
    return _STATUS_OF_FAULT[code], body


def _documented(status: bool, reason: str, text: str, price: float) -> dict[str, Any]:
    return {"leadStatus": status, "reason": reason, "message": text, "price": round(price, 2)}


def _shown(problems: tuple[Problem, ...]) -> Iterable[Problem]:
    if problems and problems[0].code == "missing_field":
        return [problem for problem in problems if problem.code == "missing_field"]
    return problems[:1]
