"""Every file of `exemplars/requests` is a case: an endpoint and a lead in, the request or the reason in the
way out.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apps.engine import request
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.orders import EndpointSpec, HeaderSpec, MappingRow
from apps.engine.values import LeadData, Value

FILES = sorted((Path(__file__).parents[1] / "exemplars" / "requests").glob("*.json"))
SYSTEM = SystemValues("L-1", "DEL-1", 7, Decimal("10"), datetime(2026, 11, 21, 14, 30, tzinfo=UTC))


def endpoint(case: dict[str, Any]) -> EndpointSpec:
    case = {"id": 1, "name": "Exemplar", "url": "https://buyer.example/in", **case}
    case["headers"] = tuple(HeaderSpec(**header) for header in case.get("headers", ()))
    rows = [{**row, "table": tuple(map(tuple, row.get("table", ())))} for row in case["mapping"]]
    return EndpointSpec(**{**case, "mapping": tuple(MappingRow(**row) for row in rows)})


def lead(values: dict[str, Any]) -> LeadData:
    normal = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return LeadData({name: Value(value, value) for name, value in normal.items()})


def sending(case: dict[str, Any]) -> Sending:
    system = {name: Decimal(value) for name, value in case.get("system", {}).items()}
    return Sending(lead(case["lead"]), replace(SYSTEM, **system), case.get("secrets", {}))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exemplar(path: Path) -> None:
    case = json.loads(path.read_text())
    made, expect = request.build(endpoint(case["endpoint"]), sending(case)), case["expect"]
    if "unbuildable" in expect:
        assert isinstance(made, Unbuildable), made
        assert made.target == expect["unbuildable"]["target"]
        assert expect["unbuildable"]["why"] in made.why
        assert not any(str(value) in made.why for value in case["lead"].values())
        return
    assert not isinstance(made, Unbuildable), made
    headers = dict(made.headers)
    assert headers == headers | expect.get("headers", {})
    assert not set(expect.get("no_headers", ())) & headers.keys()
    assert made.url == expect.get("url", made.url)
    if "json" in expect:
        assert json.loads(made.body) == expect["json"]
    if "body" in expect:
        assert made.body.decode() == expect["body"]


def test_there_are_exemplars() -> None:
    assert len(FILES) >= 25


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
