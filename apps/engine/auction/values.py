"""What goes into an auction and what comes out of it."""

from dataclasses import dataclass
from decimal import Decimal

from apps.engine.orders import OrderSpec
from apps.engine.routing import Considered, Step

EXCLUSIVE, SHARED = "exclusive", "shared"
ZERO = Decimal("0")
ONE = Decimal("1")


@dataclass(frozen=True, slots=True)
class Offer:
    """What one order would pay, unrounded: `exclusive`ly and `shared` with others, None where it does not buy so.

    `kind` bid or fixed; a bid of zero is none. `expected` is what comes of such an offer as measured, acceptance × (1 −
    return rate).
    """

    order_id: int
    buyer_id: int
    group_id: int
    priority: int
    weight: int
    exclusive: Decimal | None
    shared: Decimal | None
    kind: str = "bid"
    expected: Decimal = ONE


def offer(order: OrderSpec, price: Decimal, *, expected: Decimal = ONE) -> Offer:
    """The offer of an order at this price: its bid, or for a fixed-price order what `pricing.price` says.

    A fixed-price order pays its shared price when it shares; a bid holds for each way in which the order buys.
    """
    fixed = order.price_kind == "fixed"
    shares = order.shared_price if fixed and order.shared_price is not None else price
    return Offer(
        order.id,
        order.buyer_id,
        order.group_id,
        order.priority,
        order.weight,
        exclusive=price if order.share != SHARED else None,
        shared=shares if order.share != EXCLUSIVE else None,
        kind=order.price_kind,
        expected=expected,
    )


@dataclass(frozen=True, slots=True)
class Winner:
    """An order that won. `price` is unrounded; `payout` what its sale brings the source, in cents."""

    order_id: int
    share: str
    price: Decimal
    payout: Decimal


@dataclass(frozen=True, slots=True)
class Award:
    """The decision. `payout` is what the source is told as bid (cents), `price` what the winners pay together.

    `ranking` is the whole way of a post, the winners first; `lines` holds each offer once, in order of its place or,
    without one, of its id. `shadow` are the winners by expected value, in shadow mode only. Nobody won: `reason` is
    below_minimum_bid when all that was offered was too low, else no_eligible_buyer.
    """

    winners: tuple[Winner, ...] = ()
    payout: Decimal = ZERO
    price: Decimal = ZERO
    ranking: tuple[Step, ...] = ()
    lines: tuple[Considered, ...] = ()
    shadow: tuple[Winner, ...] = ()
    reason: str = ""

    @property
    def group_id(self) -> int | None:
        """The group that won the lead."""
        return self.ranking[0].group_id if self.ranking else None
