"""A buyer's own duplicate rule: whether it has bought this person before, within the days its order says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.engine.campaign import CampaignSpec
from apps.engine.index import per_campaign
from apps.engine.orders import OrderSpec


@dataclass(frozen=True, slots=True)
class Taken:
    """The person of a lead is taken at a buyer: another lead of them was sold (`sold`) or is being offered, `at`."""

    order_id: int
    buyer_id: int
    at: datetime
    sold: bool


@dataclass(frozen=True, slots=True)
class Guard:
    """A version's orders with a rule, their buyers, and the longest window in days (0 without any)."""

    orders: Mapping[int, OrderSpec]
    buyer_ids: frozenset[int]
    days: int


@per_campaign
def guard(spec: CampaignSpec) -> Guard:
    """Who refuses persons it has bought already."""
    orders = {order.id: order for order in spec.orders if order.duplicate_days}
    days = max((order.duplicate_days or 0 for order in orders.values()), default=0)
    return Guard(orders, frozenset(order.buyer_id for order in orders.values()), days)


def last_taken(order: OrderSpec, taken: Iterable[Taken], now: datetime) -> Taken | None:
    """What makes the person a duplicate to this order's rule: the last sale within its window, else an offer under
    way; None when it is none.
    """
    if not order.duplicate_days:
        return None
    since = now - timedelta(days=order.duplicate_days)
    found = [one for one in taken if one.at > since and _in_scope(order, one)]
    return max(found, key=lambda one: (one.sold, one.at), default=None)


def _in_scope(order: OrderSpec, one: Taken) -> bool:
    if order.duplicate_scope == "order":
        return one.order_id == order.id
    return one.buyer_id == order.buyer_id


def days_ago(at: datetime, now: datetime) -> str:
    """Whole days between two instants in words: today, 1 day ago, 12 days ago."""
    days = (now - at).days
    if days < 1:
        return "today"
    return "1 day ago" if days == 1 else f"{days} days ago"
