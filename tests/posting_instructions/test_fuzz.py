"""Whatever is sent, the answer is one that the contract describes, and never a fault of ours."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apps.engine.contract import Call, openapi
from tests.factories import World
from tests.posting_instructions.contracts import Sending, contract_of
from tests.posting_instructions.worlds import made

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=12), inside, max_size=4),
    max_leaves=12,
)
LEFT_OUT = object()
LENIENT = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Fuzzed:
    """The calls of a world's contract, sent by hand; every answer is held against the documents."""

    def __init__(self, client: Client, world: World) -> None:
        self.contract = contract_of(world.terms.links.get())
        self.sending = Sending(client, self.contract, world.key)
        self.described = openapi(self.contract)

    def assert_described(self, call: Call, status: int, answer: dict[str, Any]) -> None:
        responses = self.described["paths"][call.path]["post"]["responses"]
        assert status < 500, answer
        assert str(status) in responses, answer
        schema = responses[str(status)]["content"]["application/json"]["schema"]
        form = Draft202012Validator({**schema, "components": self.described["components"]})
        assert [error.message for error in form.iter_errors(answer)] == [], answer

    def changed(self, call: Call, changes: list[tuple[int, Any]]) -> dict[str, Any]:
        """The whole example with some of its values changed or left out; it stays a test."""
        body = json.loads(json.dumps(call.good[-1].body, default=str))
        for place, value in changes:
            part = body["data"] if "data" in body and place % 4 else body
            if not isinstance(part, dict) or not part:
                continue
            name = sorted(part)[place % len(part)]
            if name in ("test", "Test_Mode", "data"):
                continue
            if value is LEFT_OUT:
                del part[name]
            else:
                part[name] = value
        return body


@pytest.fixture(params=["full", "excluding", "pinging strictly"])
def fuzzed(request: pytest.FixtureRequest, db: None, client: Client, settings: Any) -> Fuzzed:
    settings.RATE_LIMITS = False
    return Fuzzed(client, made(request.param))


@LENIENT
@given(data=st.data())
def test_good_bodies_with_anything_in_their_fields(fuzzed: Fuzzed, data: st.DataObject) -> None:
    call = data.draw(st.sampled_from(fuzzed.contract.calls))
    values = st.just(LEFT_OUT) | ANYTHING
    changes = data.draw(st.lists(st.tuples(st.integers(0, 400), values), min_size=1, max_size=5))
    status, answer = fuzzed.sending.send(call, fuzzed.changed(call, changes))
    fuzzed.assert_described(call, status, answer)


@LENIENT
@given(data=st.data())
def test_bodies_of_any_bytes(fuzzed: Fuzzed, data: st.DataObject) -> None:
    call = data.draw(st.sampled_from(fuzzed.contract.calls))
    kinds = ("application/json", "application/x-www-form-urlencoded", "text/plain", "", "multipart/form-data")
    body = data.draw(st.binary(max_size=400) | ANYTHING.map(lambda value: json.dumps(value).encode()))
    sent = fuzzed.sending.client.generic("POST", call.path, body, data.draw(st.sampled_from(kinds)))
    fuzzed.assert_described(call, sent.status_code, sent.json())
