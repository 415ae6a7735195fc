"""Buyers' schemas: what breaks them is told by mapping row and without values; no schema costs or reaches anything."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.engine import schemas
from apps.engine.formats import FORMATS, Encoded
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs

LEAD: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["lead"],
    "additionalProperties": False,
    "properties": {"lead": {"$ref": "#/definitions/lead"}},
    "definitions": {
        "lead": {
            "type": "object",
            "required": ["zip", "name"],
            "additionalProperties": False,
            "patternProperties": {"^x-": {"maxLength": 3}},
            "properties": {
                "zip": {"type": "string", "pattern": "^[0-9]{5}$"},
                "name": {"minLength": 2},
                "rooms": {"type": ["integer", "null"], "maximum": 20},
                "mail": {"format": "email"},
                "kind": {"enum": ["own", "rent"]},
                "tags": {"items": {"maxLength": 2}, "uniqueItems": True},
            },
        }
    },
}
XSD = """<?xml version="1.0" encoding="utf-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:l" xmlns="urn:l"
           elementFormDefault="qualified">
  <xs:element name="Lead"><xs:complexType><xs:sequence>
    <xs:element name="Zip"><xs:simpleType><xs:restriction base="xs:string">
      <xs:pattern value="[0-9]{5}"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="Age" type="xs:int" minOccurs="0"/>
    <xs:element name="Phone" maxOccurs="3"><xs:complexType><xs:simpleContent><xs:extension base="xs:string">
      <xs:attribute name="type" use="required" type="xs:NCName"/></xs:extension></xs:simpleContent>
    </xs:complexType></xs:element>
    <xs:element name="Note"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
RIGHT: Pairs = (
    ("Lead.Zip", "78701"),
    ("Lead.Phone[0]", "1"),
    ("Lead.Phone[0].@type", "h"),
    ("Lead.Note", "x"),
)


def json_found(*pairs: tuple[str, Any], schema: Any = LEAD) -> list[tuple[str, str]]:
    body = FORMATS["json"].encode(pairs, FormatOptions())
    return list(schemas.violations("json_schema", json.dumps(schema), body))


def xsd_found(*pairs: tuple[str, Any], prefix: str = "", **options: Any) -> list[tuple[str, str]]:
    options = {"namespaces": ((prefix, "urn:l"),), **options}
    body = FORMATS["xml"].encode(pairs, FormatOptions(**options))
    return list(schemas.violations("xsd", XSD, body, options.get("charset", "utf-8")))


def test_what_fits_has_no_violations() -> None:
    assert (
        json_found(("lead.zip", "78701"), ("lead.name", "Ann"), ("lead.x-a", "abc"), ("lead.rooms", 3)) == []
    )
    assert xsd_found(*RIGHT) == []
    assert schemas.violations("", "", Encoded(b"anything")) == ()
    assert schemas.problem("", "") == ""


@pytest.mark.parametrize(
    ("target", "value", "words"),
    [
        ("lead.zip", "SECRET", "does not match the pattern ^[0-9]{5}$"),
        ("lead.name", "S", "is shorter than 2 characters"),
        ("lead.rooms", "SECRET", "is no integer or null"),
        ("lead.rooms", 77777, "is above 20"),
        ("lead.mail", "SECRET", "is no email"),
        ("lead.kind", "SECRET", "has a value that is not among those the schema allows"),
        ("lead.tags[0]", "SECRET", "is longer than 2 characters"),
        ("lead.tags", ["a", "a"], "has an item twice"),
        ("lead.other", "SECRET", "is nothing the schema knows"),
        ('lead["o.t"]', "SECRET", "is nothing the schema knows"),
        ("lead.x-a", "SECRET", "is longer than 3 characters"),
        ("top", "SECRET", "is nothing the schema knows"),
    ],
)
def test_json_violations_name_target_and_rule_never_the_value(target: str, value: Any, words: str) -> None:
    rest = [pair for pair in (("lead.zip", "78701"), ("lead.name", "Ann")) if pair[0] != target]
    assert json_found((target, value), *rest) == [(target, words)]


