"""How the text of a row is wrapped in the end, after its format and its maximum length."""

import base64
import html
from collections.abc import Callable
from dataclasses import dataclass
from json.encoder import encode_basestring
from urllib.parse import quote

from apps.engine.pairs import Cdata


@dataclass(frozen=True, slots=True)
class Encoding:
    """A registered wrapping; the body's format still escapes what it must."""

    key: str
    label: str
    example: str
    wrap: Callable[[str], str]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()


def _url(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


ENCODINGS: dict[str, Encoding] = {
    entry.key: entry
    for entry in (
        Encoding("", "as it is", "O'Brien & Co", lambda text: text),
        Encoding("base64", "Base64 (of UTF-8)", "TydCcmllbiAmIENv", _base64),
        Encoding("url", "percent-encoded", "O%27Brien%20%26%20Co", _url),
        Encoding("html", "HTML entities", "O&#x27;Brien &amp; Co", html.escape),
        Encoding("json", "JSON text in quotation marks", '"O\'Brien & Co"', encode_basestring),
        Encoding("cdata", "CDATA section of XML", "<![CDATA[O'Brien & Co]]>", Cdata),
    )
}
