"""Every way in which a body may spell a value, for those who have to find it there again (masking)."""

from json.encoder import encode_basestring
from urllib.parse import quote_plus

from apps.engine.formats.charsets import CHARSETS, closest
from apps.engine.formats.markup import anywhere_text, cdata, element_text


def spellings(text: str) -> set[str]:
    """A value in every format and encoding: escaped, by number, percent-encoded, in its closest letters."""
    found = {text}
    for charset in CHARSETS.values():
        near = text if charset.has(text) else closest(text, charset)
        found |= {near, encode_basestring(near)[1:-1], quote_plus(near, encoding=charset.codec)}
        found |= {write(text, charset) for write in (element_text, anywhere_text, cdata)}
    return found - {""}
