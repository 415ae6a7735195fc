"""Money of an auction: minimum bids and margins, at the campaign, at terms and at orders."""

from collections.abc import Iterator
from typing import Any

from apps.campaigns import judges


def problems(row: Any) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) of a row; the words complete a sentence in the plural, too."""
    if row.minimum_bid is not None and row.minimum_bid < 0:
        yield "minimum_bid", "cannot have a negative minimum bid"
    if wrong := judges.amount_problem(row.margin_kind, row.margin_amount):
        yield "margin_amount", f"cannot have a margin {wrong}"
    if wrong := judges.bands_problem(row.margin_bands):
        yield "margin_bands", f"cannot have these margins by price: {wrong}"
