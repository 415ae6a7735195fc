"""Phone numbers: digits with and without country code, and the ways people write them."""

import re
from typing import Any

from apps.engine.value_formats.base import UnwritableError, ValueFormat, as_text

_US_DIGITS = 10


def phone_digits(value: Any) -> str:
    """National digits: `+15551234567` gives `5551234567`; numbers of other countries keep their country
    code.
    """
    digits = re.sub("[^0-9]", "", as_text(value))
    return digits[1:] if len(digits) == _US_DIGITS + 1 and digits[0] == "1" else digits


def ten_digits(value: Any) -> str:
    """Exactly ten digits. Raises `UnwritableError`."""
    digits = phone_digits(value)
    if len(digits) != _US_DIGITS:
        raise UnwritableError("is not a ten-digit phone number")
    return digits


def e164(value: Any) -> str:
    """`+` and all digits; ten digits alone are a number of North America. Raises `UnwritableError`."""
    text = as_text(value).strip()
    digits = re.sub("[^0-9]", "", text)
    if text.startswith("+") and len(digits) >= len("1234567"):
        return f"+{digits}"
    return f"+1{ten_digits(text)}"


def parts(value: Any) -> tuple[str, str, str]:
    """Area code, exchange and line number. Raises `UnwritableError`."""
    digits = ten_digits(value)
    return digits[:3], digits[3:6], digits[6:]


def _parentheses(value: Any) -> str:
    area, exchange, line = parts(value)
    return f"({area}) {exchange}-{line}"


FORMATS = (
    ValueFormat("phone_digits", "phone: national digits", "5551234567", phone_digits),
    ValueFormat("phone_ten", "phone: exactly ten digits", "5551234567", ten_digits),
    ValueFormat("phone_e164", "phone: +15551234567 (E.164)", "+15551234567", e164),
    ValueFormat(
        "phone_e164_digits", "phone: digits with country code", "15551234567", lambda value: e164(value)[1:]
    ),
    ValueFormat("phone_dashes", "phone: with dashes", "555-123-4567", lambda value: "-".join(parts(value))),
    ValueFormat("phone_dots", "phone: with dots", "555.123.4567", lambda value: ".".join(parts(value))),
    ValueFormat("phone_parentheses", "phone: (555) 123-4567", "(555) 123-4567", _parentheses),
)
