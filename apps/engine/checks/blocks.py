"""Blocked values; which of them hit was looked up before."""

from apps.engine.checks.base import Check, Subject, line
from apps.engine.index import index
from apps.engine.values import CheckLine, Problem

_PASSED = line("blocks")
# Kind of block → reason code and the role of the field it is about, in the order the messages are published.
_KINDS = {
    "phone": ("phone_blocked", "phone"),
    "email": ("email_blocked", "email"),
    "ip": ("ip_blocked", "ip_address"),
    "subid": ("subid_blocked", "sub_id"),
    "affid": ("affid_blocked", "aff_id"),
}


def _blocks(subject: Subject) -> tuple[CheckLine, ...]:
    hit = subject.facts.blocked
    if not hit:
        return (_PASSED,)
    roles = index(subject.spec).by_role
    problems = []
    for kind, (code, role) in _KINDS.items():
        if kind in hit:
            field = roles.get(role)
            problems.append(Problem(code, field.name if field else None))
    return (line("blocks", tuple(problems), ", ".join(sorted(hit))),)


BLOCKS = Check("blocks", "Blocks and suppression", _blocks)
