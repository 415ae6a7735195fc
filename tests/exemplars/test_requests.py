"""Every file of `exemplars/requests`: a lead and an endpoint in, the exact bytes on the wire or the reason out."""

import base64
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from apps.engine import request
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.normalise import normalise
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundRequest
from tests.exemplars.documents import campaign, compact, files, load

FILES = files("requests")
NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
"""A Saturday, 9:30 AM in New York."""
SYSTEM: dict[str, Any] = {
    "lead_id": "L-1",
    "delivery_id": "DEL-1",
    "order_id": 7,
    "price": "10",
    "received_at": "2026-11-21T14:29:58Z",
}
ENDPOINT = {"id": 1, "name": "Exemplar", "url": "https://buyer.example/in"}
KNOWN = frozenset(
    {"about", "campaign", "fields", "lead", "endpoint", "system", "secrets", "ping_response", "now", "test", "expect"}
)  # fmt: skip
EXPECTED = frozenset(
    {"method", "url", "headers", "no_headers", "json", "body", "body_base64", "charset", "unbuildable"}
)  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_request(path: Path) -> None:
    document = load(path)
    expect = document["expect"]
    assert document.keys() <= KNOWN
    assert expect.keys() <= EXPECTED
    endpoint = msgspec.convert(ENDPOINT | document["endpoint"], EndpointSpec)
    made = request.build(endpoint, sending(document))
    if "unbuildable" in expect:
        _refused(made, document)
        return
    assert isinstance(made, OutboundRequest), made
    assert made.method == expect.get("method", endpoint.method)
    assert made.url == expect.get("url", endpoint.url)
    assert made.body == _body(expect)
    headers = dict(made.headers)
    assert len(headers) == len(made.headers)
    assert headers == headers | expect.get("headers", {})
    assert not set(expect.get("no_headers", ())) & headers.keys()


def sending(document: dict[str, Any]) -> Sending:
    """What the mapping may read, the lead read by the very code that reads leads."""
    spec = campaign(document)
    now = msgspec.convert(document["now"], datetime) if "now" in document else NOW
    lead = normalise(spec, document["lead"], test=False, today=now.date())
    assert not lead.unknown, "a key of the lead is no field of the campaign"
    return Sending(
        lead=lead,
        system=msgspec.convert(SYSTEM | document.get("system", {}), SystemValues, strict=False),
        secrets=document.get("secrets", {}),
        spec=spec,
        now=now,
        ping_response=document.get("ping_response"),
        test=document.get("test", False),
    )


def _body(expect: dict[str, Any]) -> bytes:
    """Every document says what the body is, if only that it is empty."""
    if "json" in expect:
        return compact(expect["json"]).encode()
    if "body_base64" in expect:
        return base64.b64decode(expect["body_base64"])
    body: str | list[str] = expect["body"]
    return (body if isinstance(body, str) else "\n".join(body)).encode(expect.get("charset", "utf-8"))


def _refused(made: Any, document: dict[str, Any]) -> None:
    wanted = document["expect"]["unbuildable"]
    assert isinstance(made, Unbuildable), made
    assert made.target == wanted["target"]
    assert wanted["why"] in made.why
    told = f"{made.target} {made.why}"
    hidden = [*document["lead"].values(), *document.get("secrets", {}).values()]
    assert not any(str(value) in told for value in hidden if len(str(value)) > len("ab"))


def test_there_are_many() -> None:
    assert len(FILES) >= 130


def test_the_money_of_the_exemplars_is_exact() -> None:
    assert sending({"lead": {}, "system": {"price": "25.50"}}).system.price == Decimal("25.50")
