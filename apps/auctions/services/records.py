"""What is kept of an auction: the ping, everybody who was asked with what went to them, and what each answered."""

import base64
import json
from typing import Any

from apps.auctions.choices import BidStatus
from apps.auctions.offered import Asked, Offered
from apps.core.crypto import DataKey
from apps.deliveries.services.attempt.records import answer_kept, fields_sent, request_kept, timings
from apps.engine.outbound import OutboundResponse
from apps.engine.pinging import Answered

_CLEAN = str.maketrans("", "", "\x00")
_UNANSWERED: dict[str, Any] = {
    "status": BidStatus.LATE,
    "exclusive": None,
    "shared": None,
    "reason": "late",
    "reference": "",
    "http_status": None,
    "error": "",
    "error_detail": "",
    "rule_index": None,
    "timings": {},
    "sealed_response": None,
    "expires_at": None,
}


def bid_columns(offered: Offered, asked: Asked) -> dict[str, Any]:
    """All columns of one buyer's row, once the auction is closed."""
    assert asked.answered is not None
    answer = _UNANSWERED if asked.response is None else answer_columns(asked, asked.response, asked.answered)
    return {
        "id": asked.id,
        "company_id": offered.company_id,
        "ping_id": offered.id,
        "order_id": asked.order.id,
        "order_name": asked.order.name[:120],
        "buyer_id": asked.order.buyer_id,
        "buyer_name": asked.order.buyer_name[:120],
        "endpoint_id": asked.endpoint.id,
        "fields": fields_sent(asked.endpoint),
        "sealed_request": offered.key.seal(request_kept(asked.request), aad=aad("request", asked.id)),
        "started_at": asked.started_at,
        **answer,
    }


def answer_columns(asked: Asked, response: OutboundResponse, answered: Answered) -> dict[str, Any]:
    """The columns of a bid that its answer fills."""
    reading = answered.reading
    return {
        "status": answered.status,
        "exclusive": answered.exclusive,
        "shared": answered.shared,
        "reason": reading.reason,
        "reference": reading.reference or reading.promise[:200],
        "http_status": response.status,
        "error": response.error.value if response.error else "",
        "error_detail": response.error_detail.translate(_CLEAN)[:300],
        "rule_index": reading.rule_index,
        "timings": timings(asked.assembly_ms, response, 0.0),
        "sealed_response": _sealed(asked, response),
        "expires_at": answered.expires_at,
    }


def _sealed(asked: Asked, response: OutboundResponse) -> bytes | None:
    if response.status is None and not response.body:
        return None
    return asked.key.seal(answer_kept(response), aad=aad("response", asked.id))


def opened(key: DataKey, sealed: bytes | memoryview | None, what: str, bid_id: int) -> dict[str, Any] | None:
    """The kept request or response (`what`) of a bid, opened with the key of its ping or its lead."""
    if sealed is None:
        return None
    kept: dict[str, Any] = json.loads(key.open(bytes(sealed), aad=aad(what, bid_id)))
    return kept


def answer_of(kept: dict[str, Any]) -> OutboundResponse:
    """A kept answer as it came."""
    body = base64.b64decode(kept["body_base64"]) if "body_base64" in kept else kept["body"].encode()
    return OutboundResponse(kept["status"], tuple((name, value) for name, value in kept["headers"]), body)


def aad(what: str, bid_id: int) -> bytes:
    """What binds a sealed request or response to its bid."""
    return f"bid:{what}:{bid_id}".encode()
