"""From bytes on the wire to bytes and text to read: decompression and character sets, both bounded."""

import codecs
import re
import zlib
from functools import lru_cache

from apps.engine.payload.values import INVALID, TOO_LARGE, UNSUPPORTED, Limits, PayloadFault

_GZIP_OR_ZLIB, _RAW_DEFLATE = 47, -15
_MOST_MEMBERS = 8
_BOM = "\ufeff"
# Codecs that are character sets; Python knows others (`unicode_escape`, `idna`, …) that are not.
_CHARSETS = re.compile(
    r"utf[-_]?(8|16|32)|ascii|latin|iso8859|cp|mac|koi8|kz1048|big5|gb|hz|shift_jis|euc|tis"
)


def decompress(body: bytes, coding: str, limits: Limits) -> bytes | PayloadFault:
    """The body without its content coding. Never makes more than the limit, whatever the body promises."""
    if len(body) > limits.max_bytes:
        return TOO_LARGE
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        return UNSUPPORTED
    plain = _inflated(body, _GZIP_OR_ZLIB, limits)
    if plain is INVALID and coding == "deflate":
        return _inflated(body, _RAW_DEFLATE, limits)
    return plain


def _inflated(body: bytes, window: int, limits: Limits) -> bytes | PayloadFault:
    plain, rest, members = b"", body, 0
    while rest:
        members += 1
        machine = zlib.decompressobj(window)
        try:
            plain += machine.decompress(rest, limits.max_bytes + 1 - len(plain))
        except zlib.error:
            return INVALID
        if len(plain) > limits.max_bytes:
            return TOO_LARGE
        if not machine.eof or members > _MOST_MEMBERS:
            return INVALID
        rest = machine.unused_data
    return plain or INVALID


@lru_cache(maxsize=64)
def charset_of(name: str) -> str | None:
    """The codec of a named character set, UTF-8 when none is named; None when it is not one."""
    if not name:
        return "utf-8"
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return codec if _CHARSETS.match(codec) and codec != "utf-7" else None


def decode(body: bytes, charset: str) -> str | None:
    """The text of a body without its byte order mark; None when the bytes are not of that character set."""
    try:
        return body.decode(charset).removeprefix(_BOM)
    except (UnicodeError, ValueError):
        return None
