"""Rows as they are judged at save and publish, and laws that hold for every row a registry offers."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.buyers import choices
from apps.buyers.models import Mapping as MappingRecord
from apps.engine import mapping
from apps.engine.mapping import (
    ENCODINGS,
    MAPPING_KINDS,
    PARTS,
    SYSTEM_VALUES,
    Sending,
    SystemValues,
    Unbuildable,
)
from apps.engine.mapping.addresses import address_of, street_name, street_number, unit
from apps.engine.orders import Branch, EndpointSpec, MappingRow
from apps.engine.requirements import Expression
from apps.engine.value_formats import VALUE_FORMATS, UnwritableError
from apps.engine.value_formats.dates import TOKENS, by_pattern
from apps.engine.values import LeadData, Value

ROW = MappingRow("a", "field", "email")
TEST = Expression("test", field="state", operator="is", value="CA")
SYSTEM = SystemValues("L-1", "DEL-1", 7, Decimal("10"), datetime(2026, 11, 21, 14, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (ROW, ""),
        (replace(ROW, kind="split"), "which part"),
        (replace(ROW, kind="split", part="nothing"), "no part"),
        (replace(ROW, kind="split", part="area_code"), ""),
        (replace(ROW, kind="branch"), "none is given"),
        (replace(ROW, kind="branch", branches=(Branch(TEST, "{{ x"),)), "Condition 1: The template"),
        (replace(ROW, kind="branch", branches=(Branch(TEST, "{{ x }}"),)), ""),
        (replace(ROW, kind="ping_response", source="a..b"), "Cannot read the path"),
        (replace(ROW, kind="ping_response", source="bids[0].id"), ""),
        (replace(ROW, kind="system", source="nothing"), "no system value"),
        (replace(ROW, kind="system", source="consent_text"), ""),
        (replace(ROW, kind="system", source=""), "taken from"),
        (replace(ROW, value_format="date_pattern"), "needs tokens"),
        (replace(ROW, value_format="date_pattern", format_argument="yyyy"), "“yyyy” is no token"),
        (replace(ROW, value_format="date_pattern", format_argument="HH:mm AM"), "A alone"),
        (replace(ROW, value_format="date_pattern", format_argument="MM/DD @ Mars/Base"), "no time zone"),
        (replace(ROW, value_format="date_pattern", format_argument="MM/DD @ ../../etc/passwd"), "no time zone"),
        (replace(ROW, value_format="number", format_argument="1,000"), "looks like"),
        (replace(ROW, value_format="number", format_argument="#,##0,00"), "different signs"),
        (replace(ROW, value_format="number"), ""),
        (replace(ROW, value_format="words", format_argument="Own"), "two words"),
        (replace(ROW, value_format="currency", format_argument="12345678"), "symbol"),
        (replace(ROW, value_format="md5", format_argument="upper"), "none of"),
        (replace(ROW, value_format="upper", format_argument="x"), "takes nothing"),
        (replace(ROW, value_format="hmac_sha256"), "needs a secret"),
        (replace(ROW, value_format="hmac_sha256", secret="mapping:1"), ""),
        (replace(ROW, secret="mapping:1"), "Only a constant or an HMAC"),
        (MappingRow("a", "constant", secret="mapping:1"), ""),
        (replace(ROW, encoding="rot13"), "no encoding"),
        (replace(ROW, encoding="base64", value_type="integer"), "for texts"),
        (replace(ROW, encoding="base64"), ""),
    ],
)  # fmt: skip
def test_what_is_said_of_a_row(row: MappingRow, told: str) -> None:
    said = mapping.problems(row, nested=True)
    assert bool(said) is bool(told)
    assert told in " ".join(said)


def test_registries_and_menus_offer_the_same() -> None:
    assert set(MAPPING_KINDS) == set(choices.MappingKind.values)


@pytest.mark.parametrize("registry", [PARTS, ENCODINGS, SYSTEM_VALUES, VALUE_FORMATS, MAPPING_KINDS])
def test_every_entry_has_words_and_fits_its_column(registry: dict) -> None:
    for key, entry in registry.items():
        assert entry.label
        assert entry.example
        assert key == entry.key
    widths = {id(PARTS): "part", id(ENCODINGS): "encoding", id(VALUE_FORMATS): "value_format"}
    if id(registry) in widths:
        column = MappingRecord._meta.get_field(widths[id(registry)])
        assert max(map(len, registry)) <= column.max_length


def test_personal_fields_are_known_through_every_kind() -> None:
    branch = MappingRow(
        "a", "branch", branches=(Branch(TEST, "{{ first }}"), Branch(TEST, "{{ field['x-y'] }}"))
    )
    assert mapping.fields_read(branch) == {"first", "x-y"}
    assert mapping.fields_read(MappingRow("a", "split", "phone", part="area_code")) == {"phone"}
    assert mapping.fields_read(MappingRow("a", "template", value="{{ broken")) == frozenset()


values = st.one_of(
    st.text(max_size=60), st.booleans(), st.decimals(allow_nan=False, allow_infinity=False, places=4),
    st.dates(), st.datetimes(timezones=st.just(UTC)), st.tuples(st.text(max_size=9), st.text(max_size=9)),
)  # fmt: skip


@given(values, st.sampled_from(sorted(VALUE_FORMATS)), st.text(max_size=20))
def test_a_format_writes_or_refuses(value: object, key: str, argument: str) -> None:
    with suppress(UnwritableError):
        VALUE_FORMATS[key].write(value, argument, "secret")


@given(values, st.sampled_from(sorted(PARTS)))
def test_a_part_is_cut_or_refused(value: object, key: str) -> None:
    with suppress(UnwritableError):
        PARTS[key].cut(value)


@given(
    values,
    st.sampled_from(["field", "split", "value_table", "template", "ping_response", "branch"]),
    st.sampled_from(sorted(PARTS)),
    st.sampled_from(sorted(VALUE_FORMATS)),
    st.sampled_from(sorted(ENCODINGS)),
    st.sampled_from(["omit", "empty", "default", "fail"]),
)
def test_a_row_is_built_or_told_without_the_value(
    value, kind, part, value_format, encoding, on_empty
) -> None:
    row = MappingRow(
        "target", kind, "f", "{{ f }}", part=part, value_format=value_format, secret="s", encoding=encoding,
        on_empty=on_empty, max_length=5,
    )  # fmt: skip
    made = mapping.build(EndpointSpec(1, "e", "https://a.example", mapping=(row,)), _sending(value))
    if isinstance(made, Unbuildable):
        assert made.target == "target"
        assert made.why
    else:
        assert len(made) <= 1


def _sending(value: object) -> Sending:
    return Sending(LeadData({"f": Value(value, value)}), SYSTEM, {"s": "k"}, ping_response={"f": value})


@given(st.dates(), st.lists(st.sampled_from(sorted(set(TOKENS) - {"X"})), min_size=1, max_size=6))
def test_patterns_write_dates(day: date, tokens: list[str]) -> None:
    assert by_pattern(day, "/".join(tokens)).count("/") >= len(tokens) - 1


@given(st.text(max_size=80))
def test_any_text_is_taken_apart(text: str) -> None:
    address = address_of(text)
    for part in (address.street, address.city):
        assert part == part.strip(" ,")
    street_number(address.street), street_name(address.street), unit(address.street)


@given(
    st.integers(1, 99_999),
    st.sampled_from(["Main St", "Elm Road", "Fifth Ave", "Calle de la Luna"]),
    st.sampled_from(["Austin", "Kansas City", "Key West", "San Juan"]),
    st.sampled_from(["TX", "MO", "FL", "CT", "PR"]),
    st.integers(10_000, 99_999),
)
def test_a_regular_address_comes_back(number: int, street: str, city: str, state: str, code: int) -> None:
    address = address_of(f"{number} {street}, {city}, {state} {code}")
    assert (address.street, address.city, address.state, address.zip) == (
        f"{number} {street}",
        city,
        state,
        str(code),
    )
    assert (street_number(address.street), street_name(address.street)) == (str(number), street)
