"""The money of the demo's prepaid buyer: what it paid in over the past month, so that it never ran dry."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from apps.buyers.choices import Billing
from apps.buyers.models import Buyer
from apps.companies.models import Company, User
from apps.demo.cast import LOGINS, PREPAID
from apps.ledger.choices import PaymentKind
from apps.ledger.models import Sale
from apps.ledger.services import PaymentWanted, billing_set, payment_book

WIRE, LEAST, TO_GO_ON = Decimal("1500.00"), Decimal("250.00"), Decimal("5000.00")
GOODWILL = Decimal("41.00")
BEFORE = timedelta(hours=3)


def money_load(company: Company, at: datetime) -> None:
    """Top-ups in time for everything that the buyer has bought, one more to go on with, and a credit."""
    owner = User.objects.get(email=LOGINS[0].email)
    buyer = Buyer.objects.get(company=company, name=PREPAID.name)
    left, wires = Decimal(0), 0
    sales = Sale.objects.filter(buyer_id=buyer.pk, reversed_at=None).order_by("booked_at")
    for sold_at, price in sales.values_list("booked_at", "price"):
        if left - price < LEAST:
            wires += 1
            _pay(buyer, owner, WIRE, f"Wire {wires:02d}, by standing order", at=sold_at - BEFORE)
            left += WIRE
        left -= price
    _pay(buyer, owner, TO_GO_ON, "Wire for the weeks to come", at=at - BEFORE)
    _pay(
        buyer,
        owner,
        GOODWILL,
        "Goodwill for a number that was out of service",
        PaymentKind.CREDIT,
        at=at - BEFORE,
    )
    billing_set(buyer, billing=Billing.PREPAID, warn_below=LEAST, by=owner)


def _pay(
    buyer: Buyer, by: Any, amount: Decimal, note: str, kind: PaymentKind = PaymentKind.TOP_UP, *, at: datetime
) -> None:
    payment_book(buyer, PaymentWanted(kind, amount, note, uuid4(), at), by=by)
