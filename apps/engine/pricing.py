"""Money: what an order pays for a lead, what the source earns, how amounts are read and rounded. Decimal
only.
"""

import re
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from apps.engine import margins, rules
from apps.engine.campaign import CampaignSpec, PayoutSpec
from apps.engine.margins import NO_MARGIN
from apps.engine.orders import OrderSpec
from apps.engine.selling import MarginSpec
from apps.engine.values import Facts, LeadData

CENT = Decimal("0.01")
ZERO = Decimal("0")
MAX_PRICE = Decimal("1000000")

_MONEY = re.compile(
    r"(?:(?:usd|us\$|eur|gbp|cad|\$|€|£)\s*)?"
    r"(?P<amount>(?P<comma>\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,12},\d{1,2})|\d{1,3}(?:,\d{3})+(?:\.\d{1,12})?|\d{1,12}(?:\.\d{1,12})?|\.\d{1,12})"
    r"\s*(?:usd|eur|gbp|cad|dollars?|€|£|\$)?",
    re.ASCII,
)


def cents(amount: Decimal) -> Decimal:
    """Rounded half-even to cents, as amounts are when they are booked or told."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def read_money(value: Any) -> Decimal | None:
    """An amount as a buyer sends it (`12.345`, `"$1,200"`, `"12.50 USD"`, `"12,50 EUR"`), unrounded.

    A comma before one or two last digits is a decimal comma; before three it stands between thousands. None
    for what is negative, unreadable, a boolean or over a million.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > 30:
            return None
        value = format(value, "f")
    elif isinstance(value, int):
        value = str(value) if abs(value) <= MAX_PRICE else ""
    found = _MONEY.fullmatch(value.strip().lower()) if len(value) <= 60 else None
    if found is None:
        return None
    digits = found["amount"]
    if found["comma"]:
        digits = digits.replace(".", "").replace(",", ".")
    amount = Decimal(digits.replace(",", ""))
    return amount if amount <= MAX_PRICE else None


def price(order: OrderSpec, data: LeadData, facts: Facts, spec: CampaignSpec) -> Decimal:
    """What the order pays for this lead: the first price band that matches, else its fixed price.
    Unrounded.
    """
    for band in order.price_bands:
        if rules.evaluate(band.expression, data, facts, spec):
            return band.price
    return order.price


def room(buyer_price: Decimal, keeps: MarginSpec = NO_MARGIN) -> Decimal:
    """The most that the source can be paid of this price, in cents rounded down; negative where the price is less than
    the margin. The price counts as it is booked.
    """
    booked = cents(buyer_price)
    return (booked - margins.kept(keeps, booked)).quantize(CENT, rounding=ROUND_FLOOR)


def payout(spec: PayoutSpec, buyer_price: Decimal, keeps: MarginSpec = NO_MARGIN) -> Decimal:
    """What the source earns from a sale at this price: fixed, percent of it, or the price less a margin.

    In cents, never negative. What depends on the price leaves at least the margin `keeps`; a fixed amount is owed
    whatever it leaves.
    """
    if spec.kind == "percent":
        amount = buyer_price * spec.amount / 100
    elif spec.kind == "margin":
        amount = buyer_price - spec.amount
    else:
        return cents(max(spec.amount, ZERO))
    return cents(max(min(cents(amount), room(buyer_price, keeps)), ZERO))


def payout_step(
    spec: PayoutSpec, before: Decimal | None, price_now: Decimal, keeps: MarginSpec = NO_MARGIN
) -> Decimal:
    """What one more sale of the same lead adds to the source's payout; `before` is what earlier sales brought
    together, None for the first. A fixed amount is paid once, however many buyers share the lead; what depends on the
    price leaves the margin of each sale.
    """
    if before is None:
        return payout(spec, price_now, keeps)
    more = payout(spec, before + price_now) - payout(spec, before)
    return cents(max(min(more, room(price_now, keeps)), ZERO))


PAYOUT_KINDS: dict[str, str] = {
    "fixed": "fixed amount", "percent": "percent of the price", "margin": "price less a fixed margin",
}  # fmt: skip


def margin(buyer_price: Decimal, source_payout: Decimal) -> Decimal:
    """What stays, in cents."""
    return cents(buyer_price) - cents(source_payout)
