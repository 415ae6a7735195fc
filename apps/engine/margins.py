"""What stays of a buyer's price before the source is paid.

A margin can stand at the terms, the order and the campaign; the first that is set holds, also when it says none.
"""

from decimal import Decimal

from apps.engine.selling import MarginSpec

ZERO = Decimal("0")
NO_MARGIN = MarginSpec()


def chosen(terms: MarginSpec | None, order: MarginSpec | None, campaign: MarginSpec) -> MarginSpec:
    """The margin that holds for a sale: that of the terms before the order's before the campaign's."""
    if terms is not None:
        return terms
    return order if order is not None else campaign


def kept(spec: MarginSpec, price: Decimal) -> Decimal:
    """The least that must stay of this price, unrounded."""
    reached = [band for band in spec.bands if band.above <= price]
    rule = max(reached, key=lambda band: band.above) if reached else spec
    if rule.kind == "percent":
        return price * rule.amount / 100
    return rule.amount if rule.kind == "fixed" else ZERO
