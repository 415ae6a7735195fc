"""Claims that are already taken, where they were looked up; live leads take theirs when they are recorded."""

from apps.engine import duplicates
from apps.engine.checks.base import Check, Subject, line
from apps.engine.values import CheckLine, Problem

_PASSED = line("duplicates")


def _duplicates(subject: Subject) -> tuple[CheckLine, ...]:
    taken = subject.facts.duplicates
    if not taken:
        return (_PASSED,)
    found: list[Problem] = []
    for rule in subject.spec.duplicates:
        keys = (rule.key, *(duplicates.claim_key(rule, name) for name in rule.fields))
        for key in dict.fromkeys(keys):
            problem = duplicates.problem(subject.spec, key) if key in taken else None
            if problem is not None:
                found.append(problem)
    return (line("duplicates", tuple(found)),)


DUPLICATES = Check("duplicates", "Duplicates", _duplicates)
