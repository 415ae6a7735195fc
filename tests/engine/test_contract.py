"""Schemas of single fields against every exemplar of their types, and the document as Markdown."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apps.engine import describe
from apps.engine.contract.blocks import Body, Bullets, Heading, Table, Text
from apps.engine.contract.markdown import markdown
from apps.engine.contract.value_schemas import value_schema
from apps.engine.fields import FIELD_TYPES
from apps.engine.requirements import ConsentSpec
from tests.engine.builders import bare, context
from tests.engine.test_fields import FILES, field

NO_SCHEMA_CAN_TELL = {
    "birth_date": {"2026-11-20"},  # the future
    "date": {"2026-02-30", "13/13/2026", "02/29/2023"},
    "datetime": {"2026-03-14T25:00:00Z", "03/14/2026 13:00 PM", "9999-12-31T23:59:00-05:00"},
    "decimal": {"9" * 101},
    "email": {"jane@foo.test", "jane@foo.invalid", "jane@foo.local"},
    "email_test": {"jane@foo.invalid"},
    "integer_bounds": {"299", "851"},  # bounds hold for numbers, not for numbers in texts
    "phone": {"5555555555", "0000000000"},
    "phone_france": {"5551234567"},
    "phone_strict": {"5551234567"},
    "range": {"150-100"},
    "url": {"https://example.com:99999/", "https://-bad.com"},
}
"""Values that a schema lets pass and the API refuses: what takes a calendar, a numbering plan or arithmetic."""


def validator(case: dict) -> Draft202012Validator:
    of, where = field(case["type"], case.get("spec")), dict(case.get("context", {}))
    spec = bare(
        of,
        region=where.get("region", "US"),
        pad_zip=where.get("pad_zip", False),
        consent=ConsentSpec(strict=where.get("strict_consent", False)),
    )
    (row,) = describe.field_rows(spec, {})
    schema = value_schema(of, row, spec, None)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_passes_the_schema_is_read_but_for_what_no_schema_can_tell(path: Path) -> None:
    case = json.loads(path.read_text())
    schema = validator(case)
    passing = {str(raw) for raw, normal in case["cases"] if normal is None and schema.is_valid(raw)}
    assert passing == NO_SCHEMA_CAN_TELL.get(path.stem, set())
    assert any(schema.is_valid(raw) for raw, normal in case["cases"] if normal is not None)


def test_every_type_has_a_schema_of_its_own_that_takes_its_example_and_not_its_bad_one() -> None:
    for key, kind in FIELD_TYPES.items():
        schema = validator({"type": key})
        of = field(key)
        example = of.choices[0].value if kind.example is None else kind.example
        assert kind.parse(example, of, context()).valid, key
        assert schema.is_valid(example), key
        if kind.bad_example is not None:
            assert not schema.is_valid(kind.bad_example), key


def test_a_customers_own_spelling_of_an_example_passes() -> None:
    for key, sent in (("state", "Calif."), ("boolean", "Yes"), ("date", "14 March 2026"), ("choice", "A")):
        of = field(key)
        spec = bare(of)
        (row,) = describe.field_rows(spec, {"x": sent})
        schema = Draft202012Validator(value_schema(of, row, spec, sent))
        assert schema.is_valid(sent), key
        assert not schema.is_valid("no such thing"), key


def test_a_document_reads_as_markdown() -> None:
    blocks = (
        Heading(1, "Solar *now*"),
        Text("Send `a|b` to <us>."),
        Bullets(("one", "two")),
        Table(("Name", "Form"), (("`x|y`", "1 | 2"),)),
        Body("Answer", {"bid": 5}),
    )
    assert markdown(blocks) == (
        "# Solar \\*now\\*\n\nSend `a|b` to \\<us\\>.\n\n- one\n- two\n\n"
        "| Name | Form |\n| --- | --- |\n| `x\\|y` | 1 \\| 2 |\n\n"
        'Answer:\n\n```json\n{\n  "bid": 5\n}\n```\n'
    )


@given(st.lists(st.text(max_size=30), min_size=2, max_size=2))
def test_no_cell_breaks_out_of_its_table(cells: list[str]) -> None:
    (row,) = markdown((Table(("a", "b"), (tuple(cells),)),)).strip("\n").split("\n")[2:]
    assert row.replace("\\|", "").count("|") == 3
