"""Offers that their buyers' money does not pay: a bid over what is left is out, and the award is made without it."""

from collections.abc import Iterable
from dataclasses import replace

from apps.engine import balance
from apps.engine.auction.values import Offer
from apps.engine.balance import Funds
from apps.engine.routing import Considered


def afford(offers: Iterable[Offer], funds: Funds, currency: str) -> tuple[list[Offer], list[Considered]]:
    """The offers without the ways that their buyers cannot pay, and a line for each of which none is left."""
    kept: list[Offer] = []
    out: list[Considered] = []
    for offer in offers:
        paid, short = _paid(offer, balance.left(funds, offer.buyer_id, currency))
        if short and paid.exclusive is None and paid.shared is None:
            out.append(Considered(offer.order_id, "balance", short))
        else:
            kept.append(paid)
    return kept, out


def _paid(offer: Offer, has: int | None) -> tuple[Offer, str]:
    """The offer as far as it can be paid, and what the cheapest way that cannot would need."""
    if has is None:
        return offer, ""
    alone = balance.short(has, offer.exclusive) if offer.exclusive is not None else ""
    shared = balance.short(has, offer.shared) if offer.shared is not None else ""
    left = replace(
        offer, exclusive=None if alone else offer.exclusive, shared=None if shared else offer.shared
    )
    return left, shared or alone
