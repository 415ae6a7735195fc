"""Days and instants: before, after, and how long ago.

A value is a day, an instant, or `today` with an optional number of days (`today-30`). Ages are exact: on the
very day a person turns 18, the date of birth is neither more nor less than 18 years ago.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from apps.engine.rules.base import Operator, RuleError, Setting, Test, literal, one, pair
from apps.engine.values import Facts

_KINDS = frozenset({"date"})
_TODAY = re.compile(r"today\s*(?:([+-])\s*([0-9]{1,5})(?:\s*days?)?)?", re.IGNORECASE | re.ASCII)
_AGE = re.compile(r"([0-9]{1,5})\s*(years?|months?|weeks?|days?|)", re.IGNORECASE | re.ASCII)
Moment = Callable[[Facts], date]


def _moment(value: Any, setting: Setting) -> Moment:
    text = one(value)
    found = _TODAY.fullmatch(text)
    if not found:
        fixed: date = literal(text, setting)
        return lambda facts: fixed
    days = int(found[2] or 0) * (-1 if found[1] == "-" else 1)
    return lambda facts: setting.local_day(facts.now) + timedelta(days=days)


def _compared(normal: date, limit: date, setting: Setting) -> int:
    """-1, 0 or 1. Two instants are compared exactly, all else by the day in the campaign's zone."""
    if isinstance(normal, datetime) and isinstance(limit, datetime):
        return (normal > limit) - (normal < limit)
    first, second = setting.local_day(normal), setting.local_day(limit)
    return (first > second) - (first < second)


def _before(value: Any, setting: Setting) -> Test:
    moment = _moment(value, setting)
    return lambda normal, facts: _compared(normal, moment(facts), setting) < 0


def _after(value: Any, setting: Setting) -> Test:
    moment = _moment(value, setting)
    return lambda normal, facts: _compared(normal, moment(facts), setting) > 0


def day_between(value: Any, setting: Setting) -> Test:
    """From the first day to the last, both included."""
    first, last = (_moment(item, setting) for item in pair(value))

    def test(normal: Any, facts: Facts) -> bool:
        return _compared(normal, first(facts), setting) >= 0 and _compared(normal, last(facts), setting) <= 0

    return test


def age_of(value: Any, setting: Setting) -> tuple[int, str]:
    """A number and its unit: years for dates of birth, days for other dates, unless the value names one."""
    found = _AGE.fullmatch(one(value))
    if not found:
        raise RuleError(f"“{value}” is not an age, such as 18 or “6 months”")
    unit = found[2].lower().rstrip("s")
    return int(found[1]), unit or ("year" if setting.field.type == "birth_date" else "day")


def ago(today: date, number: int, unit: str) -> date:
    """The day that many units before; the last day of a shorter month stands for one that does not exist."""
    if unit in ("day", "week"):
        return today - timedelta(days=min(number * (7 if unit == "week" else 1), today.toordinal() - 1))
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "year" else 1)
    year, month = max(months // 12, 1), months % 12 + 1
    for day in range(today.day, 0, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return today


def _age(sign: int) -> Callable[[Any, Setting], Test]:
    def prepare(value: Any, setting: Setting) -> Test:
        number, unit = age_of(value, setting)

        def test(normal: Any, facts: Facts) -> bool:
            limit = ago(setting.local_day(facts.now), number, unit)
            return _compared(setting.local_day(normal), limit, setting) == sign

        return test

    return prepare


def _suggest_day(value: Any, setting: Setting) -> list[Any]:
    facts_day = setting.context.today
    found = _TODAY.fullmatch(one(value))
    if found:
        day = facts_day + timedelta(days=int(found[2] or 0) * (-1 if found[1] == "-" else 1))
    else:
        day = setting.local_day(literal(value, setting))
    return [(day + timedelta(days=step)).isoformat() for step in (0, -1, 1)]


def _suggest_age(value: Any, setting: Setting) -> list[Any]:
    day = ago(setting.context.today, *age_of(value, setting))
    return [(day + timedelta(days=step)).isoformat() for step in (-400, 400, -7, 7, 0)]


BEFORE = Operator("before", "is before", "is before {value}", "one", _before, _KINDS, suggest=_suggest_day)
AFTER = Operator("after", "is after", "is after {value}", "one", _after, _KINDS, suggest=_suggest_day)
OLDER_THAN = Operator(
    "older_than", "is older than", "is more than {value} ago", "age", _age(-1), _KINDS, suggest=_suggest_age
)
YOUNGER_THAN = Operator(
    "younger_than",
    "is younger than",
    "is less than {value} ago",
    "age",
    _age(1),
    _KINDS,
    suggest=_suggest_age,
)
