"""Membership in a list of the campaign, named by content hash: the hash, or the hash and the list's name."""

from typing import Any

from apps.engine.requirements import ValueList
from apps.engine.rules.base import (
    TEXT_KINDS,
    Operator,
    RuleError,
    Setting,
    Test,
    five_digits,
    many,
    spellings,
)


def _in_list(value: Any, setting: Setting) -> Test:
    items = many(value)
    values = setting.lists.get(str(items[0]))
    if values is None:
        raise RuleError(f"The list “{items[-1]}” is not there")
    kind = setting.kind
    return lambda normal, facts: _listed(normal, kind, values)


def _listed(normal: str, kind: str, values: ValueList) -> bool:
    if normal in values:
        return True
    if kind == "zip":
        return five_digits(normal) in values
    return any(text in values for text in spellings(normal, kind))


def _suggest(value: Any, setting: Setting) -> list[Any]:
    values = setting.lists.get(str(many(value)[0]))
    return sorted(values.exact)[:20] if values else []


IN_LIST = Operator(
    "in_list", "is in list", "is in the list {value}", "list", _in_list, TEXT_KINDS, suggest=_suggest
)
