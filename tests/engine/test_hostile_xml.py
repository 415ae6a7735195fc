"""S4 and S11: what a hostile buyer answers costs little, reaches nothing and is no sale by accident."""

import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import elements, outcome, xpath
from apps.engine.answer import Answer
from apps.engine.orders import ResponseRule
from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Outcome

SOLD = ResponseRule("accepted", match="xpath", path="//status", value="ok", reason_path="//note")
ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def answer(body: str | bytes, content_type: str = "text/xml") -> OutboundResponse:
    sent = body if isinstance(body, bytes) else body.encode()
    return OutboundResponse(200, (("Content-Type", content_type),), sent, sent=True)


def values(body: str | bytes, path: str, content_type: str = "text/xml") -> list[object]:
    return Answer(answer(body, content_type)).values(path)


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><status>&x;</status></r>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/evil.dtd"><r><status>ok</status></r>',
        '<!DOCTYPE r PUBLIC "-//X" "file:///etc/passwd"><r><status>ok</status></r>',
        f'<!DOCTYPE r [<!ENTITY l0 "ok">{ENTITIES}]><r><status>&l9;</status></r>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]><r><status>ok</status></r>',
        '<?xml version="1.0"?><!-- a --><!DOCTYPE r><r><status>ok</status></r>',
        "<!-- <r> --><!DOCTYPE r><r><status>ok</status></r>",
        "<r><!DOCTYPE r><status>ok</status></r>",
        "<r/></_><!DOCTYPE _><_><status>ok</status>",
        "<!doctype html><html><status>ok</status></html>",
        "<o>&lt;!DOCTYPE r&gt;&lt;r&gt;&lt;status&gt;ok&lt;/status&gt;&lt;/r&gt;</o>",
        '<o><![CDATA[<!DOCTYPE r [<!ENTITY x "ok">]><r><status>&x;</status></r>]]></o>',
    ],
)
def test_a_doctype_is_never_parsed(body: str) -> None:
    reading = outcome.read(answer(body), (SOLD,))
    assert reading.outcome is Outcome.UNKNOWN
    assert "root:" not in str(reading)


def test_text_and_pattern_still_read_an_answer_with_a_doctype() -> None:
    rule = ResponseRule("accepted", match="regex", value=r"<status>(?P<reference>\w+)</status>")
    reading = outcome.read(answer("<!DOCTYPE r><r><status>ok</status></r>"), (SOLD, rule))
    assert (reading.outcome, reading.rule_index, reading.reference) == (Outcome.ACCEPTED, 1, "ok")


def test_nothing_is_fetched(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    here = f"http://127.0.0.1:{server.server_port}"
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    for body in (
        f'<!DOCTYPE r SYSTEM "{here}/dtd"><r/>',
        f'<r xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{here}/x" parse="text"/></r>',
        f'<r xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file://{secret}" parse="text"/></r>',
        f'<?xml-stylesheet href="{here}/style"?><r xmlns:x="{here}/ns" x:schemaLocation="{here}/a {here}/b"/>',
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]><r>&x;</r>',
    ):
        found = [*values(body, "//r"), *values(body, "//include")]
        assert "the secret" not in str(found)
    server.shutdown()
    thread.join()
    server.server_close()
    assert asked == []


@pytest.mark.parametrize(
    "body",
    [
        "<a>" * 256 + "<status>ok</status>" + "</a>" * 256,
        "<r>" + "<a/>" * (elements.MAX_ELEMENTS + 1) + "<status>ok</status></r>",
        "<r><status>ok</status>",
        "<r><status>ok</r></status>",
        "<r a='1' a='2'><status>ok</status></r>",
        "<r/></_><_><status>ok</status>",
    ],
    ids=["256 deep", "too many", "cut", "crossed", "attribute twice", "out of the wrapping"],
)
def test_what_is_no_sound_xml_is_not_read_by_path(body: str) -> None:
    assert outcome.read(answer(body), (SOLD,)).outcome is Outcome.UNKNOWN


