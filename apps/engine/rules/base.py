"""What an operator is, and what it is given when a rule is made ready to run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from apps.engine.campaign import FieldSpec
from apps.engine.fields import FIELD_TYPES, Context
from apps.engine.fields.phone import national_digits
from apps.engine.requirements import ValueList
from apps.engine.values import Facts

Test = Callable[[Any, Facts], bool]
"""Whether a field's normal form (never None) passes."""

ALL_KINDS = frozenset({"text", "number", "boolean", "date", "choice", "set", "range", "zip", "phone"})
TEXT_KINDS = frozenset({"text", "choice", "zip", "phone"})
_ZIP_DIGITS = 5


class RuleError(ValueError):
    """A rule that cannot run; the message is a sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a test stands: the field it is about, and what of the campaign its value may refer to."""

    field: FieldSpec
    kind: str
    context: Context
    lists: Mapping[str, ValueList]

    def local_day(self, moment: date) -> date:
        """The day of an instant in the campaign's zone; a day is itself."""
        if isinstance(moment, datetime):
            return moment.astimezone(ZoneInfo(self.context.time_zone)).date()
        return moment


def _no_suggestions(value: Any, setting: Setting) -> list[Any]:
    return []


@dataclass(frozen=True, slots=True)
class Operator:
    """A way to test a field.

    `words` completes a sentence after the field's label (`{value}` stands for the value in words); `label` is
    the menu's entry; `kinds` the kinds of field types it fits; `takes` the value's shape: nothing, one, many,
    two, list, distance, pattern or age. `prepare` makes the test ready or raises `RuleError`. `if_missing` is
    the result on a missing field: false for comparisons, true for those that say what a value is not.
    `suggest` gives values worth trying in samples.
    """

    key: str
    label: str
    words: str
    takes: str
    prepare: Callable[[Any, Setting], Test]
    kinds: frozenset[str] = ALL_KINDS
    if_missing: bool = False
    suggest: Callable[[Any, Setting], list[Any]] = _no_suggestions


def literal(value: Any, setting: Setting) -> Any:
    """A rule's value in the normal form of the field it is compared with."""
    field = setting.field
    bare = FieldSpec(field.name, field.type, choices=field.choices)
    normal = FIELD_TYPES[field.type].parse(value, bare, setting.context).normal
    if normal is None:
        raise RuleError(f"“{value}” is not a value of {field.label or field.name}")
    return normal


def many(value: Any) -> list[Any]:
    """The values of a list; a text is a list of one."""
    items = list(value) if isinstance(value, list | tuple | frozenset | set) else [value]
    items = [item for item in items if item not in (None, "")]
    if not items:
        raise RuleError("The list of values is empty")
    return items


def pair(value: Any) -> tuple[Any, Any]:
    """Exactly two values."""
    items = many(value)
    if len(items) != len("ab"):
        raise RuleError("Two values are needed")
    return items[0], items[1]


def one(value: Any) -> str:
    """A text that is not empty."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if value is None or isinstance(value, list | tuple | dict) or str(value).strip() == "":
        raise RuleError("A value is needed")
    return str(value).strip()


def spellings(normal: Any, kind: str) -> tuple[str, ...]:
    """The lower-cased texts under which text operators know a value.

    A phone is known by E.164 and by its national digits, a choice of several by each of them.
    """
    if kind == "phone":
        return (normal, national_digits(normal))
    if isinstance(normal, tuple):
        return tuple(item.casefold() for item in normal)
    if isinstance(normal, str):
        return (normal.casefold(),)
    if isinstance(normal, bool):
        return ("yes" if normal else "no",)
    return (format(normal, "f") if isinstance(normal, Decimal) else normal.isoformat(),)


def five_digits(normal: str) -> str:
    """The five digits that targeting compares."""
    return normal[:_ZIP_DIGITS]
