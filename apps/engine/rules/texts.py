"""Parts of a text, without regard to case; and regular expressions, by RE2, whose time is linear in the
text."""

from collections.abc import Callable
from typing import Any

import re2

from apps.engine.rules.base import TEXT_KINDS, Operator, RuleError, Setting, Test, literal, one, spellings

_LONGEST_PATTERN = 1000
_CONTAINS_KINDS = TEXT_KINDS | {"set"}


def _part(compare: Callable[[str, str], bool]) -> Callable[[Any, Setting], Test]:
    def prepare(value: Any, setting: Setting) -> Test:
        part, kind = one(value).casefold(), setting.kind
        return lambda normal, facts: any(compare(text, part) for text in spellings(normal, kind))

    return prepare


def _contains(value: Any, setting: Setting) -> Test:
    if setting.kind == "set":
        choice = literal(value, setting)[0]
        return lambda normal, facts: choice in normal
    return _part(str.__contains__)(value, setting)


def _matches(value: Any, setting: Setting) -> Test:
    pattern, kind = compiled_pattern(one(value)), setting.kind
    if kind == "phone":
        return lambda normal, facts: any(pattern.search(text) is not None for text in spellings(normal, kind))
    return lambda normal, facts: pattern.search(normal) is not None


def compiled_pattern(text: str) -> Any:
    """A regular expression ready to search; `RuleError` says why RE2 refuses it."""
    if len(text) > _LONGEST_PATTERN:
        raise RuleError("The regular expression is longer than 1,000 characters")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as refusal:
        reason = refusal.args[0] if refusal.args else "not understood"
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise RuleError(f"The regular expression is not accepted: {reason}") from None


def _suggest(value: Any, setting: Setting) -> list[Any]:
    part = one(value)
    if setting.kind == "phone":
        digits = part.removeprefix("+1")
        return [part, digits + "2025550143"[len(digits) :], "2025550143"[: -len(digits)] + digits]
    if setting.kind == "zip":
        return [part, (part + "00000")[:5], ("00000" + part)[-5:]]
    if setting.field.type == "email":
        return [
            part,
            f"jane{part}",
            f"{part}@example.com",
            f"jane@{part}",
            f"jane.{part}@example.com",
            f"{part}.com",
        ]
    return [part, f"{part} x", f"x {part}", f"https://{part}", f"https://www.example.com/{part}"]


CONTAINS = Operator(
    "contains", "contains", "contains {value}", "one", _contains, _CONTAINS_KINDS, suggest=_suggest
)
STARTS_WITH = Operator(
    "starts_with",
    "starts with",
    "starts with {value}",
    "one",
    _part(str.startswith),
    TEXT_KINDS,
    suggest=_suggest,
)
ENDS_WITH = Operator(
    "ends_with", "ends with", "ends with {value}", "one", _part(str.endswith), TEXT_KINDS, suggest=_suggest
)
MATCHES = Operator(
    "matches", "matches (regular expression)", "matches {value}", "pattern", _matches, TEXT_KINDS
)
