"""Numbers and money, exact and rounded half up.

A number's pattern shows how it looks, as in a spreadsheet: `#,##0.00`, `#.##0,00`, `0`, `0.0`, `0.##` (at most two
decimals), with text before or after: `$#,##0`, `0.0%`.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any

from apps.engine.value_formats.base import Argument, UnwritableError, ValueFormat, as_number, objection_of

_PATTERN = re.compile(
    r"""
    (?P<before> [^#0]* ) (?: \# (?P<thousands> [,.\ '] ) \#\# )? 0
    (?: (?P<point> [.,] ) (?P<fixed> 0{0,9} ) (?P<open> \#{0,9} ) )? (?P<after> [^#0]* )
    """,
    re.VERBOSE,
)
_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class _Look:
    before: str
    thousands: str
    point: str
    least: int
    most: int
    after: str


@lru_cache(maxsize=1024)
def _read(pattern: str) -> _Look:
    found = _PATTERN.fullmatch(pattern)
    if found is None or (found["point"] and not (found["fixed"] or found["open"])):
        raise UnwritableError("a number's pattern looks like #,##0.00")
    thousands, point = found["thousands"] or "", found["point"] or ""
    if thousands and thousands == point:
        raise UnwritableError("thousands and decimals need different signs, such as #,##0.00")
    least, more = len(found["fixed"] or ""), len(found["open"] or "")
    return _Look(found["before"], thousands, point, least, least + more, found["after"])


def by_pattern(value: Any, pattern: str) -> str:
    """A number by a pattern. Raises `UnwritableError`."""
    look, number = _read(pattern), as_number(value)
    rounded = _rounded(number, look.most)
    whole, _, decimals = format(abs(rounded), "f").partition(".")
    while len(decimals) > look.least and decimals.endswith("0"):
        decimals = decimals[:-1]
    if look.thousands:
        whole = f"{int(whole):,}".replace(",", look.thousands)
    sign = "-" if rounded < 0 else ""
    return f"{sign}{look.before}{whole}{look.point if decimals else ''}{decimals}{look.after}"


def _rounded(number: Decimal, places: int) -> Decimal:
    rounded = number.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    return abs(rounded) if rounded == 0 else rounded


def _currency(value: Any, symbol: str) -> str:
    """`$350,000`; cents only where there are any. A symbol of letters stands apart: `USD 350,000`."""
    amount = _rounded(as_number(value), 2)
    digits = by_pattern(abs(amount), "#,##0.00" if amount != amount.to_integral_value() else "#,##0")
    apart = " " if symbol[-1:].isalpha() else ""
    return f"{'-' if amount < 0 else ''}{symbol}{apart}{digits}"


def _symbol_problem(symbol: str) -> str:
    return (
        "a currency's symbol is short and has no digits"
        if re.search(r"[0-9]", symbol) or len(symbol) > 5
        else ""
    )


FORMATS = (
    ValueFormat("currency", "money: $350,000", "$350,000", _currency,
                Argument("Symbol", "$", "$", _symbol_problem)),
    ValueFormat("number", "number: by a pattern", "1,250.50", by_pattern,
                Argument("Pattern", "#,##0.00", "0.##", objection_of(_read))),
    ValueFormat("whole_number", "whole number", "350000", lambda value: by_pattern(value, "0")),
    ValueFormat("cents", "money in cents", "1250", lambda value: by_pattern(as_number(value) * 100, "0")),
)  # fmt: skip
