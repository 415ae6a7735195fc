"""What is kept of an attempt: the request and the answer under the lead's key, the names of what was sent,
the times.
"""

import base64
import json
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from apps.deliveries.choices import AttemptStatus
from apps.deliveries.journeys import Journey, OpenAttempt
from apps.deliveries.models import Attempt
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse, Timings
from apps.engine.outcome import Reading
from apps.engine.request import idempotency_key_of

KEPT_BODY_BYTES = 64 * 1024
_STAGES = tuple(field.name for field in fields(Timings))
_CLEAN = str.maketrans("", "", "\x00")


def attempt_row(journey: Journey, attempt: OpenAttempt) -> Attempt:
    """The row as it is written before bytes leave."""
    sending = attempt.request
    return Attempt(
        id=attempt.id,
        company_id=journey.company_id,
        delivery_id=journey.id,
        lead_id=journey.lead_id,
        order_id=attempt.order.id,
        order_name=attempt.order.name[:120],
        buyer_id=attempt.order.buyer_id,
        buyer_name=attempt.order.buyer_name[:120],
        endpoint_id=attempt.endpoint.id,
        step=attempt.place,
        retry=attempt.retry,
        idempotency_key=idempotency_key_of(journey.public_id, attempt.order.id),
        url=_without_query(attempt.endpoint.url)[:1000],
        price=attempt.price,
        fields=fields_sent(attempt.endpoint),
        sealed_request=_sealed_request(journey, attempt, sending) if sending else None,
        reservations=attempt.reservations,
        started_at=attempt.started_at,
    )


def answered(
    journey: Journey, attempt: OpenAttempt, response: OutboundResponse, reading: Reading, *, parse_ms: float
) -> dict[str, Any]:
    """The columns of an attempt, whatever its kind, that its answer fills."""
    return {
        "status": AttemptStatus.SETTLED.value,
        "outcome": reading.outcome.value,
        "http_status": response.status,
        "error": response.error.value if response.error else "",
        "error_detail": response.error_detail.translate(_CLEAN)[:300],
        "reason": reading.reason,
        "reference": reading.reference,
        "rule_index": reading.rule_index,
        "timings": timings(attempt.assembly_ms, response, parse_ms),
        "sealed_response": sealed_response(journey, attempt, response),
    }


def open_request(journey_key: Any, attempt: Attempt) -> dict[str, Any] | None:
    """The stored request of an attempt, opened with the lead's data key."""
    return _opened(journey_key, attempt.sealed_request, _aad("request", attempt.id))


def open_response(journey_key: Any, attempt: Attempt) -> dict[str, Any] | None:
    """The stored answer of an attempt, opened with the lead's data key."""
    return _opened(journey_key, attempt.sealed_response, _aad("response", attempt.id))


def sealed_response(journey: Journey, attempt: OpenAttempt, response: OutboundResponse) -> bytes | None:
    """The answer as it is kept: its first 64 KiB, under the lead's key."""
    if response.status is None and not response.body:
        return None
    return journey.lead.key.seal(answer_kept(response), aad=_aad("response", attempt.id))


def timings(assembly_ms: float, response: OutboundResponse, parse_ms: float) -> dict[str, float]:
    """The stages of a call in milliseconds, those not reached left out."""
    stages = {name: getattr(response.timings, name) for name in _STAGES}
    stages |= {"assembly_ms": assembly_ms, "parse_ms": parse_ms}
    return {name: round(value, 3) for name, value in stages.items() if value is not None}


def _sealed_request(journey: Journey, attempt: OpenAttempt, sending: OutboundRequest) -> bytes:
    return journey.lead.key.seal(request_kept(sending), aad=_aad("request", attempt.id))


def request_kept(sending: OutboundRequest) -> bytes:
    """A request as it is kept, masks in place of secrets: JSON, still to be sealed."""
    shown = sending.shown or sending
    kept = {
        "method": shown.method,
        "url": shown.url,
        "headers": [list(header) for header in shown.headers],
        **_body(shown.body),
    }
    return _json(kept)


def answer_kept(response: OutboundResponse) -> bytes:
    """An answer as it is kept, its first 64 KiB: JSON, still to be sealed."""
    kept = {
        "status": response.status,
        "headers": [list(header) for header in response.headers],
        "truncated": response.truncated or len(response.body) > KEPT_BODY_BYTES,
        **_body(response.body[:KEPT_BODY_BYTES]),
    }
    return _json(kept)


def _json(kept: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(kept)
    except UnicodeEncodeError:
        # Half a character: Python's own writes it as an escape.
        return json.dumps(kept).encode()


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def _opened(key: Any, sealed: bytes | memoryview | None, aad: bytes) -> dict[str, Any] | None:
    if sealed is None:
        return None
    opened: dict[str, Any] = json.loads(key.open(bytes(sealed), aad=aad))
    return opened


def _aad(what: str, attempt_id: int) -> bytes:
    return f"attempt:{what}:{attempt_id}".encode()


def _without_query(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


def fields_sent(endpoint: EndpointSpec) -> list[list[str]]:
    """[target, kind, source, format] of every row: which fields go to whom in which form, without values."""
    return [[row.target, row.kind, row.source, row.value_format] for row in endpoint.mapping]
