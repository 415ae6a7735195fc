"""Calling the exchange as a source would, through the whole of Django."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from apps.auctions.models import Bid
from apps.deliveries.models import Attempt
from tests.auctions.market import AuctionMarket
from tests.factories.worlds import World, lead_values

GIVES: dict[str, dict[str, type]] = {
    "ping": {"bid": float, "ping_id": str},
    "post": {"lead_id": str, "delivery_id": str},
    "direct_post": {"lead_id": str, "delivery_id": str},
}
CALLS = tuple(GIVES)


def send(call: str, body: Any, *, content_type: str = "application/json", **headers: str) -> HttpResponse:
    """POST a body to `ping`, `post` or `direct_post`: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().generic("POST", f"/{call}", data, content_type=content_type, headers=headers)


def exchange_body(world: World, *, ping_id: str | None = None, **overrides: Any) -> dict[str, Any]:
    """A body that this world accepts, but for `overrides` of the lead's fields; a None drops the field."""
    values = {name: value for name, value in (lead_values() | overrides).items() if value is not None}
    top = {"SRC": world.terms.src, "KEY": world.key, "data": values}
    return top if ping_id is None else top | {"ping_id": ping_id}


def call(name: str, world: World, *, ping_id: str | None = None, **overrides: Any) -> dict[str, Any]:
    """The answer to a lead of this world, HTTP 200; checks what every answer has."""
    return told(name, exchange_body(world, ping_id=ping_id, **overrides))


def documented(name: str, response: HttpResponse) -> dict[str, Any]:
    """The body of an answer, after a look at its documented keys and their types."""
    assert response["Content-Type"] == "application/json"
    body = response.json()
    keys = {"status": str, "reason": str} | GIVES[name] | {"errors": list, "warnings": list}
    assert {key: type(body.get(key)) for key in keys} == keys
    if name == "ping":
        assert f'"bid": {body["bid"]:.2f}'.encode() in response.content
    assert all(set(item) == {"code", "field", "message"} for item in body["errors"] + body["warnings"])
    return body


def told(name: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    """The answer to a body, HTTP 200, as `call` has it."""
    response = send(name, body, **headers)
    assert response.status_code == 200, response.content
    return documented(name, response)


def pinged(scene: AuctionMarket, **data: Any) -> str:
    """The id of a ping that was accepted."""
    answer = told("ping", scene.ping_body(**data))
    assert answer["status"] == "accepted", answer
    return answer["ping_id"]


def asked_nobody(scene: AuctionMarket) -> bool:
    """Whether no buyer has heard of anything."""
    return not (scene.simulator.requests or Attempt.objects.exists() or Bid.objects.exists())
