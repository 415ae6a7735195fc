"""What a buyer may still spend: a cap on its money whose limit is live.

The counter of a buyer's balance holds what it has spent (sales that stand) and what is set aside for leads on their way
to it; its limit is what was paid in and its credit limit. Buyers without a limit have no part in this.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from apps.engine.orders import OrderSpec

BASIS = "balance"
"""The basis of what is reserved of a balance. A sale does not keep it: booking the sale takes the price itself."""

Funds = Mapping[int, Mapping[str, int]]
"""Of buyers with a limit, what they may still spend in cents, by currency; a currency that is not there has nothing."""

NO_LIMITS: Funds = {}
LEAST = Decimal("0.01")
PREFIX = f"{BASIS}:"


def key(buyer_id: int) -> str:
    """The key of a buyer's counter; its period is the currency."""
    return f"{PREFIX}{buyer_id}"


def is_balance(cap_key: str) -> bool:
    """Whether a counter is that of a balance."""
    return cap_key.startswith(PREFIX)


def cents(price: Decimal) -> int:
    """A price as it counts: in cents, half-even, as it is booked."""
    return int((price * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def left(funds: Funds, buyer_id: int, currency: str) -> int | None:
    """What a buyer may still spend in this currency, in cents; None without a limit."""
    known = funds.get(buyer_id)
    return None if known is None else known.get(currency, 0)


def short(has: int | None, price: Decimal) -> str:
    """That a balance does not pay a price, in numbers, or an empty text. A price of nothing needs no money."""
    needed = cents(price)
    return words(has, needed) if has is not None and needed > max(has, 0) else ""


def words(has: int, needed: int) -> str:
    """Both amounts (in cents), for example `12.00 left, 20.00 needed`."""
    return f"{Decimal(has) / 100:.2f} left, {Decimal(needed) / 100:.2f} needed"


def least(order: OrderSpec, price: Decimal, *, floor: Decimal = LEAST, shares: bool = False) -> Decimal:
    """The least that a lead may cost an order: the lowest bid that is allowed, `floor` being the least from elsewhere;
    or its fixed `price`, where it also `shares` the lower one of its two.
    """
    if order.price_kind == "bid":
        return max(order.minimum_bid or LEAST, floor, LEAST)
    if not shares or order.share == "exclusive" or order.shared_price is None:
        return price
    return order.shared_price if order.share == "shared" else min(price, order.shared_price)
