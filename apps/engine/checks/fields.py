"""Required fields, then formats; certificates of consent are the next check's."""

from apps.engine.checks.base import Check, Subject, line
from apps.engine.values import CheckLine, Problem

CERTIFICATE_CODES = frozenset({"trustedform_format", "jornaya_format"})
_PASSED = line("fields")


def _fields(subject: Subject) -> tuple[CheckLine, ...]:
    data = subject.data
    if not data.missing and not data.format_problems:
        return (_PASSED,)
    missing = tuple(Problem("missing_field", name, {"fields": name}) for name in data.missing)
    formats = tuple(found for found in data.format_problems if found.code not in CERTIFICATE_CODES)
    return (line("fields", missing + formats),)


FIELDS = Check("fields", "Required fields and formats", _fields, structure=True)
