"""How each response rule looks at an answer, in words: what a person asks when an answer was read otherwise than meant.

The words hold what the buyer wrote, as `show` lets it be seen.
"""

from collections.abc import Callable
from dataclasses import dataclass

from apps.engine import outcome
from apps.engine.answer import Answer, plain
from apps.engine.orders import ResponseRule
from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Reading
from apps.engine.response_rules import RULE_KINDS

MAX_VALUES, MAX_VALUE = 5, 80


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule (`index` from 0) against one answer. `decides` for the first that matches; `told` are its steps."""

    index: int
    outcome: str
    matches: bool
    decides: bool
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """An answer read, and what every rule made of it. `before` says why no rule was asked, where none was."""

    reading: Reading
    before: str
    verdicts: tuple[Verdict, ...]


Show = Callable[[str], str]


def explain(response: OutboundResponse, rules: tuple[ResponseRule, ...], *, show: Show = str) -> Explained:
    """The reading of an answer with the verdict of every rule, those after the first that matches included.

    `show` makes what the buyer wrote fit for the reader; it is given whole texts, before they are cut.
    """
    reading = outcome.read(response, rules)
    answer = Answer(response)
    verdicts = []
    for index, rule in enumerate(rules):
        matches = response.status is not None and outcome.match(rule, answer, response.status) is not None
        decides = index == reading.rule_index
        verdicts.append(Verdict(index, rule.outcome, matches, decides, _told(rule, answer, matches, show)))
    return Explained(reading, _before(response), tuple(verdicts))


def _before(response: OutboundResponse) -> str:
    if response.error is not None or response.status is None:
        return "No complete answer came, so no rule is asked."
    if outcome.is_retried(response.status):
        return f"HTTP {response.status} is tried again, whatever the answer says; no rule is asked."
    return ""


def _told(rule: ResponseRule, answer: Answer, matches: bool, show: Show) -> tuple[str, ...]:
    status = answer.response.status
    told = []
    if status is None:
        return ()
    if not outcome.status_fits(rule.statuses, status):
        named = f"“{rule.statuses}”" if rule.statuses.strip() else "2xx, as the rule names no status"
        return (f"status {status} is not {named}: does not match",)
    told.append(f"status {status} fits")
    if not outcome.content_type_fits(rule, answer):
        sent = answer.response.header("content-type") or "none"
        return (*told, f"content type “{_cut(sent)}” has no “{rule.content_type}”: does not match")
    telling = _TELLING.get(rule.match)
    if rule.match not in RULE_KINDS or telling is None:
        return (*told, f"“{rule.match}” is no kind of rule: does not match")
    told += telling(rule, answer, show)
    told[-1] += ": matches" if matches else ": does not match"
    return tuple(told)


def _any(rule: ResponseRule, answer: Answer, show: Show) -> list[str]:
    return ["any answer will do"]


def _path(rule: ResponseRule, answer: Answer, show: Show) -> list[str]:
    values = answer.elements(rule.path) if rule.match == "xpath" else answer.values(rule.path)
    return [_gave(rule.path, values, show), _compared(rule)]


def _text(rule: ResponseRule, answer: Answer, show: Show) -> list[str]:
    return [f"the answer's text is “{_cut(show(answer.text.strip()))}”", _compared(rule)]


def _regex(rule: ResponseRule, answer: Answer, show: Show) -> list[str]:
    where = [_gave(rule.path, answer.values(rule.path), show)] if rule.path else []
    found = RULE_KINDS["regex"].match(rule, answer)
    named = ", ".join(f"{name} “{_cut(show(text))}”" for name, text in (found or {}).items())
    return [*where, f"pattern /{rule.value}/" + (f" with {named}" if named else "")]


_TELLING: dict[str, Callable[[ResponseRule, Answer, Show], list[str]]] = {
    "any": _any,
    "json_path": _path,
    "xpath": _path,
    "regex": _regex,
    "text": _text,
}


def _gave(path: str, values: list[object], show: Show) -> str:
    if not values:
        return f"path {path} gave nothing"
    shown = [_shown(value, show) for value in values[:MAX_VALUES]]
    more = f" and {len(values) - MAX_VALUES} more" if len(values) > MAX_VALUES else ""
    return f"path {path} gave {', '.join(shown)}{more}"


def _shown(value: object, show: Show) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return f"“{_cut(show(plain(value) or ''))}”"


def _compared(rule: ResponseRule) -> str:
    if rule.operator == "present":
        return "is present"
    return f"{rule.operator} “{rule.value.strip()}”"


def _cut(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: MAX_VALUE + 1])
    return f"{shown[:MAX_VALUE]}…" if len(shown) > MAX_VALUE else shown
