"""What speaks against the ping that a post refers to; it was looked up before. No line where no ping is needed."""

from apps.engine.checks.base import Check, Subject, line
from apps.engine.values import CheckLine


def _ping_id(subject: Subject) -> tuple[CheckLine, ...]:
    found = subject.facts.ping
    return () if found is None else (line("ping_id", found),)


PING_ID = Check("ping_id", "Ping id", _ping_id, structure=True)
