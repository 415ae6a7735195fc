"""Verification: what can be told without a network, then what the verifiers outside have found."""

from apps.engine.checks.base import Check, Subject, line
from apps.engine.values import CheckLine
from apps.engine.verification import verifiers

_PASSED = line("verification")


def _verification(subject: Subject) -> tuple[CheckLine, ...]:
    facts = subject.facts
    found = {
        name: verify(subject.spec, subject.data, facts) for name, verify in verifiers(subject.spec).items()
    }
    for name, problem in facts.verifications.items():
        found[name] = found.get(name) or problem
    if not found:
        return (_PASSED,)
    return tuple(line("verification", (problem,) if problem else (), name) for name, problem in found.items())


VERIFICATION = Check("verification", "Verification", _verification)
