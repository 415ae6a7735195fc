"""Character sets: what each lacks, what is written in place of it, and that a refusal names a target and no value."""

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.formats import FORMATS, UnencodableError
from apps.engine.formats.charsets import CHARSETS, closest
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Cdata, Pairs

LATIN, WINDOWS = CHARSETS["iso-8859-1"], CHARSETS["windows-1252"]
FLAT = ("form", "query", "multipart", "json")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "latin", "windows"),
    [
        ("Zoë Müller-Straße", "Zoë Müller-Straße", "Zoë Müller-Straße"),
        ("Æsir på Øresund", "Æsir på Øresund", "Æsir på Øresund"),
        ("e\u0301clair", "éclair", "éclair"),
        ("“It’s” ‘so’ „da‟", '"It\'s" \'so\' "da"', '“It’s” ‘so’ „da"'),
        ("a – b — c … d", "a - b - c ... d", "a – b — c … d"),
        ("€5 ™ • œuvre", "EUR5 (TM) * oeuvre", "€5 ™ • œuvre"),
        ("Łódź Đorđe Šimić", "Lódz Dorde Simic", "Lódz Dorde Šimic"),
        ("Ｆｕｌｌ ﬁt ½ ⅓", "Full fit ½ 1/3", "Full fit ½ 1/3"),
        ("thumbs 👍🏽 up", "thumbs ? up", "thumbs ? up"),
        ("heart ❤\ufe0f", "heart ?", "heart ?"),
        ("Иван 李", "???? ?", "???? ?"),
        ("a\u200bb\u200dc", "abc", "abc"),
        ("\xa0x\u2009y", "\xa0x y", "\xa0x y"),
        ("−5 ≤ 3′", "-5 <= 3'", "-5 <= 3'"),
    ],
)
def test_closest(text: str, latin: str, windows: str) -> None:
    assert closest(text, LATIN) == latin
    assert closest(text, WINDOWS) == windows


@given(TEXTS)
def test_closest_is_always_writable_and_keeps_what_is(text: str) -> None:
    for charset in (LATIN, WINDOWS):
        found = closest(text, charset)
        assert charset.has(found)
        assert closest(found, charset) == found


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_what_a_set_has_is_written_as_it_is(text: str) -> None:
    options = FormatOptions(charset="iso-8859-1")
    body = FORMATS["json"].encode((("a", text),), options).body
    assert json.loads(body.decode("latin-1")) == {"a": text}


@pytest.mark.parametrize("body_format", [*FLAT, "xml"])
@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252"])
def test_fail_names_the_target_never_the_value(body_format: str, charset: str) -> None:
    options = FormatOptions(charset=charset, on_unencodable="fail")
    pairs: Pairs = (("lead.ok", "Zoë"), ("lead.name", "Zoë 😀 Secret"))
    with pytest.raises(UnencodableError, match=r"^lead\.name: has characters that .* lacks$") as refused:
        FORMATS[body_format].encode(pairs, options)
    assert "Secret" not in str(refused.value)
    FORMATS[body_format].encode(pairs[:1], options)


@pytest.mark.parametrize("body_format", FLAT)
def test_fail_looks_into_lists(body_format: str) -> None:
    options = FormatOptions(charset="iso-8859-1", on_unencodable="fail")
    with pytest.raises(UnencodableError, match=r"^tags: "):
        FORMATS[body_format].encode((("tags", ["a", "€"]),), options)


@pytest.mark.parametrize("body_format", [*FLAT, "xml"])
@pytest.mark.parametrize("charset", sorted(CHARSETS))
@pytest.mark.parametrize("on_unencodable", ["closest", "fail"])
def test_a_lone_surrogate_is_refused_everywhere(body_format: str, charset: str, on_unencodable: str) -> None:
    options = FormatOptions(charset=charset, on_unencodable=on_unencodable)
    with pytest.raises(UnencodableError, match="not proper Unicode"):
        FORMATS[body_format].encode((("a.b", "x\ud800"),), options)


