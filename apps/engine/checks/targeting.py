"""States and zips: accepted or refused lists."""

from collections.abc import Callable

from apps.engine.checks.base import Check, Subject, line
from apps.engine.index import index
from apps.engine.values import CheckLine, Problem

_STATES, _ZIPS = line("states"), line("zips")
_FIVE = 5


def _states(subject: Subject) -> tuple[CheckLine, ...]:
    states = subject.spec.states
    if not states.mode:
        return (_STATES,)
    detail = f"{states.mode} {len(states.values)}"
    return (_judged(subject, "state", lambda state: state in states.values, states.mode, detail),)


def _zips(subject: Subject) -> tuple[CheckLine, ...]:
    zips = subject.spec.zips
    listed = subject.spec.lists.get(zips.list_hash)
    if not zips.mode or listed is None:
        return (_ZIPS,)
    return (
        _judged(
            subject, "zip", lambda code: code[:_FIVE] in listed, zips.mode, f"{zips.mode} {zips.list_name}"
        ),
    )


def _judged(subject: Subject, role: str, listed: Callable[[str], bool], mode: str, detail: str) -> CheckLine:
    """A value that is missing is in no list; one known to be missing or malformed is not judged a second
    time."""
    key, field = f"{role}s", index(subject.spec).by_role.get(role)
    name = field.name if field else None
    if name is not None and (subject.has_problem(name) or subject.awaits(name)):
        return line(key, (), f"{detail}: nothing to compare")
    value = subject.data.normal(name) if name is not None else None
    inside = value is not None and listed(value)
    problems = () if inside == (mode == "include") else (Problem(f"{role}_targeting", name),)
    return line(key, problems, detail)


STATES = Check("states", "State targeting", _states)
ZIPS = Check("zips", "Zip targeting", _zips)
