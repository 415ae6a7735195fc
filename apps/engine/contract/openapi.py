"""The contract as an OpenAPI 3.1 document: one operation for each call of these very terms."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from apps.engine.contract.answers import ITEM, answer_schema
from apps.engine.contract.bodies import DIALECT, PRECHECK, SUBMIT
from apps.engine.contract.calls import Call, Contract, Reply
from apps.engine.contract.replies import faults

_WAITS = (429, 503)
_RETRY_AFTER = {"schema": {"type": "integer", "minimum": 0}, "description": "Seconds to wait."}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own id of the lead. The same key within 24 hours brings the first answer back.",
    "schema": {"type": "string", "minLength": 1},
}
_STATUS_PATH = "/ca/status/{token}"


def openapi(contract: Contract) -> dict[str, Any]:
    """The document, ready to be written as JSON."""
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": _info(contract),
        "servers": [{"url": contract.url}],
        "security": [{}, {"bearer": []}] if not contract.is_exchange else [{}],
        "paths": dict(_paths(contract)),
        "components": {
            "schemas": dict(_schemas(contract)),
            **({} if contract.is_exchange else {"securitySchemes": {"bearer": _BEARER}}),
        },
    }


_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "Your key, where it is not in the body as auth.",
}


def _info(contract: Contract) -> dict[str, Any]:
    spec = contract.spec
    said = f"What {contract.terms.source_name} sends to {spec.company_name}, and what comes back."
    contact = {"name": spec.company_name} | ({"email": contract.contact} if contract.contact else {})
    return {
        "title": contract.title,
        "version": str(spec.version),
        "description": " ".join(filter(None, (said, spec.description))),
        "contact": contact,
    }


def _paths(contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    for call in contract.calls:
        yield call.path, {"post": _operation(contract, call)}
    if contract.spec.answer_mode == "buyer" and not contract.is_exchange:
        yield _STATUS_PATH, {"get": _status(contract)}


def _operation(contract: Contract, call: Call) -> dict[str, Any]:
    name = _name(call)
    media = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    given = {_slug(case.title): {"summary": case.title, "value": dict(case.body)} for case in call.good}
    return {
        "operationId": call.key,
        "summary": call.title,
        "description": f"{call.words} Wait {call.timeout_s} seconds for the answer.",
        "parameters": [] if call.key == PRECHECK else [_IDEMPOTENCY],
        "requestBody": {"required": True, "content": {"application/json": media | {"examples": given}}},
        "responses": {str(status): body for status, body in _responses(contract, call)},
    }


def _status(contract: Contract) -> dict[str, Any]:
    call = contract.calls[0]
    token = {"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "operationId": "status",
        "summary": "How a lead ended",
        "description": "The address is in status_url of the answer that was given while buyers were still asked.",
        "security": [{}],
        "parameters": [token],
        "responses": {str(status): body for status, body in _responses(contract, call)}
        | {"404": _response("Unknown, or too long ago.", call, [])},
    }


def _responses(contract: Contract, call: Call) -> Iterator[tuple[int, dict[str, Any]]]:
    answered: dict[int, list[Reply]] = {}
    for reply in call.replies:
        answered.setdefault(reply.http, []).append(reply)
    for status, replies in answered.items():
        yield status, _response("The answer; a refusal is one, too.", call, replies)
    for status, group in groupby(faults(contract, call.key), key=lambda fault: fault.http):
        found = list(group)
        words = " ".join(f"{fault.meaning} {fault.action}" for fault in found)
        response = _response(words, call, [Reply(fault.name, status, fault.body) for fault in found])
        yield status, response | ({"headers": {"Retry-After": _RETRY_AFTER}} if status in _WAITS else {})


def _response(words: str, call: Call, replies: list[Reply]) -> dict[str, Any]:
    shown = {_slug(reply.title): {"summary": reply.title, "value": dict(reply.body)} for reply in replies}
    media: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{_name(call)}Answer"}}
    return {
        "description": words,
        "content": {"application/json": media | ({"examples": shown} if shown else {})},
    }


def _schemas(contract: Contract) -> Iterator[tuple[str, Any]]:
    for call in contract.calls:
        yield _name(call), contract.schema(call.key)
        yield f"{_name(call)}Answer", answer_schema(call.key, contract.spec, contract.terms, contract.brand)
    yield "Item", ITEM


def _name(call: Call) -> str:
    return "Lead" if call.key == SUBMIT else "".join(part.title() for part in call.key.split("_"))


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "example"
