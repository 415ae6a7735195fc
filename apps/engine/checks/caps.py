"""Caps that are full, where they were looked up; live leads reserve theirs when they are recorded."""

from apps.engine import caps
from apps.engine.checks.base import Check, Subject, line
from apps.engine.values import CheckLine

_PASSED = line("caps")


def _caps(subject: Subject) -> tuple[CheckLine, ...]:
    full = subject.facts.full_caps
    if not full:
        return (_PASSED,)
    hit = [cap for cap in (*subject.terms.caps, *subject.spec.caps) if cap.key in full]
    detail = ", ".join(f"{cap.key} {cap.period} {cap.limit}" for cap in hit)
    return (line("caps", tuple(caps.problem(cap) for cap in hit), detail),)


CAPS = Check("caps", "Caps", _caps)
