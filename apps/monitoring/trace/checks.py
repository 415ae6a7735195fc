"""The checks of a lead as they were recorded at the door."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.engine.checks import LABELS
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent

_CONSENT = {
    "either": "TrustedForm or Jornaya is asked for",
    "both": "TrustedForm and Jornaya are asked for",
    "trustedform": "TrustedForm is asked for",
    "jornaya": "Jornaya is asked for",
}
_VERIFIED = {
    "email": "E-mail address",
    "address": "Street address",
    "ip": "IP address",
    "phone": "Phone number",
}


@dataclass(frozen=True, slots=True)
class CheckShown:
    """One check; `messages` are what the source was told, or would have been."""

    name: str
    passed: bool
    detail: str
    messages: tuple[str, ...]


def checks(events: Iterable[LeadEvent]) -> tuple[CheckShown, ...]:
    """The lines of the one event that tells the checks, in their published order."""
    lines = next((event.data.get("checks", ()) for event in events if event.kind == EventKind.CHECKED), ())
    return checks_shown(lines)


def checks_shown(lines: Iterable[Mapping[str, Any]]) -> tuple[CheckShown, ...]:
    """Checks as they are kept, in words."""
    return tuple(_shown(line) for line in lines)


def _shown(line: Mapping[str, Any]) -> CheckShown:
    return CheckShown(
        name=LABELS.get(line["check"], line["check"]),
        passed=line["passed"],
        detail=_detail(line["check"], line.get("detail", "")),
        messages=tuple(problem["message"] for problem in line.get("problems", ())),
    )


def _detail(check: str, detail: str) -> str:
    if check == "consent":
        return _CONSENT.get(detail, detail)
    if check == "verification":
        return _VERIFIED.get(detail, detail)
    if check in ("states", "zips") and detail:
        return _targeting(check, detail)
    return detail


def _targeting(check: str, detail: str) -> str:
    """`include 14` and `exclude Territory: nothing to compare`, as the engine writes them, in words."""
    said, _, rest = detail.partition(": ")
    mode, _, listed = said.partition(" ")
    what = f"{listed} states" if check == "states" else f"“{listed}”"
    words = {"include": f"Taken: {what}", "exclude": f"Taken: all but {what}"}.get(mode, detail)
    return f"{words}; {rest}" if rest else words
