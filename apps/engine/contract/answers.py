"""What comes back, as JSON Schema. Reasons and statuses are closed lists, so that a client can be made for them."""

from collections.abc import Iterable

from apps.engine import describe
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.contract.bodies import PING, PRECHECK, SUBMIT
from apps.engine.contract.replies import OF_THE_KEY
from apps.engine.contract.value_schemas import Schema, texts
from apps.engine.reasons import REASONS, REQUEST
from apps.engine.reply import ACCEPTED, PENDING, TEST_ACCEPTED

_TEXT: Schema = {"type": "string"}
_YES: Schema = {"type": "boolean"}
_STATUSES = {
    PING: ("accepted", "rejected"),
    PRECHECK: ("open", "duplicate", "suppressed", "rejected"),
}
_POST_STATUSES = ("delivered", "rejected", "failed")
ITEM: Schema = {
    "type": "object",
    "description": "One problem, or one thing worth knowing.",
    "properties": {
        "code": texts(list(REASONS)),
        "field": {
            "type": ["string", "null"],
            "description": "The posting name it is about, if it is about one.",
        },
        "message": _TEXT,
    },
    "required": ["code", "field", "message"],
}
_ITEMS: Schema = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
_COMMON: Schema = {
    "retryable": _YES | {"description": "Whether the same request may be sent again later."},
    "errors": _ITEMS,
    "warnings": _ITEMS
    | {"description": "What did not stop it; of a test, what would have stopped a live lead."},
}
_REQUEST_ID: Schema = _TEXT | {"description": "Of this request, to ask about. With faults only."}


def answer_schema(call: str, spec: CampaignSpec, terms: TermsSpec, brand: str) -> Schema:
    """The schema of every answer that a call can give, faults included."""
    return _simple(spec, terms, brand) if call == SUBMIT else _exchange(call, spec, terms)


def _simple(spec: CampaignSpec, terms: TermsSpec, brand: str) -> Schema:
    possible = [reason.text for reason in describe.possible_reasons(spec, terms)]
    own: Schema = {
        "leadStatus": _YES | {"description": "Whether the lead was taken."},
        "reason": _TEXT | {"examples": ["", TEST_ACCEPTED, f"{brand} Reject"]},
        "message": _TEXT | {"description": "Why a lead was not taken.", "examples": [ACCEPTED, *possible]},
        "price": {"type": "number", "minimum": 0, "description": f"What you earn, in {spec.currency}."},
        "lead_id": {"type": ["string", "null"]},
    }
    if spec.answer_mode == "buyer":
        waiting = f"Where the result will be, with “{PENDING}”."
        own |= {"status_url": {"type": "string", "format": "uri", "description": waiting}}
    test = _YES | {"description": "true in answers to test leads."}
    return _object(own, ("leadStatus", "reason", "message", "price", "lead_id"), {"testLead": test})


def _exchange(call: str, spec: CampaignSpec, terms: TermsSpec) -> Schema:
    faults = [REASONS[code].exchange for code in (*_request_codes(), *OF_THE_KEY)]
    reasons = [reason.name for reason in describe.exchange_reasons(spec, terms)]
    own: Schema = {
        "status": texts([*_STATUSES.get(call, _POST_STATUSES), *faults]),
        "reason": texts(["", *reasons, *faults]),
    }
    if call == PING:
        own |= {
            "bid": {
                "type": "number",
                "minimum": 0,
                "description": f"What the lead would earn you, in {spec.currency}.",
            },
            "ping_id": _TEXT | {"description": "To post the lead with. Empty unless accepted."},
        }
    elif call != PRECHECK:
        own |= {"lead_id": _TEXT, "delivery_id": _TEXT}
    more: Schema = {"test": _YES | {"description": "true in answers to tests."}}
    if call == PING:
        more |= {"expires_at": {"type": ["string", "null"], "format": "date-time"}}
    return _object(own, tuple(own), more)


def _object(own: Schema, always: tuple[str, ...], sometimes: Schema) -> Schema:
    properties = {**own, **_COMMON, **sometimes, "request_id": _REQUEST_ID}
    return {"type": "object", "properties": properties, "required": [*always, *_COMMON]}


def _request_codes() -> Iterable[str]:
    return (code for code, reason in REASONS.items() if reason.group == REQUEST)
