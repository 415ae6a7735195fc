"""How a response rule looks at an answer: one function a kind. A new kind is one function and one line here.

A matcher gives what it found by name (for a regular expression its named groups `reason`, `price`,
`reference`, `redirect`, `promise`), or None when the rule does not match. Patterns are RE2's: linear time on whatever
buyers send.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from apps.engine import paths
from apps.engine.answer import Answer, plain
from apps.engine.orders import ResponseRule

Found = Mapping[str, str]
NOTHING: Found = {}
MAX_PATTERN = 500

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
    found = answer.values(rule.path)
    if rule.operator == "present":
        return NOTHING if any(value not in (None, "", [], {}) for value in found) else None
    return NOTHING if any(_compares(rule, plain(value)) for value in found) else None


def _compares(rule: ResponseRule, text: str | None) -> bool:
    if text is None:
        return False
    wanted, text = rule.value.strip().lower(), text.lower()
    return wanted in text if rule.operator == "contains" else wanted == text


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
    if rule.match == "json_path" or (rule.match == "regex" and rule.path):
        found.append(paths.problem(rule.path))
    if "operator" in reads and rule.operator not in OPERATORS:
        found.append(f"“{rule.operator}” is no way to compare")
    if "value" in reads and rule.operator != "present" and not rule.value.strip():
        found.append("Say what to compare with")
    if rule.match == "regex" and rule.value.strip() and pattern(rule.value) is None:
        found.append("The regular expression is not one that can be used safely (RE2)")
    return tuple(text for text in found if text)
