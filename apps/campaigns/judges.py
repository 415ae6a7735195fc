"""What can be said of margins by themselves: asked when they are saved, and again when they are published."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

_KINDS = ("none", "fixed", "percent")
_WHOLE = 100


def amount_problem(kind: str, amount: Decimal) -> str:
    """What is wrong with a margin, in words that follow it (“a margin below 0”), or an empty text."""
    if not kind or kind == "none":
        return ""
    if kind not in _KINDS:
        return f"of the unknown kind “{kind}”"
    if amount < 0:
        return "below 0"
    if kind == "percent" and amount >= _WHOLE:
        return "of 100 percent or more: nothing would be left for the source"
    return ""


def bands_problem(bands: Iterable[Any]) -> str:
    """What is wrong with margins by price ({"above", "kind", "amount"} each), in words, or an empty text."""
    seen: set[Decimal] = set()
    for band in bands:
        try:
            above, amount = Decimal(str(band["above"])), Decimal(str(band["amount"]))
            wrong = amount_problem(band["kind"], amount)
        except (InvalidOperation, KeyError, TypeError):
            return "one of them cannot be read"
        if wrong:
            return f"from {above:f} one {wrong}"
        if above < 0:
            return f"{above:f} is no price"
        if above in seen:
            return f"two begin at {above:f}"
        seen.add(above)
    return ""
