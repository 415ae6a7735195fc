"""How a value is written for a buyer: one function each, taking a field's normal form and giving text or a number.

A format that does not apply to the value at hand raises `UnwritableError`; `mapping` turns that into a value. A new
format is a function and an entry in one of the files here.
"""

from apps.engine.value_formats import dates, hashes, numbers, phones, words
from apps.engine.value_formats.base import (
    Argument,
    UnwritableError,
    ValueFormat,
    as_boolean,
    as_date,
    as_instant,
    as_number,
    as_text,
)
from apps.engine.value_formats.phones import phone_digits

VALUE_FORMATS: dict[str, ValueFormat] = {
    entry.key: entry
    for entry in (
        *words.CASES,
        *phones.FORMATS,
        *words.PLACES,
        *dates.FORMATS,
        *words.YES_NO,
        *numbers.FORMATS,
        *hashes.FORMATS,
        *words.ENCODED,
    )
}

HASHES = frozenset(entry.key for entry in hashes.FORMATS)
"""The formats from whose text the value cannot be read."""

__all__ = [
    "HASHES",
    "VALUE_FORMATS",
    "Argument",
    "UnwritableError",
    "ValueFormat",
    "as_boolean",
    "as_date",
    "as_instant",
    "as_number",
    "as_text",
    "phone_digits",
]
