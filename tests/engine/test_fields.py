"""Field types: every file of `exemplars/fields` is a type's table of raw values and normal forms, and laws
hold for all."""

import ipaddress
import json
import string
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine.campaign import Choice, FieldSpec
from apps.engine.fields import FIELD_TYPES, format_problem, is_empty
from apps.engine.fields.money import amount_of
from apps.engine.reasons import message
from tests.engine.builders import context

FILES = sorted((Path(__file__).parents[1] / "exemplars" / "fields").glob("*.json"))
CHOICES = (Choice("a", "Alpha", ("first",)), Choice("b"), Choice("c, d"))


def field(type_key: str, spec: dict[str, Any] | None = None) -> FieldSpec:
    given_spec = dict(spec or {})
    choices = tuple(
        Choice(each["value"], each.get("label", ""), tuple(each.get("synonyms", ())))
        for each in given_spec.pop("choices", ())
    )
    bounds = {key: Decimal(given_spec.pop(key)) for key in ("minimum", "maximum") if key in given_spec}
    return FieldSpec("x", type_key, choices=choices or CHOICES, **given_spec, **bounds)


def as_json(normal: Any) -> Any:
    if isinstance(normal, Decimal):
        return format(normal, "f")
    if isinstance(normal, date | datetime):
        return normal.isoformat()
    return list(normal) if isinstance(normal, tuple) else normal


def read(type_key: str, raw: Any, **options: Any) -> Any:
    return FIELD_TYPES[type_key].parse(raw, field(type_key), context(**options)).normal


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exemplar(path: Path) -> None:
    case = json.loads(path.read_text())
    spec, where = field(case["type"], case.get("spec")), context(**case.get("context", {}))
    for raw, normal in case["cases"]:
        value = FIELD_TYPES[case["type"]].parse(raw, spec, where)
        assert as_json(value.normal) == normal, raw
        assert value.raw == raw
        assert value.valid == (normal is not None)


def test_every_type_has_an_exemplar() -> None:
    assert {json.loads(path.read_text())["type"] for path in FILES} == set(FIELD_TYPES)


@pytest.mark.parametrize("kind", FIELD_TYPES.values(), ids=lambda kind: kind.key)
def test_a_types_own_examples_do_what_they_say(kind: Any) -> None:
    spec = field(kind.key)
    assert kind.example is None or kind.parse(kind.example, spec, context()).valid
    assert kind.bad_example is None or not kind.parse(kind.bad_example, spec, context()).valid


MIN, MAX = datetime.fromisoformat("1900-01-02"), datetime.fromisoformat("2100-01-01")
MOMENTS = st.datetimes(MIN, MAX, timezones=st.timezones())
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text()
    | st.from_regex(r"[0-9$,./: -]{1,20}")
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2)
)
TYPES = st.sampled_from(sorted(FIELD_TYPES))
ORDERS = st.sampled_from(["mdy", "dmy", "ymd"])


@given(TYPES, VALUES, ORDERS, st.booleans())
@settings(max_examples=250, deadline=None)
def test_reading_never_raises_and_a_normal_form_is_its_own(
    type_key: str, raw: Any, order: str, test: bool
) -> None:
    where = context(date_order=order, test=test, pad_zip=test)
    first = FIELD_TYPES[type_key].parse(raw, field(type_key), where)
    if first.valid:
        assert FIELD_TYPES[type_key].parse(first.normal, field(type_key), where).normal == first.normal
        assert (
            FIELD_TYPES[type_key].parse(as_json(first.normal), field(type_key), where).normal == first.normal
        )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_normal_forms_of_exemplars_are_their_own(path: Path) -> None:
    case = json.loads(path.read_text())
    spec, where = field(case["type"], case.get("spec")), context(**case.get("context", {}))
    for raw, normal in case["cases"]:
        if normal is not None:
            first = FIELD_TYPES[case["type"]].parse(raw, spec, where).normal
            assert FIELD_TYPES[case["type"]].parse(first, spec, where).normal == first
            assert FIELD_TYPES[case["type"]].parse(as_json(first), spec, where).normal == first


@given(VALUES)
def test_what_is_empty_has_no_normal_form(raw: Any) -> None:
    if is_empty(raw):
        assert not any(kind.parse(raw, field(key), context()).valid for key, kind in FIELD_TYPES.items())


PHONE_TEXT = st.from_regex(r"\A\+?1?[ (.-]{0,2}[0-9]{3}[ ).-]{0,2}[0-9]{3}[ .-]?[0-9]{4}\Z")


@given(PHONE_TEXT)
@settings(max_examples=200)
def test_the_short_way_for_phones_agrees_with_the_library(text: str) -> None:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        assert read("phone", text) is None
        return
    possible = (
        phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    )
    if len(set(str(number.national_number))) > 1 and text.count("+") < 2:
        wanted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else None
        assert read("phone", text) == wanted


ATOM = st.text(string.ascii_letters + string.digits + "_+-.", min_size=1, max_size=12)
LABEL = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=8)
ENDINGS = st.sampled_from(["com", "test", "io", "local", "arpa", "c0m", "x"])
DOMAIN = st.builds("{}.{}".format, st.lists(LABEL, min_size=1, max_size=3).map(".".join), ENDINGS)


@given(st.builds("{}@{}".format, ATOM, DOMAIN), st.booleans())
@settings(max_examples=250)
def test_the_short_way_for_addresses_agrees_with_the_library(text: str, test: bool) -> None:
    try:
        found = validate_email(text, check_deliverability=False, test_environment=test)
        wanted = f"{found.local_part}@{found.domain}"
    except EmailNotValidError:
        wanted = None
    assert read("email", text, test=test) == wanted


@given(st.ip_addresses())
def test_every_address_is_one(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    mapped = getattr(address, "ipv4_mapped", None)
    assert read("ip", str(address)) == str(mapped or address)


@given(st.dates(min_value=date(1000, 1, 1)), ORDERS)
def test_a_day_is_read_in_the_campaigns_order(day: date, order: str) -> None:
    written = {
        "mdy": day.strftime("%m/%d/%Y"),
        "dmy": day.strftime("%d/%m/%Y"),
        "ymd": day.strftime("%Y/%m/%d"),
    }
    assert read("date", written[order], date_order=order) == day
    assert read("date", day.isoformat(), date_order=order) == day
    assert read("date", f"{day:%B} {day.day}, {day.year}", date_order=order) == day


@given(MOMENTS)
def test_an_instant_with_its_offset_is_that_instant(moment: datetime) -> None:
    if moment.utcoffset().total_seconds() % 60 == 0:  # type: ignore[union-attr]
        assert read("datetime", moment.isoformat()) == moment.astimezone(UTC)


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    st.sampled_from(["{}", "${}", "USD {}", "{} USD"]),
)
def test_amounts_are_exact(amount: Decimal, form: str) -> None:
    assert amount_of(form.format(f"{amount:,}")) == amount


def test_a_format_problem_names_the_label() -> None:
    assert message(format_problem(FieldSpec("score", "integer", "Credit score"))) == "Credit score format"
    assert message(format_problem(FieldSpec("mail", "email", "Work mail"))) == "Email format"
    assert message(format_problem(FieldSpec("score", "integer"))) == "score format"
