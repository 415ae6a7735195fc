"""From a body to a lead: names, missing fields, formats, unknown keys, sizes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.campaign import FieldSpec
from apps.engine.normalise import PING, normalise
from apps.engine.reasons import message
from tests.engine.builders import BODY, CONTACT, TODAY, campaign, codes, lead

SPEC = campaign(FieldSpec("Note", "text", "Note"), FieldSpec("certificate", "trustedform_url"))


def test_a_good_body_is_a_lead_without_a_word() -> None:
    data = lead(SPEC, BODY)
    assert {name: value.normal for name, value in data.values.items()} == BODY | {"phone": "+15551234567"}
    assert (data.missing, data.format_problems, data.warnings, data.unknown) == ((), (), (), {})


@pytest.mark.parametrize("empty", [None, "", "  ", [], [""], [None, " "], {}, "\u200b"])
def test_what_is_empty_is_missing(empty: Any) -> None:
    data = lead(SPEC, BODY | {"zip": empty, "city": empty})
    assert data.missing == ("zip",)
    assert "city" not in data.values


def test_missing_fields_stand_in_the_campaigns_order() -> None:
    assert lead(SPEC, {"zip": "90210"}).missing == ("first", "last", "email", "phone")


def test_a_ping_has_its_own_required_fields() -> None:
    spec = campaign(FieldSpec("score", "integer", required_on_ping=True))
    assert normalise(spec, {}, test=False, today=TODAY, phase=PING).missing == ("score",)


def test_formats_stand_in_the_campaigns_order_and_keep_what_was_sent() -> None:
    data = lead(SPEC, {"zip": "9021", "email": "nobody", "Note": {"a": 1}})
    assert codes(data.format_problems) == ["email_format", "zip_format", "field_format"]
    assert data.values["email"].raw == "nobody"
    assert data.normal("email") is None


def test_names_match_in_any_case_and_a_wrong_one_is_told() -> None:
    data = lead(SPEC, {**BODY, "NOTE": "x"})
    assert data.normal("Note") == "x"
    assert [message(problem) for problem in data.warnings] == ["Field NOTE is spelled Note"]


def test_unknown_keys_are_kept_and_told() -> None:
    data = lead(SPEC, BODY | {"shoe": 42})
    assert data.unknown == {"shoe": 42}
    assert [message(problem) for problem in data.warnings] == ["Unknown field shoe"]


@pytest.mark.parametrize("long", ["x" * 8193, ["x" * 5000, "y" * 5000], "é" * 4097, {"a": "x" * 8200}])
def test_over_8_kib_is_a_format_problem_of_a_field_and_dropped_elsewhere(long: Any) -> None:
    data = lead(SPEC, BODY | {"Note": long, "email": long, "shoe": long})
    assert codes(data.format_problems) == ["email_format", "field_format"]
    assert data.unknown == {}
    assert [message(problem) for problem in data.warnings] == ["Value of shoe is too long and was dropped"]


def test_8_kib_is_not_too_long() -> None:
    assert lead(SPEC, BODY | {"Note": "x" * 8192}).normal("Note") == "x" * 8192
    assert lead(SPEC, BODY | {"Note": "é" * 4096}).normal("Note") == "é" * 4096


def test_a_long_name_is_shown_shortened() -> None:
    (warning,) = lead(SPEC, BODY | {"k" * 5000: 1}).warnings
    assert warning.field == "k" * 100


def test_the_campaigns_options_are_used() -> None:
    assert lead(campaign(pad_zip=True), BODY | {"zip": 2134}).normal("zip") == "02134"
    assert codes(lead(campaign(strict_phone=True), BODY).format_problems) == ["phone_format"]
    assert lead(campaign(region="FR"), BODY | {"phone": "01 42 68 53 00"}).normal("phone") == "+33142685300"
    born = FieldSpec("moved", "date")
    assert lead(campaign(born, date_order="dmy"), {"moved": "3/4/2026"}).normal("moved").month == 4


def test_test_domains_pass_in_test_leads_only() -> None:
    body = BODY | {"email": "jane@foo.test"}
    assert codes(lead(SPEC, body).format_problems) == ["email_format"]
    assert lead(SPEC, body, test=True).format_problems == ()


KEYS = st.sampled_from([field.name for field in CONTACT]) | st.text()


@given(st.dictionaries(KEYS, st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=4)))
def test_every_key_ends_in_one_place_and_nothing_raises(body: dict[str, Any]) -> None:
    data = lead(SPEC, body)
    names = {field.name.lower() for field in SPEC.fields}
    assert set(data.unknown) == {key for key in body if key.lower() not in names}
    assert set(data.missing).isdisjoint(data.values)
    assert all(value.valid == (value.normal is not None) for value in data.values.values())