def test_a_huge_attribute_is_only_an_attribute() -> None:
    body = f"<r a='{'x' * 200_000}'><status>ok</status></r>"
    rule = ResponseRule("accepted", match="xpath", path="//status", value="ok", reference_path="/r/@a")
    assert len(outcome.read(answer(body), (rule,)).reference) == outcome.MAX_REFERENCE


def test_utf_16_is_read_and_utf_7_is_not() -> None:
    body = '<?xml version="1.0" encoding="utf-16"?><r><status>ok</status></r>'
    assert values(body.encode("utf-16"), "//status") == ["ok"]
    assert values(body.encode("utf-16-be"), "//status", "text/xml; charset=utf-16be") == ["ok"]
    assert values(body, "//status") == ["ok"]
    assert values(body, "//status", "text/xml; charset=utf-16") == ["ok"]
    hidden = "+ADw-r+AD4APA-status+AD4-ok+ADw-/status+AD4APA-/r+AD4-"
    assert values(hidden, "//status", "text/xml; charset=utf-7") == []
    assert values(f'<?xml version="1.0" encoding="utf-7"?>{hidden}', "//status") == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<r xmlns="urn:a"><status xmlns="urn:b">ok</status></r>', ["ok"]),
        ('<a:r xmlns:a="urn:a"><b:status xmlns:b="urn:a">ok</b:status></a:r>', ["ok"]),
        ("<s:r><s:status>ok</s:status></s:r>", ["ok"]),
        ('<r xmlns:a="u" xmlns:b="u"><a:status>no</a:status><b:status>ok</b:status></r>', ["no", "ok"]),
        ("<xml:status>ok</xml:status>", ["ok"]),
    ],
)
def test_namespaces_play_no_part(body: str, found: list[str]) -> None:
    assert values(body, "//status") == found


def test_a_document_inside_a_document_is_opened_only_so_far() -> None:
    body = "<status>ok</status>"
    for _ in range(elements.MAX_INSIDE):
        body = f"<o>{body.replace('&', '&amp;').replace('<', '&lt;')}</o>"
    assert values(body, "//status") == ["ok"]
    assert values(f"<o>{body.replace('&', '&amp;').replace('<', '&lt;')}</o>", "//status") == []


@pytest.mark.parametrize(
    "path",
    [
        "//*//*//*//*//*//*",
        "//*[.//b]",
        "//*[contains(., 'zzz')]",
        "//*/..//*/..//*/..//*",
        "//*[*[*[*[b]]]]",
    ],
)
def test_a_costly_path_ends(path: str) -> None:
    wide = "<r>" + "<a><b>x</b></a>" * 950 + "</r>"
    deep = "<a>" * 90 + "x" * 200_000 + "</a>" * 90
    both = "<a>" * 90 + "<b>x</b>" * 1850 + "</a>" * 90
    for body in (wide, deep, both):
        assert len(values(body, path)) <= 1000


def test_all_paths_into_one_answer_share_its_work() -> None:
    opened = Answer(answer("<a>" * 90 + "<b>x</b>" * 1850 + "<status>ok</status>" + "</a>" * 90))
    assert opened.values("//status") == ["ok"]
    assert opened.values("//*[.='q']") == []
    assert opened.values("//status") == []


def test_texts_of_elements_within_elements_are_work() -> None:
    top = elements.read_xml("<a>" * 90 + "<b>x</b>" * 1000 + "</a>" * 90)
    assert top is not None
    work = xpath.Work(20_000)
    assert xpath.find(top, xpath.parse("//a[.='q']"), work) == []
    assert work.left < 0


def test_many_rules_read_a_large_answer() -> None:
    body = "<r>" + "<line><code>7</code><note>n</note></line>" * 25 + "<status>ok</status></r>"
    no = tuple(replace(SOLD, value=f"no{number}", price_path="//price") for number in range(30))
    assert outcome.read(answer(body), (*no, SOLD)).rule_index == 30


def test_so_many_texts_are_tried_as_documents_the_first_ones() -> None:
    inner = "".join(f"<o>&lt;b&gt;{number}&lt;/b&gt;</o>" for number in range(100))
    assert values(f"<r>{inner}</r>", "//b") == [str(number) for number in range(elements.MAX_OPENED)]
    broken = "<o>&lt;b&gt;&amp;x&lt;/c&gt;</o>" * 100
    assert values(f"<r>{broken}{inner}</r>", "//b") == []


