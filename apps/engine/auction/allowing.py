"""Which ways of buying are allowed: minimum bids and margins, asked of each offer and share mode by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.engine import margins, pricing
from apps.engine.auction.values import EXCLUSIVE, SHARED, Offer
from apps.engine.campaign import CampaignSpec, PayoutSpec, TermsSpec
from apps.engine.index import per_campaign
from apps.engine.orders import OrderSpec
from apps.engine.routing import Considered
from apps.engine.selling import MarginSpec

ZERO = Decimal("0")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an order may have the lead.

    `price` is unrounded, `value` what it is ranked by; `booked` is the price in cents and `room` what of it can go to
    the source, never below zero.
    """

    offer: Offer
    share: str
    price: Decimal
    value: Decimal
    booked: Decimal
    room: Decimal
    keeps: MarginSpec

    @property
    def key(self) -> tuple[Decimal, int, int]:
        """The best first: by value, then priority, then order id."""
        return (-self.value, self.offer.priority, self.offer.order_id)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The ways that are left, and the offers that have none with the reason."""

    ways: tuple[Way, ...]
    refused: tuple[Considered, ...]


@per_campaign
def orders_of(spec: CampaignSpec) -> Mapping[int, OrderSpec]:
    """The orders of a campaign by id."""
    return {order.id: order for order in spec.orders}


def allowed(
    spec: CampaignSpec, terms: TermsSpec, offers: Sequence[Offer], *, by_expected: bool = False
) -> Allowed:
    """Every way of the offers that holds all minimum bids and its margin. `by_expected` ranks by price × expected."""
    ways: list[Way] = []
    refused: list[Considered] = []
    for offer in offers:
        told: list[tuple[str, str]] = []
        found = 0
        for share, price in ((EXCLUSIVE, offer.exclusive), (SHARED, offer.shared)):
            if price is None or (offer.kind == "bid" and price <= 0):
                continue
            way = _way(spec, terms, offer, share, price * offer.expected if by_expected else price)
            why = _too_low(spec, terms, way)
            if why is None:
                ways.append(way)
                found += 1
            else:
                told.append(why)
        if not found:
            refused.append(Considered(offer.order_id, *(told[0] if told else ("no_bid", ""))))
    return Allowed(tuple(ways), tuple(refused))


def _way(spec: CampaignSpec, terms: TermsSpec, offer: Offer, share: str, value: Decimal) -> Way:
    price = (offer.exclusive if share == EXCLUSIVE else offer.shared) or ZERO
    keeps = margins.chosen(terms.margin, orders_of(spec)[offer.order_id].margin, spec.auction.margin)
    return Way(offer, share, price, value, pricing.cents(price), pricing.room(price, keeps), keeps)


def _too_low(spec: CampaignSpec, terms: TermsSpec, way: Way) -> tuple[str, str] | None:
    """The verdict on a way that is not allowed, the order's own minimum first."""
    minimums = (
        ("below_order_minimum", orders_of(spec)[way.offer.order_id].minimum_bid),
        ("below_terms_minimum", terms.minimum_bid),
        ("below_campaign_minimum", spec.auction.minimum_bid),
    )
    for verdict, minimum in minimums:
        if minimum is not None and way.price < minimum:
            return verdict, f"{shown(way.price)} < {shown(minimum)}"
    owed = fixed(terms.payout) if way.share == EXCLUSIVE else ZERO
    return None if way.room >= owed else ("below_margin", too_little(way, fixed(terms.payout)))


def fixed(payout: PayoutSpec) -> Decimal:
    """What is owed to the source whatever the price, in cents."""
    return pricing.payout(payout, ZERO) if payout.kind == "fixed" else ZERO


def too_little(way: Way, owed: Decimal) -> str:
    """Why a way leaves too little, in numbers."""
    parts = [f"price {shown(way.booked)}"]
    kept = margins.kept(way.keeps, way.booked)
    if kept:
        parts.append(f"margin {shown(kept)}")
    if owed:
        parts.append(f"payout {shown(owed)}")
    return ", ".join(parts)


def shown(amount: Decimal) -> str:
    """Money in a trace: cents, or all its digits where there are more."""
    exact = pricing.cents(amount)
    return format(exact if exact == amount else amount.normalize(), "f")
