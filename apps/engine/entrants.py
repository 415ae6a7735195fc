"""Who takes part in an auction: the orders that may have this lead now, the others with the reason why not.

Nobody waits in an auction: what is closed now is passed over, and an endpoint that rests is not pinged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.engine import balance, routing
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.index import per_campaign
from apps.engine.order_facts import OrderFacts
from apps.engine.orders import OrderSpec
from apps.engine.routing import Considered
from apps.engine.values import Facts, LeadData

BID, FIXED = "bid", "fixed"


@dataclass(frozen=True, slots=True)
class Entrants:
    """`bidding` are to be pinged; `fixed` take part at their price without being asked: `prices` by order id,
    unrounded. `considered` has a line for each order that takes no part.
    """

    bidding: tuple[OrderSpec, ...]
    fixed: tuple[OrderSpec, ...]
    prices: Mapping[int, Decimal]
    considered: tuple[Considered, ...]


def entrants(
    spec: CampaignSpec, data: LeadData, live: OrderFacts, facts: Facts, *, terms: TermsSpec | None = None
) -> Entrants:
    """Everybody who may bid for, or buy, this lead at `facts.now`. Complete: every order is in exactly one part.
    `terms` are its source's: nobody is asked whose money does not pay the least that they allow.
    """
    floors = (spec.auction.minimum_bid, terms.minimum_bid if terms is not None else None)
    floor = max((one for one in floors if one is not None), default=balance.LEAST)
    wanted = replace(routing.wanted(spec, data, facts), floor=floor)
    may: list[OrderSpec] = []
    considered: list[Considered] = []
    for _, orders in routing.layout(spec).groups:
        found, passed = routing.sift(orders, wanted, live)
        considered += passed
        for order in found:
            why = _closed(order, wanted, live)
            if why is None:
                may.append(order)
            else:
                considered.append(why)
    fixed = tuple(order for order in may if order.price_kind != BID)
    return Entrants(
        bidding=tuple(order for order in may if order.price_kind == BID),
        fixed=fixed,
        prices={order.id: routing.price_of(order, wanted) for order in fixed},
        considered=tuple(considered),
    )


def _closed(order: OrderSpec, wanted: routing.Wanted, live: OrderFacts) -> Considered | None:
    closing = wanted.closing(order, live)
    if closing is not None:
        return Considered(order.id, "outside_hours", closing.detail)
    if order.endpoint_id in live.open_breakers:
        return Considered(order.id, "resting")
    return None


@per_campaign
def auctions(spec: CampaignSpec) -> bool:
    """Whether a campaign has orders that are pinged."""
    return any(order.price_kind == BID for order in spec.orders)
