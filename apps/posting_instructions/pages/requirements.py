"""Requirements: what a lead must meet, in sentences, each with the exact answer of one that does not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.engine import describe
from apps.engine.describe import Requirement
from apps.engine.fields.state import STATE_NAMES
from apps.engine.requirements import ValueList
from apps.posting_instructions.pages.anchors import anchor
from apps.posting_instructions.pages.answers import Answer, refused_with
from apps.posting_instructions.pages.caps_left import Left, left, told_caps
from apps.posting_instructions.pages.exchange.answers import rejected_with
from apps.posting_instructions.pages.frame import Frame
from apps.posting_instructions.pages.hours import hours
from apps.posting_instructions.pages.state_map import state_map

_TITLES = {
    "condition": "Conditions: a lead must meet each",
    "filter": "Filters: a lead must not match any",
    "duplicates": "Duplicates",
    "caps": "Caps",
    "verification": "Verification",
}
_MANY_STATES = 8


@dataclass(frozen=True, slots=True)
class Point:
    """One sentence of a section, under a name of its own where there are several."""

    title: str
    name: str
    text: str
    messages: tuple[tuple[str, str], ...]
    left: Left | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The requirements of one kind, with the answers they lead to."""

    key: str
    title: str
    points: tuple[Point, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class ZipAnswer:
    """What is said of one zip."""

    look: str
    word: str
    words: str


def context(
    page: Frame, *, now: datetime, used: Mapping[str, int] | None = None, zip_asked: str = ""
) -> dict[str, Any]:
    """What the page shows beside the frame. `used` says how much of each cap is used, where the client lets the source
    know how much is left."""
    found: dict[str, list[Requirement]] = {}
    for each in describe.requirements(page.spec, page.terms, now):
        found.setdefault(each.key, []).append(each)
    spec = page.spec
    names = _names(page)
    return {
        "requirements": [
            _section(page, key, _points(page, key, group, names, used)) for key, group in found.items()
        ],
        "hours": hours(spec.schedule, now) if spec.schedule else None,
        "states": [(code, STATE_NAMES.get(code, code)) for code in sorted(spec.states.values)],
        "state_map": state_map(spec),
        "zips": _zips(page),
        "zip_asked": zip_asked,
        "zip_answer": zip_answer(page, zip_asked) if zip_asked else None,
    }


def zip_answer(page: Frame, asked: str) -> ZipAnswer | None:
    """Whether the campaign's list lets a zip pass."""
    listed = page.spec.lists.get(page.spec.zips.list_hash)
    if listed is None or not page.spec.zips.mode:
        return None
    digits = asked[:5]
    if not (len(digits) == 5 and digits.isascii() and digits.isdigit()):
        return ZipAnswer("warn", "No zip", "Give five digits, or ZIP+4; only the first five count.")
    refused = "zip_not_accepted" if page.is_exchange else "Zip targeting"
    if (digits in listed) == (page.spec.zips.mode == "include"):
        return ZipAnswer("good", "Accepted", f"{digits} is in the area.")
    return ZipAnswer("bad", "Not accepted", f"{digits} is rejected with “{refused}”.")


def _names(page: Frame) -> dict[str, str]:
    """The messages of the engine by what this page calls them: the exchange tells reasons, some under one name."""
    return describe.reason_names(page.spec, page.terms) if page.is_exchange else {}


def _points(
    page: Frame, key: str, group: list[Requirement], names: Mapping[str, str], used: Mapping[str, int] | None
) -> tuple[Point, ...]:
    points = tuple(_point(page, each, names, named=key in _TITLES) for each in group)
    if key != "caps" or used is None:
        return points
    told = told_caps(page.spec, page.terms)
    return tuple(replace(each, left=left(told.get(each.name, ()), used, page.at)) for each in points)


def _section(page: Frame, key: str, points: tuple[Point, ...]) -> Section:
    shown = [text for point in points for text, _ in point.messages][:1]
    codes = [rejected_with(text) if page.is_exchange else refused_with(page, text) for text in shown]
    return Section(
        key, _TITLES.get(key, points[0].title), points, tuple(Answer("Rejected", code) for code in codes)
    )


def _point(page: Frame, each: Requirement, names: Mapping[str, str], *, named: bool) -> Point:
    said = dict.fromkeys(names.get(text, text) for text in each.messages)
    messages = tuple((text, anchor(text)) for text in said)
    return Point(each.title, each.title if named else "", _text(page, each), messages)


def _text(page: Frame, each: Requirement) -> str:
    """The engine's sentence, but for lists too long to be read as one."""
    if each.key == "states" and len(each.values) > _MANY_STATES:
        only = "Only" if page.spec.states.mode == "include" else "No"
        return f"{only} leads from the {len(each.values)} states listed here."
    return each.text


def _zips(page: Frame) -> dict[str, Any] | None:
    listed = page.spec.lists.get(page.spec.zips.list_hash)
    if listed is None or not page.spec.zips.mode:
        return None
    entries = f"{len(listed):,} {'entry' if len(listed) == 1 else 'entries'}"
    return {"entries": entries, "first": _first(listed), "prefixes": bool(listed.prefixes)}


def _first(listed: ValueList) -> str:
    return min(listed.exact, default="") or next((f"{prefix:0<5}" for prefix in listed.prefixes), "")
