"""Whole numbers and decimals, with or without thousands commas."""

import re
from decimal import Decimal
from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, fits_bounds, text_of

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII
)
MAX_DIGITS, MAX_EXPONENT = 100, 308
_SHORT = 18


def number_of(text: str) -> Decimal | None:
    """The number a text spells, exact; None when it spells none or an absurd one (over 100 digits, beyond
    10**±308).
    """
    if len(text) <= _SHORT and text.isascii() and text.isdigit():
        return Decimal(text)
    if (
        len(text) > 2 * MAX_DIGITS
        or not _NUMBER.fullmatch(text)
        or text.strip("+-.,eE") == ""
        or text[:1] in "eE"
    ):
        return None
    mantissa = re.split("[eE]", text)[0]
    if not any(character.isdigit() for character in mantissa):
        return None
    number = Decimal(text.replace(",", ""))
    if len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_EXPONENT:
        return None
    return number


def _plain(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    text = text_of(raw)
    return number_of(text) if text else None


def _read_integer(raw: Any, spec: FieldSpec, context: Context) -> Decimal | None:
    number = _plain(raw)
    if number is None or number.adjusted() >= MAX_DIGITS or number != number.to_integral_value():
        return None
    whole = Decimal(int(number))
    return whole if fits_bounds(whole, spec) else None


def _read_decimal(raw: Any, spec: FieldSpec, context: Context) -> Decimal | None:
    number = _plain(raw)
    return number if number is not None and fits_bounds(number, spec) else None


INTEGER = FieldType(
    "integer",
    "Whole number",
    "A whole number, such as 640",
    640,
    _read_integer,
    "number",
    bad_example="not a number",
)
DECIMAL = FieldType(
    "decimal",
    "Decimal number",
    "A number with a decimal point, such as 3.75",
    "3.75",
    _read_decimal,
    "number",
    bad_example="not a number",
)
