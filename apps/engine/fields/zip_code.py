"""Zip codes (ZIP or ZIP+4, leading zeros kept) and the postal codes of other regions."""

import re
from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, digits_text_of

_ZIP = re.compile(r"([0-9]{5})(?:[- ]?([0-9]{4}))?", re.ASCII)
_SHORT = re.compile(r"[0-9]{3,4}", re.ASCII)
_POSTAL = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]{0,8}[A-Z0-9])?", re.ASCII)
FIVE = 5


def _read(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = digits_text_of(raw)
    if not text:
        return None
    if context.region != "US":
        text = " ".join(text.upper().split())
        return text if len(text) > 1 and _POSTAL.fullmatch(text) else None
    if context.pad_zip and _SHORT.fullmatch(text):
        text = text.zfill(FIVE)
    found = _ZIP.fullmatch(text)
    if not found:
        return None
    return f"{found[1]}-{found[2]}" if found[2] else found[1]


ZIP = FieldType(
    "zip",
    "Zip code",
    "Five digits or ZIP+4, leading zeros kept",
    "90210",
    _read,
    "zip",
    bad_example="9021",
    problem="zip_format",
)
