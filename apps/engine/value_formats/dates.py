"""Dates and times: the usual ways by name, and any other by a pattern such as `MM/DD/YYYY hh:mm A @ America/Chicago`.

A pattern is made of tokens (`TOKENS`), `T`, signs and blanks; other text stands in brackets: `DD [of] MMMM`. What
follows a last `@` is the time zone of times, UTC without one. A date without a time has no zone and never shifts.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from apps.engine.value_formats.base import (
    Argument,
    UnwritableError,
    ValueFormat,
    as_date,
    as_instant,
    as_text,
    objection_of,
)

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TOKENS: dict[str, tuple[str, Callable[[datetime], str]]] = {
    "YYYY": ("year, 2024", lambda moment: f"{moment.year:04d}"),
    "YY": ("year, 24", lambda moment: f"{moment.year % 100:02d}"),
    "MMMM": ("month, December", lambda moment: MONTHS[moment.month - 1]),
    "MMM": ("month, Dec", lambda moment: MONTHS[moment.month - 1][:3]),
    "MM": ("month, 03", lambda moment: f"{moment.month:02d}"),
    "M": ("month, 3", lambda moment: str(moment.month)),
    "DD": ("day, 05", lambda moment: f"{moment.day:02d}"),
    "D": ("day, 5", lambda moment: str(moment.day)),
    "dddd": ("weekday, Sunday", lambda moment: DAYS[moment.weekday()]),
    "ddd": ("weekday, Sun", lambda moment: DAYS[moment.weekday()][:3]),
    "HH": ("hour of 24, 09", lambda moment: f"{moment.hour:02d}"),
    "H": ("hour of 24, 9", lambda moment: str(moment.hour)),
    "hh": ("hour of 12, 09", lambda moment: f"{_twelve(moment):02d}"),
    "h": ("hour of 12, 9", lambda moment: str(_twelve(moment))),
    "mm": ("minute, 04", lambda moment: f"{moment.minute:02d}"),
    "ss": ("second, 05", lambda moment: f"{moment.second:02d}"),
    "SSS": ("millisecond, 007", lambda moment: f"{moment.microsecond // 1000:03d}"),
    "A": ("AM or PM", lambda moment: "AM" if moment.hour < 12 else "PM"),
    "a": ("am or pm", lambda moment: "am" if moment.hour < 12 else "pm"),
    "Z": ("offset, +00:00", lambda moment: _offset(moment, ":")),
    "ZZ": ("offset, +0000", lambda moment: _offset(moment, "")),
    "X": ("seconds since 1970", lambda moment: str(int(moment.timestamp()))),
    "T": ("the letter T", lambda moment: "T"),
}
"""What a pattern may hold: a token's meaning with an example, and what it writes."""

_PIECE = re.compile(r"\[(?P<text>[^\[\]]*)\]|(?P<token>([A-Za-z])\3*)|(?P<signs>[^A-Za-z\[\]@]+)")
Piece = Callable[[datetime], str]


def _twelve(moment: datetime) -> int:
    return moment.hour % 12 or 12


def _offset(moment: datetime, colon: str) -> str:
    minutes = int((moment.utcoffset() or UTC.utcoffset(None)).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{colon}{rest:02d}"


@lru_cache(maxsize=1024)
def _read(pattern: str) -> tuple[tuple[Piece, ...], tzinfo]:
    """The pieces of a pattern and its zone. Raises `UnwritableError`."""
    text, at, zone = pattern.rpartition("@") if "@" in pattern else (pattern, "", "")
    pieces: list[Piece] = []
    place, text = 0, text.rstrip() if at else text
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None:
            raise UnwritableError(f"the pattern cannot be read from “{text[place:]}”")
        pieces.append(_piece(found))
        place = found.end()
    if not any(found["token"] for found in _PIECE.finditer(text)):
        raise UnwritableError("a pattern needs tokens such as MM/DD/YYYY")
    if "AM" in text:
        raise UnwritableError("A alone stands for AM or PM")
    return tuple(pieces), _zone(zone.strip()) if at else UTC


def _piece(found: "re.Match[str]") -> Piece:
    token = found["token"]
    if not token:
        literal = found["text"] if found["text"] is not None else found["signs"]
        return lambda moment: literal
    if token not in TOKENS:
        raise UnwritableError(f"“{token}” is no token; text stands in brackets, such as [{token}]")
    return TOKENS[token][1]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise UnwritableError(f"“{name}” is no time zone") from None


def by_pattern(value: Any, pattern: str) -> str:
    """A date or an instant by a pattern. Raises `UnwritableError`."""
    pieces, zone = _read(pattern)
    try:
        moment = _moment(value, zone)
        return "".join(piece(moment) for piece in pieces)
    except OverflowError:
        raise UnwritableError("is beyond the calendar") from None


def _moment(value: Any, zone: tzinfo) -> datetime:
    timed = isinstance(value, datetime) or (isinstance(value, str) and len(value.strip()) > len("2024-12-15"))
    if timed:
        return as_instant(value).astimezone(zone)
    return datetime.combine(as_date(as_text(value).strip()), time(), zone)


def _dated(pattern: str) -> Callable[[Any], str]:
    return lambda value: by_pattern(as_date(value), pattern)


def _timed(pattern: str) -> Callable[[Any], str]:
    return lambda value: by_pattern(as_instant(value), pattern)


def _epoch(value: Any) -> int:
    return int(as_instant(value).timestamp())


def _epoch_ms(value: Any) -> int:
    return int(as_instant(value).timestamp() * 1000)


_PATTERN = Argument("Pattern", "MM/DD/YYYY hh:mm A @ America/Chicago", problem=objection_of(_read))

FORMATS = (
    ValueFormat("date_iso", "date: 2024-12-15", "2024-12-15", _dated("YYYY-MM-DD")),
    ValueFormat("date_us", "date: 12/15/2024", "12/15/2024", _dated("MM/DD/YYYY")),
    ValueFormat("date_us_dashes", "date: 12-15-2024", "12-15-2024", _dated("MM-DD-YYYY")),
    ValueFormat("date_eu", "date: 15/12/2024", "15/12/2024", _dated("DD/MM/YYYY")),
    ValueFormat("date_compact", "date: 20241215", "20241215", _dated("YYYYMMDD")),
    ValueFormat("year", "year of a date", "2024", _dated("YYYY")),
    ValueFormat("datetime_iso", "time: 2024-12-15T14:30:00Z", "2024-12-15T14:30:00Z",
                _timed("YYYY-MM-DDTHH:mm:ss[Z]")),
    ValueFormat("datetime_us", "time: 12/15/2024 14:30:00", "12/15/2024 14:30:00", _timed("MM/DD/YYYY HH:mm:ss")),
    ValueFormat("date_pattern", "date or time: by a pattern", "Dec 15, 2024 8:30 AM", by_pattern, _PATTERN),
    ValueFormat("epoch", "time: seconds since 1970", "1734273000", _epoch),
    ValueFormat("epoch_ms", "time: milliseconds since 1970", "1734273000000", _epoch_ms),
)  # fmt: skip