@pytest.mark.parametrize("body_format", sorted(FORMATS))
def test_an_unknown_encoding_is_refused(body_format: str) -> None:
    options = FormatOptions(charset="utf-7", template="x")
    with pytest.raises(UnencodableError, match="“utf-7” is no encoding"):
        FORMATS[body_format].encode((("a", "b"),), options)
    assert "charset" in {each.option for each in FORMATS[body_format].problems(("a",), options)}


@pytest.mark.parametrize("body_format", ["json", "form", "multipart", "query", "xml"])
def test_a_target_that_the_set_lacks_is_refused(body_format: str) -> None:
    options = FormatOptions(charset="iso-8859-1")
    with pytest.raises(UnencodableError, match="a target or the template has characters"):
        FORMATS[body_format].encode((("Имя.x", "b"),), options)
    assert {each.target for each in FORMATS[body_format].problems(("a.b", "Имя.x"), options)} >= {"Имя.x"}


@pytest.mark.parametrize(
    ("body_format", "charset", "content_type"),
    [
        ("json", "utf-8", "application/json"),
        ("json", "iso-8859-1", "application/json; charset=iso-8859-1"),
        ("form", "utf-8", "application/x-www-form-urlencoded"),
        ("form", "windows-1252", "application/x-www-form-urlencoded; charset=windows-1252"),
        ("xml", "utf-8", "application/xml; charset=utf-8"),
        ("xml", "iso-8859-1", "application/xml; charset=iso-8859-1"),
        ("query", "utf-8", ""),
    ],
)
def test_content_types(body_format: str, charset: str, content_type: str) -> None:
    encode = FORMATS[body_format].encode
    assert encode((("a", "b"),), FormatOptions(charset=charset)).content_type == content_type
    own = FormatOptions(charset=charset, content_type="text/x-own; v=1")
    assert encode((("a", "b"),), own).content_type == "text/x-own; v=1"


@pytest.mark.parametrize("body_format", sorted(FORMATS))
@pytest.mark.parametrize(
    "content_type",
    ["text/xml\r\nX-Evil: 1", "text/xml\x00", "xml", "text/", "text/xml; é", "a/b" * 60, " ", "a b/c"],
)
def test_a_content_type_that_could_be_an_injection_is_refused(body_format: str, content_type: str) -> None:
    options = FormatOptions(content_type=content_type, template="<a>{{ a }}</a>")
    assert "content_type" in {each.option for each in FORMATS[body_format].problems(("a",), options)}
    with pytest.raises(UnencodableError, match="the content type is no media type"):
        FORMATS[body_format].encode((("a", "b"),), options)


@given(st.lists(st.tuples(TEXTS.filter(bool), TEXTS), min_size=1, max_size=5))
def test_forms_read_back_as_written(pairs: list[tuple[str, str]]) -> None:
    encoded = FORMATS["form"].encode(tuple(pairs), FormatOptions())
    assert parse_qsl(encoded.body.decode("ascii"), keep_blank_values=True) == pairs
    assert FORMATS["query"].encode(tuple(pairs), FormatOptions()).query.encode() == encoded.body


@given(TEXTS)
def test_forms_in_windows_1252_read_back_as_the_closest(text: str) -> None:
    encoded = FORMATS["form"].encode((("a", text),), FormatOptions(charset="windows-1252"))
    [(_, found)] = parse_qsl(encoded.body.decode("ascii"), keep_blank_values=True, encoding="cp1252")
    assert found == (text if WINDOWS.has(text) else closest(text, WINDOWS))


@pytest.mark.parametrize("body_format", FLAT)
def test_cdata_is_plain_text_everywhere_but_in_xml(body_format: str) -> None:
    marked: Pairs = (("a", Cdata("x <b>")),)
    plain: Pairs = (("a", "x <b>"),)
    options = FormatOptions()
    assert FORMATS[body_format].encode(marked, options) == FORMATS[body_format].encode(plain, options)
