"""How much of a cap is left, in bands: enough to plan by, too little to learn the client's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from apps.engine import caps
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.requirements import CapSpec
from apps.engine.schedule_words import zone_name
from apps.posting_instructions.pages.hours import moment_words

_HALF, _LITTLE = Fraction(1, 2), Fraction(1, 10)
_SPANS = {
    "hour": "this hour",
    "day": "today",
    "week": "this week",
    "month": "this month",
    "total": "in total",
}


@dataclass(frozen=True, slots=True)
class Left:
    """A band of one cap: how it looks, the word for it, and the rest of the sentence."""

    look: str
    word: str
    words: str


def told_caps(spec: CampaignSpec, terms: TermsSpec) -> dict[str, tuple[CapSpec, ...]]:
    """The caps that can be told of, by the title that the requirements give them. One that counts only some leads says
    nothing of the next, and one of money nothing of how many."""
    found: dict[str, tuple[CapSpec, ...]] = {}
    for cap in terms.caps:
        if _counts_all(cap):
            title = f"{caps.label(cap)} cap"
            found[title] = (*found.get(title, ()), cap)
    whole = tuple(cap for cap in spec.caps if _counts_all(cap))
    return found | ({"Campaign cap": whole} if whole else {})


def left(group: tuple[CapSpec, ...], used: Mapping[str, int], at: datetime) -> Left | None:
    """The band of the tightest of some caps; `used` by cap key, of the period that `at` is in."""
    if not group:
        return None
    tightest = min(group, key=lambda cap: _share(cap, used))
    share, span = _share(tightest, used), _SPANS[tightest.period]
    if share <= 0:
        return Left("bad", "Used up", f"{span}{_until(tightest, at)}.")
    if share <= _LITTLE:
        return Left("warn", "Nearly used up", f"{span}.")
    if share <= _HALF:
        return Left("good", "Less than half is left", f"{span}.")
    return Left("good", "More than half is left", f"{span}.")


def _counts_all(cap: CapSpec) -> bool:
    return cap.expression is None and cap.basis != "spend"


def _share(cap: CapSpec, used: Mapping[str, int]) -> Fraction:
    return Fraction(cap.limit - used.get(cap.key, 0), cap.limit) if cap.limit > 0 else Fraction(0)


def _until(cap: CapSpec, at: datetime) -> str:
    ends = caps.period(cap, at).ends_at
    if ends is None:
        return ""
    zone = ZoneInfo(cap.time_zone)
    again = moment_words(ends.astimezone(zone), at.astimezone(zone))
    return f"; leads are taken again {again} {zone_name(cap.time_zone)}"
