"""The waterfall picture: who answered when, against the deadline. Widths are percent, so that it fits any screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.auctions.choices import BidStatus
from apps.auctions.models import Bid
from apps.monitoring.auction.words import BIDS
from apps.monitoring.stages import STAGES

ROW, BAR_AT, TOP, BAR = 40, 20, 28, 12
_STEPS_MS = (10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)
_LABELS = {
    "assembly_ms": "assembly", "dns_ms": "dns", "connect_ms": "connect", "send_ms": "send", "wait_ms": "wait",
    "parse_ms": "parse",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A stage of one call: where it begins and how wide it is, in percent."""

    kind: str
    x: str
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One buyer that was asked. `y` is the row's label, `bar` its bar, in pixels; `end` is where the bar ends."""

    y: int
    bar: int
    label: str
    tone: str
    end: str
    parts: tuple[Part, ...]
    unanswered: str
    """Width of the bar of a call that no answer is known of; empty where there was one."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing. `ticks` are (x, words); `told` says in a paragraph what it shows."""

    height: int
    deadline_x: str
    deadline_label_x: str
    deadline_anchor: str
    deadline_ms: int
    rows: tuple[Row, ...]
    ticks: tuple[tuple[str, str], ...]
    told: str


def took_ms(bid: Bid) -> float | None:
    """How long the whole call took; None where no answer is known."""
    return bid.timings.get("total_ms")


def picture(bids: Sequence[Bid], deadline_ms: int) -> Picture | None:
    """The drawing of those that were asked, in the order of their answers; None where nobody was."""
    if not bids:
        return None
    ordered = sorted(bids, key=lambda bid: (took_ms(bid) is None, took_ms(bid) or 0, bid.pk))
    longest = max((took_ms(bid) or 0 for bid in bids), default=0)
    whole = max(deadline_ms, longest, 1) * 1.08
    deadline = deadline_ms / whole * 100
    return Picture(
        height=TOP + ROW * len(ordered) + 4,
        deadline_x=_percent(deadline),
        deadline_label_x=_percent(deadline),
        deadline_anchor="end" if deadline > 50 else "start",
        deadline_ms=deadline_ms,
        rows=tuple(_row(place, bid, whole) for place, bid in enumerate(ordered)),
        ticks=_ticks(whole, deadline_ms),
        told=_told(ordered, deadline_ms),
    )


def _row(place: int, bid: Bid, whole: float) -> Row:
    total = took_ms(bid)
    y = TOP + place * ROW
    tone, words = BIDS[BidStatus(bid.status)]
    took = f"{total:,.0f} ms" if total is not None else "no answer in time"
    return Row(
        y=y + 14,
        bar=y + BAR_AT,
        label=f"{bid.buyer_name} · {words} · {took}",
        tone=tone,
        end=_percent((total or 0) / whole * 100),
        parts=_parts(bid, total, whole) if total is not None else (),
        unanswered="" if total is not None else _percent(100),
    )


def _parts(bid: Bid, total: float, whole: float) -> tuple[Part, ...]:
    parts: list[Part] = []
    at = 0.0
    for stage in STAGES[:-1]:
        ms = min(bid.timings.get(stage.key, 0.0), total - at)
        if ms > 0:
            parts.append(_part(_LABELS[stage.key], stage.label, at, ms, whole))
            at += ms
    if total - at > 0:
        parts.append(_part("wait", "not told apart", at, total - at, whole))
    return tuple(parts)


def _part(kind: str, label: str, at: float, ms: float, whole: float) -> Part:
    return Part(kind, _percent(at / whole * 100), _percent(ms / whole * 100), f"{label}: {ms:,.0f} ms")


def _ticks(whole: float, deadline_ms: int) -> tuple[tuple[str, str], ...]:
    """Three to six round times along the top, none under the deadline's own words."""
    step = next((each for each in _STEPS_MS if whole / each <= 5), _STEPS_MS[-1])
    times = range(0, int(whole), step)
    return tuple(
        (_percent(ms / whole * 100), f"{ms:,}" if ms else "0 ms")
        for ms in times
        if ms == 0 or not -0.48 < (ms - deadline_ms) / whole < 0.12
    )


def _told(bids: Sequence[Bid], deadline_ms: int) -> str:
    said = []
    for bid in bids:
        total = took_ms(bid)
        _, words = BIDS[BidStatus(bid.status)]
        took = f"after {total:,.0f} ms" if total is not None else "no answer in time"
        said.append(f"{bid.buyer_name}: {words[2:].lower()}, {took}")
    return f"Deadline {deadline_ms:,} ms. " + "; ".join(said) + "."


def _percent(value: float) -> str:
    return f"{value:.2f}%"
