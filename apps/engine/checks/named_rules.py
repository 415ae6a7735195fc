"""Conditions, which must hold, and filters, which must not; each has a line of its own.

On a ping a rule is judged when the ping has all fields it speaks of, else on the post.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.engine.campaign import CampaignSpec
from apps.engine.checks.base import Check, Subject, line
from apps.engine.index import per_campaign
from apps.engine.normalise import PING
from apps.engine.rules.program import Program, program
from apps.engine.rules.validation import tests
from apps.engine.values import CheckLine, Facts, Problem, Value


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule with all of its possible lines, and the fields it speaks of."""

    holds: Program
    fields: frozenset[str]
    when_true: CheckLine
    when_false: CheckLine
    when_awaited: CheckLine

    def line(self, values: Mapping[str, Value], facts: Facts) -> CheckLine:
        """The line that comes of these values."""
        return self.when_true if self.holds(values, facts) else self.when_false


@per_campaign
def _ready(spec: CampaignSpec) -> dict[str, tuple[_Ready, ...]]:
    kinds: dict[str, list[_Ready]] = {"condition": [], "filter": []}
    for rule in spec.rules:
        passed = line(rule.kind, (), rule.name)
        failed = line(rule.kind, (Problem(rule.kind, None, {"name": rule.name}),), rule.name)
        lines = (passed, failed) if rule.kind == "condition" else (failed, passed)
        fields = frozenset(test.field for test in tests(rule.expression))
        awaited = line(rule.kind, (), f"{rule.name}: judged on the post")
        kinds[rule.kind].append(_Ready(program(rule.expression, spec), fields, *lines, awaited))
    return {kind: tuple(found) for kind, found in kinds.items()}


def _judged(subject: Subject, kind: str) -> tuple[CheckLine, ...]:
    values, facts = subject.data.values, subject.facts
    rules = _ready(subject.spec)[kind]
    if subject.phase == PING:
        awaited = [any(map(subject.awaits, rule.fields)) for rule in rules]
        return tuple(
            rule.when_awaited if waits else rule.line(values, facts)
            for rule, waits in zip(rules, awaited, strict=True)
        )
    return tuple(rule.line(values, facts) for rule in rules)


def _conditions(subject: Subject) -> tuple[CheckLine, ...]:
    return _judged(subject, "condition")


def _filters(subject: Subject) -> tuple[CheckLine, ...]:
    return _judged(subject, "filter")


CONDITIONS = Check("condition", "Conditions", _conditions)
FILTERS = Check("filter", "Filters", _filters)
