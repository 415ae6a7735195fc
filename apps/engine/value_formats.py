"""How a value is written for a buyer: one function each, taking a field's normal form and giving text or a
number.

A format that does not apply to the value at hand raises `UnwritableError`; `mapping` turns that into a value.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

_TRUE = frozenset({"true", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})


class UnwritableError(ValueError):
    """The value does not have the form that the format needs; the message is fit for people and shows no
    value.
    """


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """A registered format: its key, what people read in the menu, an example, and the function."""

    key: str
    label: str
    example: str
    write: Callable[[Any], Any]


def as_text(value: Any) -> str:
    """The plain text of a normal form: true/false, plain decimals, ISO dates, lists joined by commas."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple | list):
        return ",".join(as_text(item) for item in value)
    return "" if value is None else str(value)


def as_boolean(value: Any) -> bool:
    """A yes or no from a boolean or its usual words. Raises `UnwritableError`."""
    word = as_text(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise UnwritableError("is neither a yes nor a no")


def as_number(value: Any) -> Decimal:
    """A finite decimal from a number or its text (`$` and thousands commas allowed). Raises
    `UnwritableError`.
    """
    text = as_text(value).strip().lstrip("$").replace(",", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?", text):
        raise UnwritableError("is not a number")
    return Decimal(text)


def as_date(value: Any) -> date:
    """A date from a date, a time or ISO text. Raises `UnwritableError`."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(as_text(value)[:10])
    except ValueError:
        raise UnwritableError("is not a date") from None


def as_instant(value: Any) -> datetime:
    """An instant in UTC from a time, a date (its midnight) or ISO text. Raises `UnwritableError`."""
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(as_text(value))
        except ValueError:
            raise UnwritableError("is not a time") from None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def phone_digits(value: Any) -> str:
    """National digits: `+15551234567` gives `5551234567`; numbers of other countries keep their country
    code.
    """
    digits = re.sub("[^0-9]", "", as_text(value))
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def _phone_parts(value: Any) -> tuple[str, str, str]:
    digits = phone_digits(value)
    if len(digits) != 10:
        raise UnwritableError("is not a ten-digit phone number")
    return digits[:3], digits[3:6], digits[6:]


def _phone_parentheses(value: Any) -> str:
    area, exchange, line = _phone_parts(value)
    return f"({area}) {exchange}-{line}"


def _phone_dashes(value: Any) -> str:
    return "-".join(_phone_parts(value))


def _epoch(value: Any) -> int:
    return int(as_instant(value).timestamp())


def _dated(pattern: str) -> Callable[[Any], str]:
    return lambda value: as_date(value).strftime(pattern)


def _worded(yes: str, no: str) -> Callable[[Any], str]:
    return lambda value: yes if as_boolean(value) else no


def _hashed(algorithm: str) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        return hashlib.new(
            algorithm, as_text(value).strip().lower().encode(), usedforsecurity=False
        ).hexdigest()

    return write


def _instant_text(value: Any) -> str:
    return as_instant(value).strftime("%Y-%m-%dT%H:%M:%SZ")


def _currency(value: Any) -> str:
    amount = as_number(value)
    return f"${amount:,.2f}" if amount != amount.to_integral_value() else f"${amount:,.0f}"


_ALL = (
    ValueFormat("", "as it is", "as recorded", lambda value: value),
    ValueFormat("upper", "CAPITALS", "AUSTIN", lambda value: as_text(value).upper()),
    ValueFormat("lower", "small letters", "austin", lambda value: as_text(value).lower()),
    ValueFormat("title", "Capitalised Words", "New York", lambda value: as_text(value).title()),
    ValueFormat("digits", "digits only", "78701", lambda value: re.sub("[^0-9]", "", as_text(value))),
    ValueFormat("phone_digits", "phone: national digits", "5551234567", phone_digits),
    ValueFormat("phone_dashes", "phone: with dashes", "555-123-4567", _phone_dashes),
    ValueFormat("phone_parentheses", "phone: (555) 123-4567", "(555) 123-4567", _phone_parentheses),
    ValueFormat("zip5", "zip: five digits", "78701", lambda value: as_text(value)[:5]),
    ValueFormat("date_iso", "date: 2024-12-15", "2024-12-15", _dated("%Y-%m-%d")),
    ValueFormat("date_us", "date: 12/15/2024", "12/15/2024", _dated("%m/%d/%Y")),
    ValueFormat("date_us_dashes", "date: 12-15-2024", "12-15-2024", _dated("%m-%d-%Y")),
    ValueFormat("date_eu", "date: 15/12/2024", "15/12/2024", _dated("%d/%m/%Y")),
    ValueFormat("date_compact", "date: 20241215", "20241215", _dated("%Y%m%d")),
    ValueFormat("year", "year of a date", "2024", _dated("%Y")),
    ValueFormat("datetime_iso", "time: 2024-12-15T14:30:00Z", "2024-12-15T14:30:00Z", _instant_text),
    ValueFormat("datetime_us", "time: 12/15/2024 14:30:00", "12/15/2024 14:30:00",
                lambda value: as_instant(value).strftime("%m/%d/%Y %H:%M:%S")),
    ValueFormat("epoch", "time: seconds since 1970", "1734273000", _epoch),
    ValueFormat("yes_no", "Yes / No", "Yes", _worded("Yes", "No")),
    ValueFormat("y_n", "Y / N", "Y", _worded("Y", "N")),
    ValueFormat("true_false", "true / false", "true", _worded("true", "false")),
    ValueFormat("one_zero", "1 / 0", "1", _worded("1", "0")),
    ValueFormat("currency", "dollars: $350,000", "$350,000", _currency),
    ValueFormat("whole_number", "whole number", "350000", lambda value: format(round(as_number(value)), "d")),
    ValueFormat("md5", "MD5 of the small letters", "0bc83cb571cd1c50ba6f3e8a78ef1346", _hashed("md5")),
    ValueFormat("sha1", "SHA-1 of the small letters", "hexadecimal digits", _hashed("sha1")),
    ValueFormat("sha256", "SHA-256 of the small letters", "hexadecimal digits", _hashed("sha256")),
)  # fmt: skip

VALUE_FORMATS: dict[str, ValueFormat] = {entry.key: entry for entry in _ALL}
