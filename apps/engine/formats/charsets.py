"""Character sets of bodies, and what becomes of a character that a set lacks.

Under `closest` such a character becomes the nearest text the set has: composed and decomposed spellings are tried
(Unicode NFC and NFKD), then a table of typographic signs; marks that cannot be kept are dropped, and what remains
(an emoji, a letter of another script) is one `?`. Under `fail` it refuses the lead. A lone surrogate is no
character of any set and always refuses it.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from apps.engine.formats.encoded import UnencodableError
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Cdata, Pairs, Typed

_SIGNS = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "‹": "'", "›": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "⁃": "-",
    "•": "*", "‣": "*", "…": "...", "⁄": "/", "™": "(TM)", "€": "EUR", "₤": "GBP", "ƒ": "f",
    "‰": "0/00", "†": "+", "‡": "+", "≤": "<=", "≥": ">=", "≠": "!=",
    "Œ": "OE", "œ": "oe", "ẞ": "SS", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h",
    "ı": "i", "Ŧ": "T", "ŧ": "t", "Ŋ": "N", "ŋ": "n", "ĸ": "k",
}  # fmt: skip
_DROPPED = frozenset({"Mn", "Me", "Cf"})
_SKIN_TONES = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True, slots=True)
class Charset:
    """A character set: its name in headers, Python's codec, and its name in an XML declaration."""

    key: str
    codec: str
    declared: str

    def has(self, text: str) -> bool:
        """Whether the set can write every character of a text."""
        try:
            text.encode(self.codec)
        except UnicodeEncodeError:
            return False
        return True


CHARSETS: dict[str, Charset] = {
    charset.key: charset
    for charset in (
        Charset("utf-8", "utf-8", "UTF-8"),
        Charset("iso-8859-1", "latin-1", "ISO-8859-1"),
        Charset("windows-1252", "cp1252", "windows-1252"),
    )
}


def charset_of(options: FormatOptions) -> Charset:
    """The endpoint's character set. Raises `UnencodableError` for an unknown one."""
    if options.charset not in CHARSETS:
        raise UnencodableError(f"“{options.charset}” is no encoding")
    return CHARSETS[options.charset]


def fitted(pairs: Pairs, options: FormatOptions) -> Pairs:
    """The pairs, every text in characters that the set has. Raises `UnencodableError`, which names the target."""
    return _each_text(pairs, options, closest)


def refused(pairs: Pairs, options: FormatOptions) -> Pairs:
    """The pairs as they are, for formats that can write any character by its number: only `fail` looks for
    characters that the set lacks. Raises `UnencodableError`, which names the target.
    """
    return _each_text(pairs, options, lambda text, charset: text)


def _each_text(pairs: Pairs, options: FormatOptions, write: Callable[[str, Charset], str]) -> Pairs:
    charset, strict = charset_of(options), options.on_unencodable == "fail"

    def text_of(target: str, text: str) -> str:
        if charset.has(text):
            return text
        if _has_surrogates(text):
            raise UnencodableError("a value is not proper Unicode text")
        if strict:
            raise UnencodableError(f"{target}: has characters that {charset.declared} lacks")
        found = write(text, charset)
        return Cdata(found) if isinstance(text, Cdata) else found

    def value_of(target: str, value: Typed) -> Typed:
        if isinstance(value, list):
            return [text_of(target, item) for item in value]
        return text_of(target, value) if isinstance(value, str) else value

    return tuple((target, value_of(target, value)) for target, value in pairs)


def _has_surrogates(text: str) -> bool:
    return not CHARSETS["utf-8"].has(text)


def closest(text: str, charset: Charset) -> str:
    """A text in the characters of a set; see above for how."""
    return "".join(_closest_of(character, charset) for character in unicodedata.normalize("NFC", text))


def _closest_of(character: str, charset: Charset) -> str:
    if charset.has(character):
        return character
    if character in _SIGNS:
        return _SIGNS[character]
    if unicodedata.category(character) in _DROPPED or ord(character) in _SKIN_TONES:
        return ""
    parts = unicodedata.normalize("NFKD", character)
    if parts == character:
        return "?"
    return "".join(_closest_of(part, charset) for part in parts)


def written(text: str, options: FormatOptions) -> bytes:
    """A finished document's bytes. Raises `UnencodableError` when what is not a value (a target, the template) has
    characters that the set lacks.
    """
    charset = charset_of(options)
    try:
        return text.encode(charset.codec)
    except UnicodeEncodeError:
        raise UnencodableError(
            f"a target or the template has characters that {charset.declared} lacks"
        ) from None
