"""Evidence of consent: the certificates asked for are there, and any that is there is well formed.

A ping has to bring them only where their fields are required on pings.
"""

from apps.engine.checks.base import Check, Subject, line
from apps.engine.checks.fields import CERTIFICATE_CODES
from apps.engine.index import index
from apps.engine.normalise import PING
from apps.engine.values import CheckLine, Problem

_PASSED = line("consent")
_ROLES = {"trustedform": ("trustedform_url",), "jornaya": ("jornaya_id",)}
_BOTH = ("trustedform_url", "jornaya_id")


def _consent(subject: Subject) -> tuple[CheckLine, ...]:
    requires, data = subject.spec.consent.requires, subject.data
    malformed: tuple[Problem, ...] = ()
    if data.format_problems:
        malformed = tuple(found for found in data.format_problems if found.code in CERTIFICATE_CODES)
    if requires == "none":
        return (line("consent", malformed),) if malformed else (_PASSED,)
    there = [role for role in _BOTH if _is_there(subject, role)]
    wanted = _ROLES.get(requires, _BOTH)
    met = bool(there) if requires == "either" else all(role in there for role in wanted)
    met = met or (subject.phase == PING and not _due_on_ping(subject, wanted))
    missing = () if met else (Problem("missing_consent"),)
    return (line("consent", missing + malformed, requires),)


def _due_on_ping(subject: Subject, roles: tuple[str, ...]) -> bool:
    fields = index(subject.spec).by_role
    return any(role in fields and fields[role].required_on_ping for role in roles)


def _is_there(subject: Subject, role: str) -> bool:
    field = index(subject.spec).by_role.get(role)
    return field is not None and field.name in subject.data.values


CONSENT = Check("consent", "Consent", _consent, structure=True)
