"""What a sale of a delivery adds to its source's payout."""

from decimal import Decimal

from apps.deliveries.journeys import Journey
from apps.engine import margins, pricing
from apps.engine.campaign import PayoutSpec
from apps.engine.orders import OrderSpec
from apps.ledger.selectors import SoldSoFar


def added(journey: Journey, order: OrderSpec, price: Decimal, before: SoldSoFar) -> Decimal:
    """By the terms' rule and the margin that holds, at this price (in cents) after the lead's sales `before`; money."""
    terms = journey.terms
    keeps = margins.chosen(terms.margin if terms else None, order.margin, journey.spec.auction.margin)
    rule = terms.payout if terms else PayoutSpec()
    return pricing.payout_step(rule, before.price if before.count else None, price, keeps)
