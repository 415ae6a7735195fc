"""What a format makes of a value is among its spellings, so that masking finds it again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.formats import FORMATS
from apps.engine.formats.charsets import CHARSETS, closest
from apps.engine.formats.spellings import spellings
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Cdata

LATIN = CHARSETS["iso-8859-1"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
TEMPLATES = {
    "text/xml": "<a>{{ v }}</a>",
    "application/json": '{"a": "{{ v }}"}',
    "text/html": "<p>{{ v }}</p>",
}


@given(TEXTS.filter(lambda text: text.isprintable() and text.strip() == text and bool(closest(text, LATIN))))
def test_every_format_writes_one_of_the_spellings(text: str) -> None:
    found = spellings(text)
    for charset in CHARSETS.values():
        options = FormatOptions(charset=charset.key)
        for key in ("json", "xml", "form", "multipart"):
            body = FORMATS[key].encode((("a.b", text),), options).body.decode(charset.codec)
            assert any(spelt in body for spelt in found)
        body = FORMATS["xml"].encode((("a.b", Cdata(text)),), options).body.decode(charset.codec)
        assert any(spelt in body for spelt in found)
        for content_type, template in TEMPLATES.items():
            options = FormatOptions(charset=charset.key, content_type=content_type, template=template)
            body = FORMATS["raw"].encode((("v", text),), options).body.decode(charset.codec)
            assert any(spelt in body for spelt in found)


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("O'Brien", "O&apos;Brien"),
        ("Dvořák", "Dvorák"),
        ("Dvořák", "Dvo&#345;ák"),
        ("Zürich", "Z%FCrich"),
        ("“A”", '\\"A\\"'),
        ("a]]>b", "<![CDATA[a]]]]><![CDATA[>b]]>"),
    ],
)
def test_spellings(text: str, spelt: str) -> None:
    assert spelt in spellings(text)
