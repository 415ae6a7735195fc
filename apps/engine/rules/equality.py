"""Equal to a value or to one of several. Texts are compared without regard to case, zips by the digits the
rule names."""

from collections.abc import Hashable
from typing import Any

from apps.engine.rules.base import Operator, RuleError, Setting, Test, five_digits, literal, many

_IN_KINDS = frozenset({"text", "choice", "set", "zip", "phone", "number"})


def _key(normal: Any, kind: str) -> Hashable:
    if kind == "set":
        return frozenset(normal)
    return normal.casefold() if isinstance(normal, str) else normal


def _is(value: Any, setting: Setting) -> Test:
    if value in (None, "", [], ()):
        raise RuleError("A value is needed")
    kind, wanted = setting.kind, _key(literal(value, setting), setting.kind)
    if kind == "zip" and isinstance(wanted, str) and len(wanted) == len("90210"):
        return lambda normal, facts: five_digits(normal) == wanted
    return lambda normal, facts: _key(normal, kind) == wanted


def _in(value: Any, setting: Setting) -> Test:
    kind = setting.kind
    if kind == "set":
        choices = {literal(item, setting)[0] for item in many(value)}
        return lambda normal, facts: not choices.isdisjoint(normal)
    wanted = frozenset(_key(literal(item, setting), kind) for item in many(value))
    if kind == "zip":
        return lambda normal, facts: normal in wanted or five_digits(normal) in wanted
    return lambda normal, facts: _key(normal, kind) in wanted


def _negated(prepare: Any) -> Any:
    def build(value: Any, setting: Setting) -> Test:
        test = prepare(value, setting)
        return lambda normal, facts: not test(normal, facts)

    return build


def _suggest(value: Any, setting: Setting) -> list[Any]:
    return [value] if setting.kind in ("range", "set") else many(value)


IS = Operator("is", "is", "is {value}", "one", _is, suggest=_suggest)
IS_NOT = Operator("is_not", "is not", "is not {value}", "one", _negated(_is), if_missing=True)
IN = Operator("in", "is one of", "is {value}", "many", _in, _IN_KINDS, suggest=_suggest)
NOT_IN = Operator("not_in", "is none of", "is {value}", "many", _negated(_in), _IN_KINDS, if_missing=True)
