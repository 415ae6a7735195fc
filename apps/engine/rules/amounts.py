"""More or less than a number. A range is below a number when all of it is, and above when all of it is."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from apps.engine.fields.money import amount_of
from apps.engine.rules.base import Operator, RuleError, Setting, Test, one, pair
from apps.engine.rules.days import day_between

_KINDS = frozenset({"number", "range"})


def _number(value: Any) -> Decimal:
    number = amount_of(one(value))
    if number is None:
        raise RuleError(f"“{value}” is not a number")
    return number


def _compare(compare: Callable[[Any, Any], bool], end: int) -> Callable[[Any, Setting], Test]:
    def prepare(value: Any, setting: Setting) -> Test:
        limit = _number(value)
        if setting.kind == "range":
            return lambda normal, facts: compare(Decimal(normal[end]), limit)
        return lambda normal, facts: compare(normal, limit)

    return prepare


def _between(value: Any, setting: Setting) -> Test:
    if setting.kind == "date":
        return day_between(value, setting)
    first, second = pair(value)
    lowest, highest = _number(first), _number(second)
    if lowest > highest:
        raise RuleError(f"{first} is more than {second}")
    if setting.kind == "range":
        return lambda normal, facts: lowest <= Decimal(normal[0]) and Decimal(normal[1]) <= highest
    return lambda normal, facts: bool(lowest <= normal <= highest)


def _suggest(value: Any, setting: Setting) -> list[Any]:
    near = [value, *(str(_number(value) + step) for step in (1, -1))]
    return [[item, item] for item in near] if setting.kind == "range" else near


def _suggest_between(value: Any, setting: Setting) -> list[Any]:
    if setting.kind == "date":
        return list(pair(value))
    return (
        [list(pair(value))] if setting.kind == "range" else [*pair(value), str(_number(pair(value)[1]) + 1)]
    )


LT = Operator(
    "lt", "is less than", "is less than {value}", "one", _compare(operator.lt, 1), _KINDS, suggest=_suggest
)
LTE = Operator(
    "lte", "is at most", "is at most {value}", "one", _compare(operator.le, 1), _KINDS, suggest=_suggest
)
GT = Operator(
    "gt", "is more than", "is more than {value}", "one", _compare(operator.gt, 0), _KINDS, suggest=_suggest
)
GTE = Operator(
    "gte", "is at least", "is at least {value}", "one", _compare(operator.ge, 0), _KINDS, suggest=_suggest
)
BETWEEN = Operator(
    "between",
    "is between",
    "is between {value}",
    "two",
    _between,
    _KINDS | {"date"},
    suggest=_suggest_between,
)
