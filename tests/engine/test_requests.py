"""Building requests: what no exemplar (tests/exemplars/requests) shows."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.engine import request
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.orders import EndpointSpec, MappingRow
from apps.engine.values import LeadData, Value

SYSTEM = SystemValues("L-1", "DEL-1", 7, Decimal("10"), datetime(2026, 11, 21, 14, 30, tzinfo=UTC))


def endpoint(case: dict[str, Any]) -> EndpointSpec:
    case = {"id": 1, "name": "Exemplar", "url": "https://buyer.example/in", **case}
    return EndpointSpec(**{**case, "mapping": tuple(MappingRow(**row) for row in case["mapping"])})


def lead(values: dict[str, Any]) -> LeadData:
    return LeadData({name: Value(value, value) for name, value in values.items()})


def test_the_idempotency_key_is_of_delivery_and_order() -> None:
    one = request.idempotency_key(SYSTEM)
    assert one == request.idempotency_key(replace(SYSTEM, price=Decimal("99")))
    assert one != request.idempotency_key(replace(SYSTEM, order_id=8))
    assert one != request.idempotency_key(replace(SYSTEM, delivery_id="DEL-2"))


def test_a_body_over_the_limit_is_not_sent() -> None:
    spec = endpoint({"mapping": [{"target": "note", "kind": "field", "source": "note"}]})
    made = request.build(spec, Sending(lead({"note": "x" * 300_000}), SYSTEM))
    assert made == Unbuildable("body", "is over 256 KiB")


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
@pytest.mark.parametrize("body_format", ["json", "form", "query"])
def test_a_lone_surrogate_is_unbuildable_not_an_error(text: str, body_format: str) -> None:
    row = {"target": "note", "kind": "field", "source": "note"}
    spec = endpoint({"mapping": [row], "body_format": body_format})
    made = request.build(spec, Sending(lead({"note": text}), SYSTEM))
    assert made == Unbuildable("body", "a value is not proper Unicode text")


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://a.example/x", False),
        ("http://a.example:8080", False),
        ("https://a.example/x\r\nHost: b", True),
        ("https://a.example/x y", True),
        ("https:///nohost", True),
        ("https://a.example:0/", True),
        ("https://a.example:99999/", True),
        ("ftp://a.example/", True),
        ("https://user@a.example/", True),
    ],
)
def test_urls(url: str, wrong: bool) -> None:
    assert bool(request.url_problem(url)) is wrong


@pytest.mark.parametrize("name", ["", "Host", "host", "Content-Length", "X Y", "X:Y", "Idempotency-Key", "Ü"])
def test_headers_that_are_refused(name: str) -> None:
    assert request.header_problem(name)
