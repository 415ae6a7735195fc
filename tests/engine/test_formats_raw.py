"""Own templates: values never leave their place, what claims to be XML or JSON is that, nothing escapes the sandbox."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from apps.engine import templates
from apps.engine.formats import FORMATS, UnencodableError
from apps.engine.formats.markup import legal
from apps.engine.formats.raw import BODY
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Cdata

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CHARSETS = ("utf-8", "iso-8859-1", "windows-1252")
MARKS = str.maketrans("", "", "\x00\x01\x02")
FORM = "application/x-www-form-urlencoded"
SOAP = """\
<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Body><Post v="{{ v }}"><Zip>{{ v }}</Zip><Note>{{ v|cdata }}</Note></Post></soap:Body>
</soap:Envelope>
"""


def encode(template: str, content_type: str = "", charset: str = "utf-8", **values: Any) -> bytes:
    options = FormatOptions(template=template, content_type=content_type, charset=charset)
    return FORMATS["raw"].encode(tuple(values.items()), options).body


def problems(template: str, *targets: str, **options: Any) -> list[str]:
    found = FORMATS["raw"].problems(targets or ("v",), FormatOptions(template=template, **options))
    return [f"{each.option}: {each.words}" for each in found]


@given(TEXTS, st.sampled_from(CHARSETS))
def test_whatever_the_value_soap_parses_back(value: str, charset: str) -> None:
    template = SOAP.replace("utf-8", charset)
    post = etree.fromstring(encode(template, charset=charset, v=value))[0][0]
    expected = legal(value)
    assert dict(post.attrib) == {"v": expected}
    assert [child.text or "" for child in post] == [expected, expected]


@pytest.mark.parametrize(
    "value",
    [
        "<a>",
        "]]>",
        "&",
        '"',
        "'",
        "\x00",
        "\x01x\x01",
        "\x02",
        "{{ v }}",
        "{% if %}",
        "<!--",
        "\r\n\t",
        "--",
        "?>",
    ],
)
def test_hostile_values_stay_values(value: str) -> None:
    post = etree.fromstring(encode(SOAP, v=value))[0][0]
    assert post.get("v") == legal(value)
    read = json.loads(encode('{"a": "{{ v }}", "b": {{ v|json }}}', "application/json", v=value))
    assert read == {"a": value.translate(MARKS), "b": value}


@given(TEXTS)
def test_whatever_the_value_json_parses_back(value: str) -> None:
    template = '{"a": "x{{ v }}y", "b": {{ v|json }}, "c": "{{ v|json }}", "end": 1}'
    read = json.loads(encode(template, "application/vnd.buyer+json", v=value))
    assert list(read) == ["a", "b", "c", "end"]
    assert read["a"] == f"x{value.translate(MARKS)}y"
    assert read["b"] == value
    assert json.loads(read["c"]) == value


@given(TEXTS)
def test_whatever_the_value_a_form_parses_back(value: str) -> None:
    body = encode("a={{ v }}&b={{ v|json }}&c=1", FORM, v=value)
    read = parse_qsl(body.decode(), keep_blank_values=True)
    assert [name for name, _ in read] == ["a", "b", "c"]
    assert read[0][1] == value.translate(MARKS)
    assert json.loads(read[1][1]) == value


def test_typed_values_in_json() -> None:
    template = '{"n": {{ n }}, "b": {{ b }}, "l": {{ l|json }}, "none": {{ gone|json }}, "t": "{{ n }}"}'
    body = encode(template, "application/json", n=Decimal("12.50"), b=True, l=["x", 'y"'])
    assert body == b'{"n": 12.50, "b": true, "l": ["x","y\\""], "none": null, "t": "12.50"}'


def test_names_and_conditions() -> None:
    template = """
    <l>
    {% if a == "x" %}
      <a>{{ a|upper }}{{ tags[0] }}</a>
    {% endif %}
    {% if gone %}<gone/>{% endif %}
      <z>{{ field["lead.zip"] }}</z>
    </l>"""
    body = encode(template, a="x", tags=["p", "q"], **{"lead.zip": "1"})
    assert body == b"<l>\n      <a>Xp</a>\n      <z>1</z>\n    </l>"


def test_cdata_marked_by_the_mapping() -> None:
    assert encode("<a>{{ v }}</a>", v=Cdata("x<b>")) == b"<a><![CDATA[x<b>]]></a>"


def test_html_is_escaped_and_text_is_not() -> None:
    assert encode("<p>{{ v }}<br>", "text/html", v="<b>") == b"<p>&lt;b&gt;<br>"
    assert encode("v:{{ v }}", "text/plain", v="<b>") == b"v:<b>"


def test_the_content_type_is_xml_unless_said_otherwise() -> None:
    options = FormatOptions(template="<a/>", charset="windows-1252")
    assert FORMATS["raw"].encode((), options).content_type == "text/xml; charset=windows-1252"


@pytest.mark.parametrize(
    ("template", "content_type", "value", "words"),
    [
        ("<a>{{ v }}</b>", "", "x", "no well-formed XML"),
        ("<a {{ v }}/>", "", 'x="1"', "no well-formed XML"),
        ("<a><{{ v }}</a>", "", "b/", "no well-formed XML"),
        ("<a>&nbsp;</a>", "application/soap+xml", "x", "no well-formed XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "", "x", "no well-formed XML"),
        ("", "", "x", "no well-formed XML"),
        ("{{ v }}", "application/json", "x", "outside quotes"),
        ('{"a": {{ v }}}', "application/json", '1, "admin": true', "outside quotes"),
        ('["{{ v }}", {{ v }}]', "application/json", "1", "outside quotes"),
        ('{"a": "\\{{ v }}"}', "application/json", 'u0022"', "a backslash stands before"),
        ('{"a": "{{ v }}"', "application/json", "x", "is no JSON"),
        ('{"a": NaN}', "application/json", "x", "is no JSON"),
        ("[" * 100_000, "application/json", "x", "has at most 65,536 characters"),
        ("[" * 60_000, "application/json", "x", "is no JSON"),
        ("<a>" * 2_000 + "</a>" * 2_000, "", "x", "no well-formed XML"),
    ],
)
def test_what_does_not_parse_is_not_sent(template: str, content_type: str, value: str, words: str) -> None:
    with pytest.raises(UnencodableError) as refused:
        encode(template, content_type, v=value)
    assert words in str(refused.value)
    assert "admin" not in str(refused.value)


def test_a_body_over_the_limit_is_not_sent() -> None:
    with pytest.raises(UnencodableError, match="over 256 KiB"):
        encode("{{ v }}{{ v }}", "text/plain", v="x" * 200_000)
    assert len(encode("{{ v }}", "text/plain", v="x" * 256 * 1024)) == 256 * 1024


ESCAPES = [
    "{{ v.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ v['__class__'] }}",
    "{{ v['upper'] }}",
    "{{ field['x']['__class__'] }}",
    "{{ v[v] }}",
    "{{ v[0:9] }}",
    "{{ v|attr('__class__') }}",
    "{{ v|format(1) }}",
    "{{ '%s'.format(v) }}",
    "{{ '{0.__class__}'|format(v) }}",
    "{{ v|map('upper') }}",
    "{{ v|safe }}",
    "{{ v|replace('a', 'b') }}",
    "{{ v|center(99999999) }}",
    "{{ v|json|json }}",
    "{{ (v|json ~ v)|upper|cdata }}",
    "{{ 'a'*10**9 }}",
    "{{ v * 999999999 }}",
    "{{ 10**10**10 }}",
    "{{ [v] }}",
    "{{ {'a': v} }}",
    "{{ (v, v) }}",
    "{{ v() }}",
    "{{ range(9) }}",
    "{{ lipsum() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ config }}{{ self }}",
    "{{ self.__init__ }}",
    "{{ _context }}",
    "{{ __name__ }}",
    "{{ field }}",
    "{{ v is defined }}",
    "{% for x in v %}{{ x }}{% endfor %}",
    "{% for x in v recursive %}{{ loop(x) }}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set x = v %}",
    "{% set x %}{{ v }}{% endset %}",
    "{% include v %}",
    "{% import v as x %}",
    "{% extends v %}",
    "{% block b %}{% endblock %}",
    "{% filter upper %}{% endfilter %}",
    "{% call v() %}{% endcall %}",
    "{% with x = v %}{% endwith %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% do v %}",
    "{{ v",
    "{% if v %}",
    "{{ " + "9" * 5_000 + " }}",
    "{{" + " not" * 5_000 + " v }}",
    "{{" + "(" * 500 + "v" + ")" * 500 + "|upper" * 90 + "}}",
    "{% if v %}" * 99 + "{% endif %}" * 99,
    "{{ v" + "|upper" * 5_000 + " }}",
]


@pytest.mark.parametrize("template", ESCAPES, ids=lambda text: text[:40])
@pytest.mark.parametrize("dialect", [templates.ROW, BODY], ids=["row", "body"])
def test_escapes_from_the_sandbox_are_errors(template: str, dialect: templates.Dialect) -> None:
    assert templates.problem(template, dialect)
    with pytest.raises(templates.TemplateRefusedError):
        templates.render(template, {"v": "x", "field": {"x": "y"}}, dialect)


def test_repetition_is_measured_before_it_is_rendered() -> None:
    with pytest.raises(UnencodableError, match="too long"):
        encode("{{ v" + "~v" * 20_000 + " }}", "text/plain", v="x" * 200_000)
    with pytest.raises(templates.TemplateRefusedError, match="too long"):
        templates.render("{{ v }}" * 250, {"v": "x" * 200_000})


@given(st.text("{}%# vfor'\"[]()|~*_.\n", max_size=40))
def test_any_template_renders_or_is_refused(source: str) -> None:
    for dialect in (templates.ROW, BODY):
        with suppress(templates.TemplateRefusedError):
            assert "object at 0x" not in templates.render(source, {"v": "x", "field": {}}, dialect)


@pytest.mark.parametrize(
    ("template", "options", "words"),
    [
        ("", {}, "it is empty"),
        ("  \n", {}, "it is empty"),
        ("{{ v }}{{ w }}", {}, "names “w”, which no mapping row gives"),
        ('{{ v }}{{ field["lead.zip"] }}', {}, "names “lead.zip”, which no mapping row gives"),
        ("<a>\x01</a>", {}, "control characters"),
        ("<a><![CDATA[{{ v }}]]></a>", {}, "write {{ name|cdata }}"),
        ("<a>é€</a>", {"charset": "iso-8859-1"}, "has characters that ISO-8859-1 lacks"),
        ('<?xml version="1.0" encoding="utf-16"?><a/>', {}, "declares the encoding utf-16"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", {}, "document type"),
        ("{% for x in v %}{% endfor %}", {}, "cannot use “for”"),
    ],
)
def test_templates_that_cannot_be_published(template: str, options: dict[str, str], words: str) -> None:
    found = problems(template, **options)
    assert len(found) == 1
    assert words in found[0]
    assert found[0].startswith("template: ")


def test_a_name_given_twice_is_a_problem() -> None:
    assert problems("{{ v }}", "v", "v") == ["mappings: another row gives the template the same name"]


@pytest.mark.parametrize(
    "template", [SOAP, "<a><![CDATA[x]]>{{ v }}</a>", '<!DOCTYPE c SYSTEM "http://x/c.dtd"><c/>']
)
def test_templates_that_can_be_published(template: str) -> None:
    assert problems(template) == []
