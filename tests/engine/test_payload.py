"""Bodies: what is read, what is refused, and that nothing ever raises."""

import gzip
import json
import zlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine.payload import Limits, Payload, PayloadFault, read, spelled_twice, take

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def values(body: bytes | str, content_type: str = JSON, **options: Any) -> Any:
    """The values read, or the fault's code."""
    found = read(body.encode() if isinstance(body, str) else body, content_type=content_type, **options)
    return found.values if isinstance(found, Payload) else found.code


def nested(levels: int) -> str:
    return '{"a":' * (levels - 1) + '{"a":1}' + "}" * (levels - 1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"a": "b"}', {"a": "b"}),
        ('\ufeff{"a": 1}', {"a": 1}),
        (' \n{"a": null, "b": [1, true]}\n', {"a": None, "b": [1, True]}),
        ('{"a": 1.50}', {"a": Decimal("1.50")}),
        ('{"a": 1e308}', {"a": Decimal("1e308")}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (nested(32), json.loads(nested(32))),
        (f'{{"a": {"9" * 100}}}', {"a": int("9" * 100)}),
        ('{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', {"a": "[" * 44}),
        ('{"a": {"x": 1}, "b": {"x": 1}}', {"a": {"x": 1}, "b": {"x": 1}}),
    ],
)
def test_json_is_read(body: str, expected: Any) -> None:
    assert values(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "null",
        "[]",
        "{}",
        '"text"',
        "5",
        '[{"a": 1}]',
        '{"a": 1',
        '{"a": 1}}',
        '{"zip": 02134}',
        "{'a': 1}",
        '{"a": 1, "a": 2}',
        '{"a": {"b": 1, "b": 2}}',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e400}',
        '{"a": 1e309}',
        '{"a": 1e-309}',
        '{"a": 0e999999999999}',
        '{"a": 1e99999999999999999999999}',
        f'{{"a": {"9" * 101}}}',
        f'{{"a": {"9" * 6000}}}',
        f'{{"a": 0.{"1" * 200}}}',
        '{"a": "\\u0000"}',
        '{"a\\u0000": 1}',
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        nested(33),
        "[" * 200_000,
        '{"a":' * 50_000,
        '{"a":"' + '\\"' * 100_000,
        b'{"a": "\xff"}',
        '{"a": 1}'.encode("utf-16"),
    ],
    ids=lambda body: str(body[:24]),
)
def test_json_that_would_break_something_is_an_invalid_payload(body: bytes | str) -> None:
    assert values(body) == "invalid_payload"


def test_leaf_values_of_the_whole_body_are_counted() -> None:
    assert isinstance(values(json.dumps({"a": list(range(100)), "b": {"c": list(range(100))}})), dict)
    assert values(json.dumps({"a": list(range(100)), "b": {"c": list(range(101))}})) == "invalid_payload"
    assert values(json.dumps({str(number): number for number in range(201)})) == "invalid_payload"
    assert values("&".join(f"a{number}=1" for number in range(201)), FORM) == "invalid_payload"
    assert isinstance(values("&".join(f"a{number}=1" for number in range(200)), FORM), dict)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a=1&b=two+words&c=%C3%A9", {"a": "1", "b": "two words", "c": "é"}),
        ("a=1&a=2&a=3", {"a": ["1", "2", "3"]}),
        ("a=", {"a": ""}),
        ("phone=%2B15551234567", {"phone": "+15551234567"}),
        ("a=%00", "invalid_payload"),
        ("a=%FF", "invalid_payload"),
        ("", "invalid_payload"),
        ("a%00=1", "invalid_payload"),
    ],
)
def test_forms(body: str, expected: Any) -> None:
    assert values(body, FORM) == expected


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("", '{"a": "1"}', {"a": "1"}),
        ("", "a=1", {"a": "1"}),
        ("text/plain", '{"a": "1"}', {"a": "1"}),
        ("text/html; charset=utf-8", "a=1", {"a": "1"}),
        ("TEXT/PLAIN", '\ufeff {"a": "1"}', {"a": "1"}),
        ("application/JSON; charset=UTF-8", '{"a": "1"}', {"a": "1"}),
        ("application/vnd.api+json", '{"a": "1"}', {"a": "1"}),
        ("", "<lead/>", "unsupported_content_type"),
        ("text/xml", "<lead/>", "unsupported_content_type"),
        ("application/xml", "<lead/>", "unsupported_content_type"),
        ("multipart/form-data; boundary=x", "--x--", "unsupported_content_type"),
        ("application/pdf", '{"a": "1"}', "unsupported_content_type"),
        ("nonsense", '{"a": "1"}', "unsupported_content_type"),
        ("text/plain", "hello", "invalid_payload"),
        ("", "", "invalid_payload"),
        ("application/json", "a=1", "invalid_payload"),
        ("application/json; charset=nonsense", '{"a": "1"}', "invalid_payload"),
        ("application/json; charset=unicode_escape", '{"a": "1"}', "invalid_payload"),
        ("application/json; charset=utf-7", '{"a": "1"}', "invalid_payload"),
    ],
)
def test_the_content_type_decides_and_else_the_body(content_type: str, body: str, expected: Any) -> None:
    assert values(body, content_type) == expected


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "latin-1", "windows-1252", "utf-8"])
def test_a_named_charset_is_used(charset: str) -> None:
    assert values('{"a": "é"}'.encode(charset), f'application/json; charset="{charset}"') == {"a": "é"}
    assert values(b"a=%E9", f"{FORM}; charset=latin-1") == {"a": "é"}


