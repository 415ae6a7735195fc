"""The form of an answer: what makes two answers alike, and that no value gets into it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import drift
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome, Reading

READ = Reading(Outcome.ACCEPTED, rule_index=0)


def shape(
    body: Any, media: str = "application/json", status: int = 200, reading: Reading = READ
) -> drift.Shape:
    text = body if isinstance(body, str) else json.dumps(body)
    return drift.fingerprint(
        OutboundResponse(status, (("Content-Type", media),), text.encode(), sent=True), reading
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"status": "ok", "id": 1}, {"id": "x", "status": None}),
        ({"errors": ["a"]}, {"errors": ["a", "b", "c"]}),
        ({"leads": {"123": {"ok": True}}}, {"leads": {"99": {"ok": False}}}),
        ({"jane@example.com": "ok"}, {"bob@example.org": "ok"}),
        ({"0191f2b4-7c6e-7000-8000-000000000001": 1}, {"0191f2b4-7c6e-7000-8000-0000000000ff": 1}),
        ({"lead_20261124": 1}, {"lead_20261125": 1}),
    ],
)
def test_what_varies_from_lead_to_lead_is_one_form(one: Any, other: Any) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    "other",
    [
        shape({"status": "ok", "price": 1}),
        shape({"Status": "ok"}),
        shape({"result": {"status": "ok"}}),
        shape([{"status": "ok"}]),
        shape({"status": "ok"}, media="text/html"),
        shape({"status": "ok"}, status=201),
        shape({"status": "ok"}, reading=Reading(Outcome.REJECTED, rule_index=1)),
        shape({"status": "ok"}, reading=Reading(Outcome.UNKNOWN)),
        shape("<html>Maintenance</html>"),
    ],
)
def test_what_a_buyer_changes_is_another_form(other: drift.Shape) -> None:
    assert shape({"status": "ok"}).fingerprint != other.fingerprint


def test_parameters_of_the_content_type_do_not_count() -> None:
    found = shape({"status": "ok"}, media="Application/JSON; charset=utf-8")
    assert found == shape({"status": "ok"})
    assert found.content_type == "application/json"


def test_keys_are_told_by_path() -> None:
    found = shape({"result": {"errors": [{"code": 1}, {"field": "x"}], "id": 7}})
    assert found.keys == (
        "result",
        "result.errors",
        "result.errors[].code",
        "result.errors[].field",
        "result.id",
    )


def test_no_answer_has_a_form_by_its_error() -> None:
    forms = {
        drift.fingerprint(OutboundResponse(error=error, sent=True), Reading(Outcome.UNKNOWN)).fingerprint
        for error in TransportError
    }
    assert len(forms) == len(TransportError)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(st.binary(max_size=300) | JSON.map(lambda tree: json.dumps(tree).encode()), st.text(max_size=30))
def test_any_answer_has_a_bounded_form(body: bytes, media: str) -> None:
    found = drift.fingerprint(OutboundResponse(200, (("content-type", media),), body, sent=True), READ)
    assert len(found.fingerprint) == 16
    assert len(found.keys) <= drift.MAX_KEYS
    assert len(found.content_type) <= drift.MAX_TYPE


def test_a_wide_and_a_deep_answer_are_bounded() -> None:
    wide = {f"key{letter}{other}": letter for letter in "abcdefghijklmnop" for other in "abcdefghijkl"}
    assert len(shape(wide).keys) == drift.MAX_KEYS
    deep: Any = {"end": 1}
    for _ in range(200):
        deep = {"a": deep}
    assert len(shape(deep).keys) <= drift.MAX_DEPTH + 1


def test_values_are_no_part_of_a_form() -> None:
    assert "Jane" not in str(shape({"name": "Jane", "errors": [{"value": "Jane"}]}))