@pytest.mark.parametrize(
    "body",
    [
        "<a><![CDATA[" * 20000,
        "<a>" + "&" * 200000 + "</a>",
        "<?xml " * 40000,
        "<!--" * 60000,
        "{" * 200000,
        '{"a":' * 50000 + "1" + "}" * 50000,
        '{"a":[' + '"{}",' * 40000 + "1]}",
        "cb(" + "{" * 100000 + "})",
    ],
)
def test_a_costly_answer_is_read_or_not_but_ends(body: str) -> None:
    opened = Answer(answer(body))
    assert isinstance(opened.values("//a"), list)
    assert isinstance(opened.values("a.b"), list)


def test_json_text_of_a_hostile_answer_is_bounded() -> None:
    body = '{"status":"ok","note":"' + "x" * 100_000 + '"}'
    rule = ResponseRule("accepted", match="json_path", path="status", value="ok", reason_path="note")
    assert len(outcome.read(answer(body), (rule,)).reason) == outcome.MAX_REASON


READ: list[tuple[str, list[str]]] = [
    ("/r/a/b", ["1", "2"]),
    ("//b", ["1", "2", "3"]),
    ("//b[1]", ["1", "3"]),
    ("/r/a/b[last()]", ["2"]),
    ("/r/*/b", ["1", "2", "3"]),
    ("//@id", ["x", "y"]),
    ("/r/a/@*", ["x"]),
    ("//b/text()", ["1", "2", "3"]),
    ("//b[.='2']/../@id", ["x"]),
    ("//c[b='3']/@id", ["y"]),
    ("//*[@id='y']/b", ["3"]),
    ('//b[text()="2"]', ["2"]),
    ("//*[local-name()='c']/b", ["3"]),
    ("//b[contains(., '2') or starts-with(., '3')]", ["2", "3"]),
    ("//a[b and not(c)]/@id", ["x"]),
    ("//*[name()='a' and @id!='y']/@id", ["x"]),
    ("string(//c/b)", ["3"]),
    ("normalize-space( //c/b )", ["3"]),
    ("//b[normalize-space(.)='3']", ["3"]),
    ("//b[normalize-space()='3']", ["3"]),
    ("/soap:r/x:c/x:b", ["3"]),
    ("r/c/b", ["3"]),
    ("/r/nothing", []),
    ("/r/a/b[3]", []),
    ("/r/c/./b", ["3"]),
]


@pytest.mark.parametrize(("path", "found"), READ, ids=[path for path, _ in READ])
def test_the_paths_that_are_read(path: str, found: list[str]) -> None:
    body = "<r><a id='x'><b>1</b><b>2</b></a><c id='y'><b> 3 </b></c></r>"
    opened = Answer(answer(body))
    assert xpath.problem(path) == ""
    assert [text.strip() for text in opened.elements(path)] == found


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/a[",
        "/a]",
        "/a[0]",
        "/a[1.5]",
        "count(//a)",
        "//a | //b",
        "/a/ancestor::b",
        "document('x')",
        "//a[id('x')]",
        "/a[b>1]",
        "/a[//b]",
        "/a[local-name()]",
        "$x",
        "/a" * 33,
        "a" * 501,
        "/a[b='x]",
        "/a b",
        "/a" + "[not(" * 20 + "b" + ")]" * 20,
        "/a[contains(., b)]",
    ],
)
def test_a_path_beyond_the_subset_is_refused_in_words(path: str) -> None:
    assert len(xpath.problem(path)) > 10
    assert outcome.problems(ResponseRule("accepted", match="xpath", path=path, value="x"))
    assert values("<a>1</a>", path) == []


@given(st.text(st.sampled_from("/a*@.[]()'=!,|x1: nottextlast-"), max_size=40))
def test_any_path_is_read_or_refused(path: str) -> None:
    if xpath.problem(path) == "":
        top = elements.read_xml("<a x='1'><b>1</b><b>2</b></a>")
        assert top is not None
        assert isinstance(xpath.find(top, xpath.parse(path), xpath.Work()), list)
