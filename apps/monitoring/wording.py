"""How money and spans of time are said on these pages."""

from datetime import datetime
from decimal import Decimal

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$"}


def money(amount: Decimal, currency: str) -> str:
    """`$1,200.00`; a currency without a sign of its own is named: `12.00 CHF`."""
    sign = _SIGNS.get(currency)
    return f"{sign}{amount:,.2f}" if sign else f"{amount:,.2f} {currency}"


def span(since: datetime, at: datetime) -> str:
    """How long one instant is after another: 412 ms, 3.2 s, 5 min, 2.0 h, 3.5 days."""
    seconds = max(0.0, (at - since).total_seconds())
    units = ((1, 0.001, "ms", 0), (120, 1, "s", 1), (5400, 60, "min", 0), (172_800, 3600, "h", 1))
    for limit, divisor, unit, digits in units:
        if seconds < limit:
            return f"{seconds / divisor:.{digits}f} {unit}"
    return f"{seconds / 86_400:.1f} days"


def counted(number: int, noun: str) -> str:
    """`1 call`, `3 calls`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
