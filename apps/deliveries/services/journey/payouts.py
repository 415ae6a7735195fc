"""What a sale of a delivery adds to its source's payout."""

from decimal import Decimal

from apps.deliveries.journeys import Journey, selling
from apps.engine import margins, pricing, shares
from apps.engine.campaign import PayoutSpec
from apps.engine.orders import OrderSpec
from apps.engine.selling import MarginSpec
from apps.ledger.selectors import SoldSoFar


def added(journey: Journey, order: OrderSpec, price: Decimal, before: SoldSoFar) -> Decimal:
    """What a sale at this price (in cents) brings after the lead's sales `before`; money.

    By the terms' rule and the margin that holds. Where an auction promised more and the sales together pay it, as much
    as is missing of the promise.
    """
    step = pricing.payout_step(
        _rule(journey), before.price if before.count else None, price, _keeps(journey, order)
    )
    promised = shares.promised(journey.plan) if journey.plan else pricing.ZERO
    if not promised:
        return step
    by_rule = _by_rule(journey, before) + step
    owed = max(by_rule, promised) if before.price + price >= promised else by_rule
    return pricing.cents(max(owed - before.payout, pricing.ZERO))


def _by_rule(journey: Journey, sold: SoldSoFar) -> Decimal:
    """What these sales bring without any promise."""
    total = before = pricing.ZERO
    for place, (order_id, price) in enumerate(sold.orders):
        keeps = _keeps(journey, selling(journey.spec).orders.get(order_id))
        total += pricing.payout_step(_rule(journey), before if place else None, price, keeps)
        before += price
    return total


def _rule(journey: Journey) -> PayoutSpec:
    return journey.terms.payout if journey.terms else PayoutSpec()


def _keeps(journey: Journey, order: OrderSpec | None) -> MarginSpec:
    terms = journey.terms
    return margins.chosen(
        terms.margin if terms else None, order.margin if order else None, journey.spec.auction.margin
    )
