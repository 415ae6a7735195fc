"""Money of an auction: minimum bids and margins, at the campaign, at terms and at orders."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

Said = Iterator[tuple[str, str]]
_KINDS = ("none", "fixed", "percent")
_WHOLE = 100


def problems(row: Any) -> Said:
    """(field, what is wrong) of the minimum bid and the margin of a row; it completes a sentence in the plural too."""
    if row.minimum_bid is not None and row.minimum_bid < 0:
        yield "minimum_bid", "cannot have a negative minimum bid"
    if wrong := amount_problem(row.margin_kind, row.margin_amount):
        yield "margin_amount", f"cannot have a margin {wrong}"
    if wrong := bands_problem(row.margin_bands):
        yield "margin_bands", f"cannot have these margins by price: {wrong}"


def amount_problem(kind: str, amount: Decimal) -> str:
    """What is wrong with a margin, as words that follow it, or an empty text."""
    if not kind or kind == "none":
        return ""
    if kind not in _KINDS:
        return f"of the unknown kind “{kind}”"
    if amount < 0:
        return "below 0"
    return "of 100 percent or more: nothing would be left for the source" if _takes_all(kind, amount) else ""


def _takes_all(kind: str, amount: Decimal) -> bool:
    return kind == "percent" and amount >= _WHOLE


def bands_problem(bands: Any) -> str:
    """What is wrong with margins by price, in words, or an empty text."""
    seen: set[Decimal] = set()
    for band in bands:
        try:
            above, amount = Decimal(str(band["above"])), Decimal(str(band["amount"]))
            wrong = amount_problem(band["kind"], amount)
        except (InvalidOperation, KeyError, TypeError):
            return "one of them cannot be read"
        if wrong:
            return f"from {above:f} one {wrong}"
        if above < 0 or above in seen:
            return f"two begin at {above:f}" if above in seen else f"{above:f} is no price"
        seen.add(above)
    return ""
