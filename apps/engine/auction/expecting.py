"""What comes of an order's offers, as measured: the share that is accepted on the post and not returned after."""

from decimal import Decimal

TRUST = 10
"""So many posts an order is taken to have had accepted before any was measured."""


def expected(posted: int, accepted: int, returned: int) -> Decimal:
    """Above 0 and at most 1: by how much a price is worth less than it says; 1 where nothing is known of an order."""
    acceptance = Decimal(accepted + TRUST) / (posted + TRUST)
    kept = 1 - Decimal(returned) / (accepted + TRUST)
    return (acceptance * max(kept, Decimal(0))).quantize(Decimal("0.0001"))
