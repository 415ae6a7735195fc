"""How a response rule looks at an answer: one function a kind. A new kind is one function and one line here.

A matcher gives what it found by name (for a regular expression its named groups `reason`, `price`,
`reference`, `redirect`, `promise`), or None when the rule does not match. Patterns are RE2's: linear time on whatever
buyers send.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import re2

from apps.engine import xpath
from apps.engine.answer import Answer, path_problem, plain
from apps.engine.orders import ResponseRule

Found = Mapping[str, str]
NOTHING: Found = {}
MAX_PATTERN = 500

_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,12})?", re.ASCII)

_options = re2.Options()
_options.case_sensitive = False
_options.log_errors = False
_options.max_mem = 8 << 20


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A registered kind of rule: `reads` names what of the rule it uses (path, operator, value)."""

    key: str
    label: str
    reads: tuple[str, ...]
    match: Callable[[ResponseRule, Answer], Found | None]


@lru_cache(maxsize=1024)
def pattern(text: str) -> Any:
    """The compiled pattern, case-insensitive; None when RE2 refuses it."""
    try:
        return re2.compile(text, _options) if len(text) <= MAX_PATTERN else None
    except re2.error:
        return None


def _any(rule: ResponseRule, answer: Answer) -> Found | None:
    return NOTHING


def _json_path(rule: ResponseRule, answer: Answer) -> Found | None:
    return _found(rule, answer.values(rule.path))


def _xpath(rule: ResponseRule, answer: Answer) -> Found | None:
    return _found(rule, answer.elements(rule.path))


def _found(rule: ResponseRule, values: list[Any]) -> Found | None:
    if rule.operator == "present":
        return NOTHING if any(is_present(value) for value in values) else None
    return NOTHING if any(_compares(rule, value) for value in values) else None


def is_present(value: Any) -> bool:
    """Whether something is there: null, blanks and empty lists and objects are not."""
    return value not in (None, [], {}) and not (isinstance(value, str) and not value.strip())


def _compares(rule: ResponseRule, value: Any) -> bool:
    text = plain(value)
    if text is None:
        return False
    wanted, text = rule.value.strip().lower(), text.lower()
    if rule.operator == "contains":
        return wanted in text
    return wanted == text or _same_number(wanted, value)


def _same_number(wanted: str, value: Any) -> bool:
    """Whether a number of the answer is the one asked for, however it is written: 1 is 1.0, but "01" is a text."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not _NUMBER.fullmatch(wanted):
        return False
    return Decimal(wanted) == value


def _text(rule: ResponseRule, answer: Answer) -> Found | None:
    text = answer.text.strip()
    if rule.operator == "present":
        return NOTHING if text else None
    return NOTHING if _compares(rule, text) else None


def _regex(rule: ResponseRule, answer: Answer) -> Found | None:
    compiled = pattern(rule.value)
    if compiled is None:
        return None
    texts = [plain(value) or "" for value in answer.values(rule.path)] if rule.path else [answer.text]
    for text in texts:
        found = compiled.search(text)
        if found:
            return {name: value for name, value in found.groupdict().items() if value is not None}
    return None


RULE_KINDS: dict[str, RuleKind] = {
    kind.key: kind
    for kind in (
        RuleKind("any", "any answer", (), _any),
        RuleKind("json_path", "JSON path", ("path", "operator", "value"), _json_path),
        RuleKind("xpath", "XPath", ("path", "operator", "value"), _xpath),
        RuleKind("regex", "regular expression", ("path", "value"), _regex),
        RuleKind("text", "text of the answer", ("operator", "value"), _text),
    )
}
OPERATORS = ("equals", "contains", "present")


def problems(rule: ResponseRule) -> tuple[str, ...]:
    """What is wrong with a rule's matching part, in words, for save and publish."""
    if rule.match not in RULE_KINDS:
        return (f"“{rule.match}” is no kind of rule",)
    found: list[str] = []
    reads = RULE_KINDS[rule.match].reads
    if rule.match == "xpath":
        found.append(xpath.problem(rule.path))
    elif rule.match == "json_path" or (rule.match == "regex" and rule.path):
        found.append(path_problem(rule.path))
    if "operator" in reads and rule.operator not in OPERATORS:
        found.append(f"“{rule.operator}” is no way to compare")
    if "value" in reads and rule.operator != "present" and not rule.value.strip():
        found.append("Say what to compare with")
    if rule.match == "regex" and rule.value.strip() and pattern(rule.value) is None:
        found.append("The regular expression is not one that can be used safely (RE2)")
    return tuple(text for text in found if text)