def test_a_required_property_is_named_itself() -> None:
    assert json_found(("lead.name", "Ann")) == [("lead.zip", "is required and is not sent")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"Lead.Zip": "SECRET"}, ("Lead.Zip", "does not match the pattern of the schema")),
        ({"Lead.Age": "SECRET"}, ("Lead.Age", "has no value of the type xs:int")),
        ({"Lead.Phone[0].@type": "1 SECRET"}, ("Lead.Phone.@type", "has no value of the type xs:NCName")),
        ({"Lead.Phone[0].@type": None}, ("Lead.Phone.@type", "is required and is not sent")),
        ({"Lead.Phone[0].@SECRET": "1"}, ("Lead.Phone.@SECRET", "is no attribute the schema knows")),
        ({"Lead.Zip": None}, ("Lead.Phone", "stands where the schema does not want it: Zip is expected")),
        ({"Lead.Note": None}, ("Lead", "lacks elements: Phone is expected")),
        (
            {"Lead.Phone[0]": None, "Lead.Phone[0].@type": None, "Lead.Note": None},
            ("Lead", "lacks elements: one of Age, Phone is expected"),
        ),
    ],
)
def test_xsd_violations_name_target_and_rule_never_the_value(
    changed: dict[str, Any], expected: tuple[str, str]
) -> None:
    pairs = {
        "Lead.Zip": "78701",
        **({"Lead.Age": ""} if "Lead.Age" in changed else {}),
        **dict(RIGHT),
        **changed,
    }
    assert xsd_found(*((target, value) for target, value in pairs.items() if value is not None)) == [expected]


def test_xsd_places_are_spelled_as_targets_with_prefixes() -> None:
    pairs = tuple(
        (target.replace("Lead.", "q:Lead.q:").replace("q:@", "@"), value) for target, value in RIGHT
    )
    wrong = (*pairs[:-1], ("q:Lead.q:Phone[1]", "2"), pairs[-1])
    assert xsd_found(*wrong, prefix="q") == [("q:Lead.q:Phone[1].@type", "is required and is not sent")]


def test_another_root_is_told() -> None:
    assert xsd_found(("Led.Zip", "1")) == [("Led", "is no element the schema knows as a root")]


def test_what_stands_in_a_soap_body_is_checked() -> None:
    pairs = [(f"s:Envelope.s:Body.{target}", value) for target, value in RIGHT]
    options: dict[str, Any] = {"namespaces": (("s", SOAP), ("", "urn:l"))}
    assert xsd_found(*pairs, **options) == []
    pairs[0] = (pairs[0][0], "SECRET")
    assert xsd_found(*pairs, **options) == [(pairs[0][0], "does not match the pattern of the schema")]
    assert xsd_found(("s:Envelope.s:Body", ""), **options) == [("", "the SOAP body is empty")]


def test_other_encodings_are_read() -> None:
    for charset in ("iso-8859-1", "windows-1252"):
        assert xsd_found(*RIGHT[:-1], ("Lead.Note", "é€😀"), charset=charset) == []


def test_a_schema_location_in_the_document_is_never_followed(tmp_path: Path) -> None:
    other = tmp_path / "other.xsd"
    other.write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:z"/>')
    spaces = (("", "urn:l"), ("xsi", "http://www.w3.org/2001/XMLSchema-instance"))
    hostile = ("Lead.@xsi:schemaLocation", f"urn:z {other} urn:y file:///etc/passwd")
    assert xsd_found(hostile, *RIGHT, namespaces=spaces) == []


@pytest.mark.parametrize("kind", ["json_schema", "xsd"])
def test_a_body_of_another_kind_is_told(kind: str) -> None:
    text = json.dumps(LEAD) if kind == "json_schema" else XSD
    [(target, words)] = schemas.violations(kind, text, Encoded(b"a=1&b=2"))
    assert target == ""
    assert words in ("the body is no JSON", "the body is no well-formed XML")


def nested(levels: int) -> str:
    return '{"not":' * levels + "{}" + "}" * levels


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"type": "strin"}', "is no JSON Schema: type"),
        ('{"$schema": "urn:mine"}', "a draft that is unknown"),
        ('{"$ref": "https://example.com/x.json"}', "refers to another document"),
        ('{"properties": {"a": {"$ref": "file:///etc/passwd"}}}', "refers to another document"),
        ('{"$ref": "#/definitions/gone"}', "which is not in it"),
        ('{"pattern": "("}', "cannot be used here"),
        ('{"pattern": "(?=a)b"}', "no look-around"),
        ('{"patternProperties": {"(a)\\\\1": {}}}', "no back references"),
        (nested(100), "nested too deep"),
        (" " * 300_000, "over 256 KiB"),
    ],
)
def test_json_schemas_that_cannot_be_used(text: str, words: str) -> None:
    assert words in schemas.problem("json_schema", text)
    assert schemas.violations("json_schema", text, Encoded(b"{}")) == (
        ("", schemas.problem("json_schema", text)),
    )


