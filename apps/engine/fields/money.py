"""Amounts of money, and ranges between two of them."""

import re
from decimal import Decimal
from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, fits_bounds, text_of
from apps.engine.fields.numbers import number_of

_SIGNS = "$€£¥"
_PLAIN = re.compile(r"\$?([0-9]{1,18}(?:\.[0-9]{1,6})?)", re.ASCII)
_WORD_FIRST = re.compile(r"(?:[A-Za-z]{3}\s*|[A-Za-z]{2}(?=[$]))(?=[$€£¥0-9.+-])")
_WORD_LAST = re.compile(r"(?<=[0-9.$€£¥])\s*(?:dollars?|euros?|[A-Za-z]{3})\Z", re.IGNORECASE)
_FROM = re.compile(r"^\s*(?:from|between)\s+", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?<=[0-9.A-Za-z$€£¥])\s*(?:-|\u2010|\u2011|\u2012|\u2013|\u2014|\bto\b|\band\b)\s*", re.IGNORECASE
)


def amount_of(text: str) -> Decimal | None:
    """The amount a text spells: sign or currency word on either side, thousands commas; exact."""
    plain = _PLAIN.fullmatch(text)
    if plain:
        return Decimal(plain[1])
    rest = text.strip()
    if len(rest) > len("$") * 200:
        return None
    found = _WORD_FIRST.match(rest)
    rest = rest[found.end() :] if found else rest
    tail = _WORD_LAST.search(rest)
    rest = rest[: tail.start()] if tail else rest
    negative = rest.startswith("-")
    rest = rest.removeprefix("-").strip()
    if rest[:1] in _SIGNS and rest:
        rest = rest[1:].strip()
    elif rest[-1:] in _SIGNS and rest:
        rest = rest[:-1].strip()
    number = number_of(rest) if rest and "e" not in rest.lower() else None
    return -number if negative and number is not None else number


def _amount(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    text = text_of(raw)
    return amount_of(text) if text else None


def _read_currency(raw: Any, spec: FieldSpec, context: Context) -> Decimal | None:
    amount = _amount(raw)
    return amount if amount is not None and fits_bounds(amount, spec) else None


def _read_range(raw: Any, spec: FieldSpec, context: Context) -> tuple[str, str] | None:
    ends = _ends(raw)
    if ends is None:
        return None
    lowest, highest = _amount(ends[0]), _amount(ends[1])
    if lowest is None or highest is None or lowest > highest:
        return None
    if not (fits_bounds(lowest, spec) and fits_bounds(highest, spec)):
        return None
    return format(lowest, "f"), format(highest, "f")


def _ends(raw: Any) -> tuple[Any, Any] | None:
    if isinstance(raw, list | tuple) and len(raw) == len("ab"):
        return raw[0], raw[1]
    text = _FROM.sub("", text_of(raw) or "")
    parts = _BETWEEN.split(text, maxsplit=1)
    return (parts[0], parts[1]) if len(parts) == len("ab") else None


CURRENCY = FieldType(
    "currency",
    "Amount of money",
    "An amount such as 250000 or $250,000.00",
    "250000",
    _read_currency,
    "number",
    bad_example="a lot",
)
RANGE = FieldType(
    "range",
    "Range",
    "Two amounts, such as $100-$150",
    "$100-$150",
    _read_range,
    "range",
    bad_example="100 or more",
)
