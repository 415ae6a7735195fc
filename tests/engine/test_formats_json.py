"""JSON: whatever the values, the document parses back to them; lists have no holes; digits are kept."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.formats import FORMATS, UnencodableError
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUES = st.one_of(
    TEXTS, st.booleans(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=4)
)


def encode(*pairs: tuple[str, Any]) -> bytes:
    return FORMATS["json"].encode(pairs, FormatOptions()).body


def read(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal)


@given(VALUES, st.lists(TEXTS, max_size=4))
def test_whatever_the_values_it_parses_back(value: Any, items: list[str]) -> None:
    found = read(encode(("lead.value", value), ("lead.items", items), ("after", "x")))
    assert found == {"lead": {"value": value, "items": items}, "after": "x"}


@given(TEXTS)
def test_whatever_the_name_it_parses_back(name: str) -> None:
    name = name.replace('"', "").strip() or "x"
    assert read(encode((f'["{name}"]', 1))) == {name: 1}


@pytest.mark.parametrize(
    "text", ["\x00", '"', "\\", '","admin":true,"x":"', "</script>", "\u2028", "\x1f\x7f", "]]>", "\r\n"]
)
def test_hostile_values_stay_values(text: str) -> None:
    assert read(encode(("a", text))) == {"a": text}


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (("a[0]", "a[5]"), {"a": [0, 1]}),
        (("a[5]", "a[0]"), {"a": [1, 0]}),
        (("a[2].x", "a[7].x", "a[2].y"), {"a": [{"x": 0, "y": 2}, {"x": 1}]}),
        (("a[1][3]", "a[0][1]"), {"a": [[1], [0]]}),
        (("a.b[999]",), {"a": {"b": [0]}}),
    ],
)
def test_holes_of_lists_are_closed(targets: tuple[str, ...], expected: Any) -> None:
    assert read(encode(*((target, number) for number, target in enumerate(targets)))) == expected


def test_an_empty_text_is_no_hole() -> None:
    assert encode(("a[0]", ""), ("a[1]", "x"), ("b", [])) == b'{"a":["","x"],"b":[]}'


def test_digits_are_kept() -> None:
    assert encode(("a", Decimal("10.50")), ("b", Decimal("1E+3")), ("c", 10**30)) == (
        b'{"a":10.50,"b":1000,"c":1000000000000000000000000000000}'
    )


@pytest.mark.parametrize(
    "pairs",
    [
        (("a", "x"), ("a.b", "y")),
        (("a.b", "x"), ("a", "y")),
        (("a", "x"), ("a", "y")),
        (("a[0]", "x"), ("a.b", "y")),
        (("$", "x"),),
        (("a[*]", "x"),),
        (("a", "x"), ("b", "y"), ("a[0]", "z")),
    ],
)
def test_targets_that_cross_are_refused_and_found_before(pairs: Pairs) -> None:
    with pytest.raises(UnencodableError):
        encode(*pairs)
    found = [
        each.target for each in FORMATS["json"].problems(tuple(name for name, _ in pairs), FormatOptions())
    ]
    assert found == [pairs[-1][0]] or pairs[-1][0] in ("$", "a[*]")
