"""Text as XML writes it: escaped for elements and attributes, or as CDATA sections.

Written by hand and not by a library, because libxml2 writes characters that a character set lacks as references even
inside CDATA, where they are no references. Characters that XML 1.0 forbids (NUL, most control characters) cannot be
written in any way and are left out: they carry nothing a buyer wants, and a sale is worth more than they are.
"""

import re

from apps.engine.formats.charsets import Charset

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ANYWHERE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)  # fmt: skip
_NAME = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NC_NAME = re.compile(f"[{_NAME}][-.0-9\xb7\u0300-\u036f\u203f-\u2040{_NAME}]*")


def is_name(text: str) -> bool:
    """Whether a text is an XML name without a colon (an NCName)."""
    return bool(_NC_NAME.fullmatch(text))


def legal(text: str) -> str:
    """The text without the characters that XML 1.0 forbids."""
    return _ILLEGAL.sub("", text)


def element_text(text: str, charset: Charset) -> str:
    """A text between tags."""
    text = legal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _numbered(text.replace("\r", "&#13;"), charset)


def anywhere_text(text: str, charset: Charset) -> str:
    """A text between tags or between the quotes of an attribute, where a parser would turn lines into blanks."""
    return _numbered(legal(text).translate(_ANYWHERE), charset)


def cdata(text: str, charset: Charset) -> str:
    """CDATA sections that hold the text; what they cannot hold (`]]>`, carriage returns, characters the set lacks)
    stands between them.
    """
    text = legal(text)
    outside = "".join({each for each in text if each == "\r" or not charset.has(each)})
    runs = re.split(f"([{re.escape(outside)}])", text) if outside else [text]
    return "".join(f"&#{ord(run)};" if number % 2 else _section(run) for number, run in enumerate(runs))


def _section(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>" if text else ""


def _numbered(text: str, charset: Charset) -> str:
    return text.encode(charset.codec, "xmlcharrefreplace").decode(charset.codec)
