"""Posting to the doors as a source would, through the whole of Django."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.factories.worlds import World, lead_body

SUBMIT = "/ca/submit"
DOCUMENTED = ("leadStatus", "reason", "message", "price")


def submit(body: Any, *, content_type: str = "application/json", **headers: str) -> HttpResponse:
    """POST a body: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().generic("POST", SUBMIT, data, content_type=content_type, headers=headers)


def post(world: World, **overrides: Any) -> dict[str, Any]:
    """The answer to a lead of this world that is accepted but for `overrides`; checks what every answer has."""
    response = submit(lead_body(world, **overrides))
    assert response.status_code == 200, response.content
    return documented(response)


def documented(response: HttpResponse) -> dict[str, Any]:
    """The body of an answer, after a look at its documented keys and their types."""
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert tuple(body)[: len(DOCUMENTED)] == DOCUMENTED
    assert isinstance(body["leadStatus"], bool)
    assert isinstance(body["reason"], str)
    assert isinstance(body["message"], str)
    assert isinstance(body["price"], float)
    return body
