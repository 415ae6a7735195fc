"""Every order that was considered for a lead: its verdict, what decided it, and what came of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.deliveries.models import Attempt
from apps.engine import rules, schedule_words
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import OrderSpec
from apps.engine.requirements import Targeting
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent
from apps.monitoring.trace.outcomes import OUTCOMES, UNDER_WAY
from apps.monitoring.wording import counted, money

TONES = {
    "in_line": "good",
    "breaker_open": "warn",
    "over_rate": "warn",
    "over_concurrency": "warn",
    "waits": "warn",
    "waits_last": "warn",
    "not_reached": "plain",
}
_CLOSED = ("outside_hours", "waits", "waits_last", "opens_too_late")
MOST_STATES = 8


@dataclass(frozen=True, slots=True)
class OrderShown:
    """`words` is the verdict, `decided` the number or setting that decided, `came` what came of it."""

    order_id: int
    order: str
    buyer: str
    price: str
    words: str
    tone: str
    decided: str
    came: str
    came_tone: str


def considered(
    events: Sequence[LeadEvent],
    attempts: Sequence[Attempt],
    spec: CampaignSpec | None,
    place: Mapping[str, str],
) -> tuple[OrderShown, ...]:
    """Every order with its last verdict, in the order they were considered.

    `place` holds the lead's state and zip as its reader may see them.
    """
    orders = {order.id: order for order in spec.orders} if spec else {}
    came = _came(events, attempts)
    found: dict[int, OrderShown] = {}
    for event in events:
        for line in event.data.get("orders", ()) if event.kind == EventKind.CONSIDERED else ():
            order = orders.get(line["order"])
            tone, words = came.get(line["order"], ("", ""))
            found[line["order"]] = OrderShown(
                order_id=line["order"],
                order=line["name"],
                buyer=line["buyer"],
                price=_price(order, spec, attempts) if order and spec else "",
                words=line["words"],
                tone=TONES.get(line["verdict"], "plain"),
                decided=decided(line, order, spec, event.at, place) if order and spec else "",
                came=words,
                came_tone=tone,
            )
    return tuple(found.values())


def _price(order: OrderSpec, spec: CampaignSpec, attempts: Iterable[Attempt]) -> str:
    """The order's price; with price bands, what this lead was offered at."""
    if not order.price_bands:
        return money(order.price, spec.currency)
    offered = next((row.price for row in attempts if row.order_id == order.id), None)
    return money(offered, spec.currency) if offered is not None else "by band"


def _came(events: Iterable[LeadEvent], attempts: Sequence[Attempt]) -> dict[int, tuple[str, str]]:
    """The last word on each order that was offered the lead, or was not reached."""
    last = {
        line["order"]: ("plain", "Not reached")
        for event in events
        if event.kind == EventKind.SOLD
        for line in event.data.get("passed", ())
    }
    failed = Counter(row.order_id for row in attempts if row.outcome == "retryable")
    for row in attempts:
        if row.outcome == "retryable":
            last[row.order_id] = ("warn", f"↻ {counted(failed[row.order_id], 'failed call')}")
        else:
            last[row.order_id] = OUTCOMES.get(row.outcome, UNDER_WAY)
    return last


def decided(
    line: Mapping[str, Any], order: OrderSpec, spec: CampaignSpec, at: datetime, place: Mapping[str, str]
) -> str:
    """The number or setting that decided on an order at this instant."""
    verdict, detail = line["verdict"], line.get("detail", "")
    if verdict == "state":
        return f"{place.get('state') or 'No state'}; {_targeting(order.states)}"
    if verdict == "zip":
        mode = "on" if order.zips.mode == "include" else "not on"
        return f"{place.get('zip') or 'No zip'}; buys zips {mode} “{order.zips.list_name}”"
    if verdict in _CLOSED and order.schedule is not None:
        local = at.astimezone(ZoneInfo(order.schedule.time_zone))
        return f"{local:%A %H:%M} there; open {schedule_words.describe(order.schedule, at)}"
    if verdict == "criteria" and order.criteria is not None:
        return f"Buys where {rules.explain(order.criteria, spec)}"
    return _rank(order, spec) if verdict in ("in_line", "breaker_open") else detail


def _rank(order: OrderSpec, spec: CampaignSpec) -> str:
    """What its place in the line depends on."""
    group = next((one for one in spec.groups if one.id == order.group_id), None)
    ranks = {
        "priority": f"Priority {order.priority}",
        "weighted": f"Weight {order.weight}",
        "highest_price": "Highest price first",
        "round_robin": "By turns",
    }
    return ranks.get(group.method, "") if group else ""


def _targeting(states: Targeting) -> str:
    names = sorted(states.values)
    said = ", ".join(names) if len(names) <= MOST_STATES else f"{len(names)} states"
    return f"buys {said}" if states.mode == "include" else f"buys all but {said}"