def test_compressed_bodies_are_opened_within_bounds() -> None:
    body = b'{"a": "1"}'
    raw_deflate = zlib.compress(body)[2:-4]
    assert values(gzip.compress(body), content_encoding="gzip") == {"a": "1"}
    assert values(gzip.compress(body), content_encoding="X-GZIP") == {"a": "1"}
    assert values(zlib.compress(body), content_encoding="deflate") == {"a": "1"}
    assert values(raw_deflate, content_encoding="deflate") == {"a": "1"}
    assert values(gzip.compress(body[:5]) + gzip.compress(body[5:]), content_encoding="gzip") == {"a": "1"}
    assert values(body, content_encoding="identity") == {"a": "1"}
    assert values(body, content_encoding="br") == "unsupported_content_type"
    assert values(body, content_encoding="gzip") == "invalid_payload"
    assert values(gzip.compress(body)[:-4], content_encoding="gzip") == "invalid_payload"
    assert values(gzip.compress(b"") * 5000, content_encoding="gzip") == "invalid_payload"
    assert values(gzip.compress(b"0" * 20_000_000), content_encoding="gzip") == "payload_too_large"


def test_size_is_bounded_before_and_after_decompression() -> None:
    limits = Limits(max_bytes=100)
    assert values('{"a":"' + "x" * 92 + '"}', limits=limits) == {"a": "x" * 92}
    assert values('{"a":"' + "x" * 93 + '"}', limits=limits) == "payload_too_large"
    assert values(gzip.compress(b'{"a":"' + b"x" * 93 + b'"}'), limits=limits, content_encoding="gzip") == (
        "payload_too_large"
    )
    assert values(b" " * (256 * 1024 + 1)) == "payload_too_large"


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.sampled_from(["", JSON, FORM, "text/plain", "application/json; charset=utf-16", "x/y"])
    | st.text(max_size=30),
    st.sampled_from(["", "gzip", "deflate"]) | st.text(max_size=8),
)
@settings(max_examples=200, deadline=None)
def test_no_body_and_no_header_ever_raises(body: bytes, content_type: str, coding: str) -> None:
    found = read(body, content_type=content_type, content_encoding=coding)
    assert isinstance(found, Payload | PayloadFault)


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
)
TREES = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=10),
    min_size=1,
    max_size=8,
)


@given(TREES, st.booleans())
@settings(deadline=None)
def test_what_is_in_bounds_is_read_as_it_was_written(tree: dict[str, Any], ascii_only: bool) -> None:
    assert values(json.dumps(tree, ensure_ascii=ascii_only)) == tree


def test_two_spellings_of_one_name_are_seen() -> None:
    assert spelled_twice({"Email": 1, "email": 2}, ["email"])
    assert spelled_twice({"TEST": 1, "test": 2}, ["test", "email"])
    assert not spelled_twice({"Foo": 1, "foo": 2, "Email": 3}, ["email"])


def test_system_keys_are_taken_in_any_case() -> None:
    assert take({"CompID": 1, "email": 2, "AUTH": 3}, ["compid", "auth"]) == (
        {"compid": 1, "auth": 3},
        {"email": 2},
    )
