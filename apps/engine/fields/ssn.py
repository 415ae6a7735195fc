"""Social security numbers, as 123-45-6789."""

import re
from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, digits_text_of

_SSN = re.compile(r"(?!000|666|9)([0-9]{3})[- ]?(?!00)([0-9]{2})[- ]?(?!0000)([0-9]{4})", re.ASCII)


def _read(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    found = _SSN.fullmatch(digits_text_of(raw) or "")
    return f"{found[1]}-{found[2]}-{found[3]}" if found else None


SSN = FieldType(
    "ssn",
    "Social security number",
    "Nine digits, with or without hyphens",
    "123-45-6789",
    _read,
    bad_example="000-12-3456",
    personal=True,
)
