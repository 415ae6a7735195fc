"""XML: whatever the values, any parser reads the same texts back; and what cannot be XML is found before."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from apps.engine.formats import FORMATS, UnencodableError
from apps.engine.formats.markup import legal
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Cdata, Pairs

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CHARSETS = ("utf-8", "iso-8859-1", "windows-1252")
HOSTILE = (
    "<script>", "]]>", "]]>]]>", "]]", "&amp;", "&lt;", '"', "'", "\x00", "\x01\x08\x0b\x0c\x1f", "\ufffe", "\r\n",
    "\t x ", '" onload="', "--><b/>", "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;", "<![CDATA[", "<?xml?>", "€\x85\u2028😀",
    "</Lead><Lead>", "&#0;", "%3C",
)  # fmt: skip


def encode(*pairs: tuple[str, Any], **options: Any) -> bytes:
    return FORMATS["xml"].encode(pairs, FormatOptions(**options)).body


def text(*pairs: tuple[str, Any], **options: Any) -> str:
    """The document without its declaration."""
    return encode(*pairs, **options).decode().partition("\n")[2]


def read(body: bytes) -> Any:
    """As a buyer would: by the declared encoding, with nothing switched off but entities."""
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False))


def check_reads_back(value: str, charset: str) -> None:
    pairs = (("Lead.@a", value), ("Lead.Text", value), ("Lead.Data", Cdata(value)), ("Lead.Last", "end"))
    root = read(encode(*pairs, charset=charset))
    assert [child.tag for child in root] == ["Text", "Data", "Last"]
    assert root.attrib == {"a": legal(value)}
    assert [root.findtext(name) for name in ("Text", "Data", "Last")] == [legal(value), legal(value), "end"]


@given(TEXTS, st.sampled_from(CHARSETS))
def test_whatever_the_value_it_parses_back(value: str, charset: str) -> None:
    check_reads_back(value, charset)


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_stay_values(value: str, charset: str) -> None:
    check_reads_back(value, charset)


def test_illegal_characters_are_left_out() -> None:
    assert (
        text(("a.b", "x\x00y\x0bz\ufffe"), ("a.c", Cdata("\x1f1"))) == "<a><b>xyz</b><c><![CDATA[1]]></c></a>"
    )


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ((("Lead.Zip", "78701"),), "<Lead><Zip>78701</Zip></Lead>"),
        ((("Lead", "x"),), "<Lead>x</Lead>"),
        ((("Lead.@id", "1"), ("Lead", "x")), '<Lead id="1">x</Lead>'),
        ((("Lead.@id", "1"),), '<Lead id="1"/>'),
        ((("Lead.a", ""),), "<Lead><a/></Lead>"),
        ((("L.p[1]", "b"), ("L.p[0]", "a")), "<L><p>a</p><p>b</p></L>"),
        ((("L.p[7].x", "b"), ("L.p[2].x", "a")), "<L><p><x>a</x></p><p><x>b</x></p></L>"),
        ((("L.p[0]", "a"), ("L.q", "x"), ("L.p[1]", "b")), "<L><p>a</p><p>b</p><q>x</q></L>"),
        ((("L.p", ["a", "b"]), ("L.q", [])), "<L><p>a</p><p>b</p></L>"),
        ((("L.p.@k", ["a", "b"]),), '<L><p k="a,b"/></L>'),
        ((("L.p[0].@k", "1"), ("L.p[0]", "x")), '<L><p k="1">x</p></L>'),
        ((("L.xml:lang", "en"), ("L.@xml:lang", "de")), '<L xml:lang="de"><xml:lang>en</xml:lang></L>'),
        ((('L["a.b"].c-d', "1"),), "<L><a.b><c-d>1</c-d></a.b></L>"),
        ((("L.n", True), ("L.m", 5)), "<L><n>true</n><m>5</m></L>"),
    ],
)
def test_documents(pairs: Pairs, expected: str) -> None:
    assert text(*pairs) == expected


def test_namespaces() -> None:
    spaces = (("", "urn:lead"), ("soap", "http://schemas.xmlsoap.org/soap/envelope/"))
    body = encode(("soap:Envelope.soap:Body.Lead.@soap:actor", "x"), namespaces=spaces)
    assert read(body)[0][0].tag == "{urn:lead}Lead"
    assert read(body)[0].tag == "{http://schemas.xmlsoap.org/soap/envelope/}Body"
    assert read(body)[0][0].attrib == {"{http://schemas.xmlsoap.org/soap/envelope/}actor": "x"}
    assert body.count(b"xmlns") == 2


def test_a_namespace_is_escaped() -> None:
    root = read(encode(("a.b", "c"), namespaces=(("", "urn:a?b='1'&c=2"),)))
    assert root.nsmap == {None: "urn:a?b='1'&c=2"}
    assert len(root) == 1


@pytest.mark.parametrize(
    ("charset", "declared", "written"),
    [
        ("utf-8", "UTF-8", "é€😀".encode()),
        ("iso-8859-1", "ISO-8859-1", b"\xe9&#8364;&#128512;"),
        ("windows-1252", "windows-1252", b"\xe9\x80&#128512;"),
    ],
)
def test_the_declared_encoding_and_numbers_for_what_it_lacks(
    charset: str, declared: str, written: bytes
) -> None:
    body = encode(("a.b", "é€😀"), ("a.c", Cdata("é€😀")), charset=charset)
    assert body.startswith(f'<?xml version="1.0" encoding="{declared}"?>\n'.encode())
    assert written in body
    assert [child.text for child in read(body)] == ["é€😀", "é€😀"]


@pytest.mark.parametrize(
    ("targets", "at_fault", "words"),
    [
        (("Lead.a", "Leed.b"), "Leed.b", "a document has one root"),
        (("Lead.a", "Lead.a"), "Lead.a", "another row writes to the same place"),
        (("Lead.a", "Lead.a[0]"), "Lead.a[0]", "another row writes to the same place"),
        (("Lead.a", "Lead.a.b"), "Lead.a.b", "cannot stand in one document"),
        (("Lead.a.b", "Lead.a"), "Lead.a", "cannot stand in one document"),
        (("Lead.@a", "Lead.@a"), "Lead.@a", "another row writes to the same place"),
        (("Lead[0].a",), "Lead[0].a", "follows the name of an element, once"),
        (("Lead.a[0][1]",), "Lead.a[0][1]", "follows the name of an element, once"),
        (("@a",), "@a", "An attribute needs an element before it"),
        (("Lead.@a.b",), "Lead.@a.b", "“@a” is no name in XML"),
        (("Lead.1a",), "Lead.1a", "“1a” is no name in XML"),
        (("Lead.a b",), "Lead.a b", "“a b” is no name in XML"),
        (("Lead.a<b",), "Lead.a<b", "is no name in XML"),
        (("Lead.a/b",), "Lead.a/b", "is no name in XML"),
        (("Lead.@a=b",), None, ""),
        (("Lead.x:a",), "Lead.x:a", "The prefix “x” is not among"),
        (("Lead.:a",), "Lead.:a", "is no name in XML"),
        (("Lead.a:",), "Lead.a:", "is no name in XML"),
        (("Lead.x:y:z",), "Lead.x:y:z", "is no name in XML"),
        (("Lead.@xmlns",), "Lead.@xmlns", "declared at the endpoint"),
        (("Lead.@xmlns:q",), "Lead.@xmlns:q", "declared at the endpoint"),
    ],
)
def test_targets_that_cannot_be_xml(targets: tuple[str, ...], at_fault: str | None, words: str) -> None:
    found = list(FORMATS["xml"].problems(targets, FormatOptions()))
    assert [each.target for each in found] == ([at_fault] if at_fault else [])
    assert all(words in each.words for each in found)
    with pytest.raises(UnencodableError, match="^" + re.escape(targets[-1])):
        encode(*((target, "SECRET") for target in targets))


@pytest.mark.parametrize(
    "namespaces",
    [
        (("1x", "u"),),
        (("xml", "u"),),
        (("xmlns", "u"),),
        (("a", ""),),
        (("a", "u"), ("a", "v")),
        (("a", "\x00"),),
    ],
)
def test_namespaces_that_cannot_be_used(namespaces: tuple[tuple[str, str], ...]) -> None:
    found = list(FORMATS["xml"].problems(("Lead.a",), FormatOptions(namespaces=namespaces)))
    assert [each.option for each in found] == ["namespaces"]


def test_nothing_mapped_is_no_document() -> None:
    with pytest.raises(UnencodableError, match="cannot be without a root"):
        encode()


def test_a_list_as_the_root_is_refused() -> None:
    with pytest.raises(UnencodableError, match="Lead: is a list"):
        encode(("Lead", ["a"]))


@given(st.lists(st.from_regex(r"\A[A-Za-z@:.\[\]0-9\"]{1,12}\Z"), min_size=1, max_size=4))
def test_what_is_no_problem_can_be_built_and_parses(targets: list[str]) -> None:
    usable = not list(FORMATS["xml"].problems(tuple(targets), FormatOptions()))
    try:
        body = encode(*((target, "v") for target in targets))
    except UnencodableError:
        return
    read(body)
    assert usable
