"""Every order of the version with its verdict and its numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.auctions.models import Bid, Ping
from apps.deliveries.models import Attempt
from apps.engine.campaign import CampaignSpec
from apps.monitoring.auction.award import steps_of
from apps.monitoring.auction.money_words import exact
from apps.monitoring.auction.words import verdict_tone
from apps.monitoring.trace.attempts import Reader
from apps.monitoring.trace.orders import decided
from apps.monitoring.trace.outcomes import OUTCOMES, UNDER_WAY

_BY_SETTING = frozenset({"state", "zip", "outside_hours", "criteria"})


@dataclass(frozen=True, slots=True)
class LineShown:
    """One order: what it offered, what became of it, the setting that decided, and what the post came to."""

    order_id: int
    order: str
    buyer: str
    offered: str
    words: str
    tone: str
    decided: str
    came: str
    came_tone: str


def lines(
    ping: Ping, bids: Sequence[Bid], posted: Iterable[Attempt], reader: Reader, place: Mapping[str, str]
) -> tuple[LineShown, ...]:
    """All lines of a ping, those with a place first."""
    offered = _offered(ping, bids, reader.spec)
    came = {row.order_id: OUTCOMES.get(row.outcome, UNDER_WAY) for row in posted}
    shown = []
    for line in ping.lines:
        tone, words = came.get(line["order"], ("", ""))
        shown.append(
            LineShown(
                order_id=line["order"],
                order=line["name"],
                buyer=line["buyer"],
                offered=offered.get(line["order"], ""),
                words=reader.show(line["words"]),
                tone=verdict_tone(line["verdict"]),
                decided=_decided(line, ping, reader.spec, place),
                came=words,
                came_tone=tone,
            )
        )
    return tuple(shown)


def _decided(line: Mapping[str, Any], ping: Ping, spec: CampaignSpec | None, place: Mapping[str, str]) -> str:
    order = next((one for one in spec.orders if one.id == line["order"]), None) if spec else None
    if order is None or spec is None or line["verdict"] not in _BY_SETTING:
        return ""
    return decided(line, order, spec, ping.received_at, place)


def _offered(ping: Ping, bids: Sequence[Bid], spec: CampaignSpec | None) -> dict[int, str]:
    """What each would pay: its bid, or its fixed price."""
    if spec is None:
        return {}
    prices = {step.order_id: step.price for step in steps_of(ping)}
    found = {
        order.id: ""
        if order.price_kind == "bid"
        else f"{exact(prices.get(order.id, order.price), spec.currency)} fixed"
        for order in spec.orders
    }
    for bid in bids:
        parts = [
            f"{exact(amount, spec.currency)}{how}"
            for amount, how in ((bid.exclusive, ""), (bid.shared, " shared"))
            if amount is not None
        ]
        found[bid.order_id] = ", ".join(parts)
    return found
