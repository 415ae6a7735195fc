"""Buyers with a balance, and whether what is counted of it is what the books say."""

from collections import Counter
from decimal import Decimal
from uuid import uuid4

from apps.auctions.models import Ping
from apps.buyers.models import Buyer
from apps.deliveries.models import Attempt
from apps.engine import balance
from apps.leads.models import CapCounter
from apps.ledger.choices import PaymentKind
from apps.ledger.models import Sale
from apps.ledger.services import PaymentWanted, billing_set, payment_book


def top_up(buyer: Buyer, amount: str) -> None:
    payment_book(buyer, PaymentWanted(PaymentKind.TOP_UP, Decimal(amount), "A wire", uuid4()), by=None)


def prepaid(buyer: Buyer, amount: str) -> None:
    """A buyer that may spend this much."""
    billing_set(buyer, billing="prepaid", by=None)
    if Decimal(amount):
        top_up(buyer, amount)


def left(buyer: Buyer) -> int:
    """What it may still spend, in cents."""
    row = CapCounter.objects.get(cap_key=balance.key(buyer.pk))
    assert row.live_limit is not None
    return row.live_limit - row.used


def off_the_books() -> dict[str, tuple[int, int]]:
    """Balances whose counter is not what stands for it, as (counted, stands): sales, calls without an answer that can
    be read, and pings that may still be posted. For a time when nothing is on its way.
    """
    stands: Counter[str] = Counter()
    for buyer_id, price in Sale.objects.filter(reversed_at=None).values_list("buyer_id", "price"):
        stands[balance.key(buyer_id)] += int(price * 100)
    kept = list(Attempt.objects.values_list("reservations", flat=True))
    for reservations in Ping.objects.values_list("reservations", flat=True):
        kept += reservations.values()
    for reservations in kept:
        for key, _, amount, basis in reservations:
            stands[key] += amount if basis == balance.BASIS else 0
    rows = CapCounter.objects.filter(cap_key__startswith="balance:").values_list("cap_key", "used")
    return {key: (used, stands[key]) for key, used in rows if used != stands[key]}
