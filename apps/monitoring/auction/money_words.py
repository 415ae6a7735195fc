"""Rules about money in words: margins, payouts, amounts with all the digits they have."""

from collections.abc import Mapping
from decimal import Decimal

from apps.engine.campaign import PayoutSpec
from apps.engine.pricing import cents
from apps.engine.selling import MarginBand, MarginSpec
from apps.monitoring.wording import money


def exact(amount: Decimal, currency: str) -> str:
    """Money in cents, with the unrounded amount beside it where that is another."""
    booked = cents(amount)
    if booked == amount:
        return money(amount, currency)
    return f"{money(booked, currency)} ({amount.normalize():f} unrounded)"


def margin_words(spec: MarginSpec, price: Decimal, currency: str) -> str:
    """The rule that holds for a price."""
    reached = [band for band in spec.bands if band.above <= price]
    band = max(reached, key=lambda one: one.above) if reached else None
    rule = _kept(band or spec, currency)
    return f"{rule} from {money(band.above, currency)} on" if band else rule


def _kept(rule: MarginSpec | MarginBand, currency: str) -> str:
    if rule.kind == "percent":
        return f"{rule.amount.normalize():f} % of the price"
    return money(rule.amount, currency) if rule.kind == "fixed" else "no margin is set"


def payout_words(spec: PayoutSpec, currency: str) -> str:
    """How the source is paid."""
    words: Mapping[str, str] = {
        "fixed": f"{money(spec.amount, currency)} whatever the price",
        "percent": f"{spec.amount.normalize():f} % of the price",
        "margin": f"the price less {money(spec.amount, currency)}",
    }
    return words.get(spec.kind, spec.kind)
