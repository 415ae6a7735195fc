"""Days, instants and dates of birth.

ISO 8601 is tried first, then the campaign's order (`mdy`, `dmy`, `ymd`); a number over 12 can only be the
day. Instants without a zone are in the campaign's zone; their normal form is UTC.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, text_of

_NUMBERS = re.compile(r"([0-9]{1,4})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{1,4})", re.ASCII)
_COMPACT = re.compile(r"[0-9]{8}", re.ASCII)
_MONTH_FIRST = re.compile(
    r"([A-Za-z]{3,9})\.?[ -]+([0-9]{1,2})(?:st|nd|rd|th)?,?[ -]+([0-9]{4}|[0-9]{2})", re.ASCII
)
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?\.?[ -]+([A-Za-z]{3,9})\.?,?[ -]+([0-9]{4}|[0-9]{2})", re.ASCII
)
_CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_CLOCK_AT = re.compile(r"(?<=[0-9])(?:[Tt]|,?\s+(?:at\s+)?)(?=[0-9]{1,2}:[0-9]{2})")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ISO_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3}(?:[0-9]{3})?)?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_EPOCH = re.compile(r"[0-9]{10}|[0-9]{13}", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ORDERS = {"mdy": ("m", "d", "y"), "dmy": ("d", "m", "y"), "ymd": ("y", "m", "d")}
_NEARBY_YEARS = 50


def _day(text: str, context: Context, *, birth: bool) -> date | None:
    if _ISO_DAY.fullmatch(text):
        return _year_first(*map(int, text.split("-")))
    if _COMPACT.fullmatch(text):
        return _compact_day(text, context)
    found = _NUMBERS.fullmatch(text)
    if found:
        return _numeric_day((found[1], found[2], found[3]), context, birth=birth)
    found = _MONTH_FIRST.fullmatch(text)
    if found:
        return _built(
            _year(found[3], context, birth=birth, month=found[1], day=found[2]),
            _month(found[1]),
            int(found[2]),
        )
    found = _DAY_FIRST.fullmatch(text)
    if found:
        return _built(
            _year(found[3], context, birth=birth, month=found[2], day=found[1]),
            _month(found[2]),
            int(found[1]),
        )
    return None


def _compact_day(text: str, context: Context) -> date | None:
    if "1800" <= text[:4] < "2200":
        found = _built(int(text[:4]), int(text[4:6]), int(text[6:]))
        if found:
            return found
    first, second, year = int(text[:2]), int(text[2:4]), int(text[4:])
    return _built(year, *_month_and_day(first, second, context))


def _numeric_day(parts: tuple[str, str, str], context: Context, *, birth: bool) -> date | None:
    lengths = [len(part) for part in parts]
    if lengths[0] == len("2026"):
        return _year_first(*map(int, parts))
    if max(lengths[:2]) > len("26") or lengths[2] not in (len("26"), len("2026")):
        return None
    if context.date_order == "ymd" and lengths[2] == len("26") and lengths[0] == len("26"):
        return _built(
            _year(parts[0], context, birth=birth, month=parts[1], day=parts[2]), int(parts[1]), int(parts[2])
        )
    month, day = _month_and_day(int(parts[0]), int(parts[1]), context)
    return _built(_year(parts[2], context, birth=birth, month=str(month), day=str(day)), month, day)


def _year_first(year: int, month: int, day: int) -> date | None:
    return _built(year, *((day, month) if month > len(_MONTHS) else (month, day)))


def _month_and_day(first: int, second: int, context: Context) -> tuple[int, int]:
    if first > len(_MONTHS):
        return second, first
    if second > len(_MONTHS):
        return first, second
    return (second, first) if context.date_order == "dmy" else (first, second)


def _month(name: str) -> int:
    """The month a name means; 0 when it is none."""
    word = name.lower()
    if word in _FULL_MONTHS:
        return _FULL_MONTHS.index(word) + 1
    word = "sep" if word == "sept" else word
    return _MONTHS.index(word) + 1 if word in _MONTHS else 0


def _year(text: str, context: Context, *, birth: bool, month: str, day: str) -> int:
    """Two digits mean the latest year not in the future for births, else the one within 50 years of today."""
    year = int(text)
    if len(text) > len("26"):
        return year
    today = context.today
    year += today.year - today.year % 100
    number = int(month) if month.isdigit() else _month(month)
    later = (number, int(day)) > (today.month, today.day)
    ahead = year - today.year
    if birth:
        return year - 100 if ahead > 0 or (ahead == 0 and later) else year
    if ahead > _NEARBY_YEARS or (ahead == _NEARBY_YEARS and later):
        return year - 100
    return year + 100 if ahead < -_NEARBY_YEARS or (ahead == -_NEARBY_YEARS and not later) else year


def _built(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _halves(raw: Any) -> tuple[str, str]:
    """The day and the time of a text; the time is empty when there is none."""
    text = " ".join((text_of(raw) or "").split())
    parts = _CLOCK_AT.split(text, maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""


def _read_date(raw: Any, spec: FieldSpec, context: Context) -> date | None:
    day, clock = _halves(raw)
    if clock and not _CLOCK.fullmatch(clock):
        return None
    return _day(day, context, birth=False)


def _read_birth_date(raw: Any, spec: FieldSpec, context: Context) -> date | None:
    day, clock = _halves(raw)
    if clock and not _CLOCK.fullmatch(clock):
        return None
    born = _day(day, context, birth=True)
    return born if born is not None and born <= context.today else None


def _read_datetime(raw: Any, spec: FieldSpec, context: Context) -> datetime | None:
    text = text_of(raw) or ""
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(text.ljust(13, "0")))
    try:
        return _instant(text, context)
    except (ValueError, OverflowError):
        return None


def _instant(text: str, context: Context) -> datetime | None:
    """An instant, or None; raises ValueError or OverflowError where the parts make none."""
    if _ISO_INSTANT.fullmatch(text):
        return datetime.fromisoformat(text).astimezone(UTC)
    day_text, clock_text = _halves(text)
    day = _day(day_text, context, birth=False)
    clock = _CLOCK.fullmatch(clock_text) if clock_text else None
    if day is None or (clock_text and clock is None):
        return None
    zone = _offset_of(clock[6]) if clock and clock[6] else ZoneInfo(context.time_zone)
    return datetime.combine(day, _time_of(clock), zone).astimezone(UTC)


def _time_of(clock: re.Match[str] | None) -> time:
    if clock is None:
        return time()
    hour, half = int(clock[1]), (clock[5] or "").lower().replace(".", "")
    if half and not 1 <= hour <= len(_MONTHS):
        raise ValueError("a clock of twelve hours has no such hour")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    fraction = int((clock[4] or "0").ljust(6, "0")[:6])
    return time(hour, int(clock[2]), int(clock[3] or "0"), fraction)


def _offset_of(text: str) -> tzinfo:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


DATE = FieldType(
    "date",
    "Date",
    "A day such as 2026-03-14 or 03/14/2026",
    "2026-03-14",
    _read_date,
    "date",
    bad_example="14 Foo 2026",
)
DATETIME = FieldType(
    "datetime",
    "Date and time",
    "An instant such as 2026-03-14T09:30:00-05:00",
    "2026-03-14T09:30:00-05:00",
    _read_datetime,
    "date",
    bad_example="yesterday",
)
BIRTH_DATE = FieldType(
    "birth_date",
    "Date of birth",
    "A day such as 1980-03-14 or 03/14/1980, not in the future",
    "1980-03-14",
    _read_birth_date,
    "date",
    bad_example="1980-13-32",
    personal=True,
)
