"""The campaign's hours."""

from apps.engine.checks.base import Check, Subject, line
from apps.engine.schedule import is_open
from apps.engine.values import CheckLine, Problem

_PASSED = line("schedule")
_CLOSED = line("schedule", (Problem("campaign_schedule"),))


def _schedule(subject: Subject) -> tuple[CheckLine, ...]:
    schedule = subject.spec.schedule
    return (_PASSED if schedule is None or is_open(schedule, subject.facts.now) else _CLOSED,)


SCHEDULE = Check("schedule", "Campaign schedule", _schedule)
