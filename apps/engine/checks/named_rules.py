"""Conditions, which must hold, and filters, which must not; each has a line of its own."""

from dataclasses import dataclass

from apps.engine.campaign import CampaignSpec
from apps.engine.checks.base import Check, Subject, line
from apps.engine.index import per_campaign
from apps.engine.rules.program import Program, program
from apps.engine.values import CheckLine, Problem


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule with both of its possible lines."""

    holds: Program
    when_true: CheckLine
    when_false: CheckLine


@per_campaign
def _ready(spec: CampaignSpec) -> dict[str, tuple[_Ready, ...]]:
    kinds: dict[str, list[_Ready]] = {"condition": [], "filter": []}
    for rule in spec.rules:
        passed = line(rule.kind, (), rule.name)
        failed = line(rule.kind, (Problem(rule.kind, None, {"name": rule.name}),), rule.name)
        holds = program(rule.expression, spec)
        if rule.kind == "condition":
            kinds[rule.kind].append(_Ready(holds, passed, failed))
        else:
            kinds[rule.kind].append(_Ready(holds, failed, passed))
    return {kind: tuple(found) for kind, found in kinds.items()}


def _judged(subject: Subject, kind: str) -> tuple[CheckLine, ...]:
    values, facts = subject.data.values, subject.facts
    return tuple(
        rule.when_true if rule.holds(values, facts) else rule.when_false
        for rule in _ready(subject.spec)[kind]
    )


def _conditions(subject: Subject) -> tuple[CheckLine, ...]:
    return _judged(subject, "condition")


def _filters(subject: Subject) -> tuple[CheckLine, ...]:
    return _judged(subject, "filter")


CONDITIONS = Check("condition", "Conditions", _conditions)
FILTERS = Check("filter", "Filters", _filters)