def xs(content: str) -> str:
    return f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{content}</xs:schema>'


DOUBLING = xs(
    "".join(
        f'<xs:group name="g{n}"><xs:sequence><xs:group ref="g{n + 1}"/><xs:group ref="g{n + 1}"/></xs:sequence>'
        "</xs:group>"
        for n in range(40)
    )
    + '<xs:group name="g40"><xs:sequence><xs:element name="e"/></xs:sequence></xs:group>'
    + '<xs:element name="a"><xs:complexType><xs:group ref="g0"/></xs:complexType></xs:element>'
)
REPEATED = "<xs:sequence maxOccurs='999'>" * 3 + "<xs:element name='b'/>" + "</xs:sequence>" * 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no XML Schema"),
        ("<a/>", "is no XML Schema"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + xs("&x;"), "is no XML Schema"),
        (xs('<xs:include schemaLocation="file:///etc/passwd"/>'), "refers to another document by “include”"),
        (xs('<xs:import namespace="urn:x" schemaLocation="http://10.0.0.1/x.xsd"/>'), "by “import”"),
        (xs('<xs:redefine schemaLocation="x.xsd"/>'), "by “redefine”"),
        (xs('<xs:element name="a" type="gone"/>'), "does not resolve"),
        (xs('<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b" maxOccurs="99999999"/>'
            "</xs:sequence></xs:complexType></xs:element>"), "too much work"),
        (xs(f'<xs:element name="a"><xs:complexType>{REPEATED}</xs:complexType></xs:element>'), "too much work"),
        (DOUBLING, "too much work"),
        (xs('<xs:simpleType name="t"><xs:restriction base="xs:string"><xs:pattern value="((a{999}){999}){999}"/>'
            "</xs:restriction></xs:simpleType>"), "too much work"),
        ("<!--" + "x" * 300_000 + "-->", "over 256 KiB"),
    ],
)  # fmt: skip
def test_xml_schemas_that_cannot_be_used(text: str, words: str) -> None:
    assert words in schemas.problem("xsd", text)
    assert schemas.violations("xsd", text, Encoded(b"<a/>")) == (("", schemas.problem("xsd", text)),)


def test_an_unknown_kind_is_refused() -> None:
    assert schemas.problem("dtd", "x") == "“dtd” is no kind of schema"


def test_endless_work_is_cut() -> None:
    doubling = {f"a{n}": {"allOf": [{"$ref": f"#/definitions/a{n + 1}"}] * 2} for n in range(40)} | {
        "a40": {}
    }
    for schema in ({"$ref": "#"}, {"$ref": "#/definitions/a0", "definitions": doubling}):
        assert json_found(("a", "b"), schema=schema) == [("", "the schema takes too much work to check")]


def test_patterns_take_linear_time() -> None:
    # With a backtracking engine this test would never end.
    schema = {"properties": {"v": {"pattern": "^(a+)+$"}}, "patternProperties": {"^(b+)+$": {}},
              "additionalProperties": False}  # fmt: skip
    found = json_found(("v", "a" * 5_000 + "!"), ("b" * 200 + "!", "1"), schema=schema)
    assert [words for _, words in found] == [
        "does not match the pattern ^(a+)+$",
        "is nothing the schema knows",
    ]


def test_a_schema_within_cannot_name_other_rules() -> None:
    schema = {
        "properties": {"v": {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "^(a+)+$"}}
    }
    assert len(json_found(("v", "a" * 5_000 + "!"), schema=schema)) == 1


def test_rows_at_fault() -> None:
    targets = ["lead.zip", "lead.items[5].name", "$.top", "Lead.Phone[0].@type"]
    found = (
        ("lead.zip", "w"),
        ("lead.items[0].name", "w"),
        ("top", "w"),
        ("Lead.Phone.@type", "w"),
        ("x", "w"),
        ("", "w"),
    )
    assert schemas.told(found, targets) == (
        *((target, "w") for target in targets),
        ("", "“x” w"),
        ("", "w"),
    )
