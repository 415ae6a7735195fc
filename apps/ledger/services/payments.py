"""Payments of buyers: top-ups, refunds and adjustments, each booked once and acting at once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from apps.buyers.models import Buyer
from apps.companies.services import record
from apps.core import clock
from apps.core.errors import ApplicationError
from apps.core.ids import new_id
from apps.engine import balance
from apps.engine.pricing import cents
from apps.ledger.choices import IN_FAVOUR, EntryKind, PaymentKind
from apps.ledger.models import Entry, Payment
from apps.ledger.selectors import account_of, currency_of

MOST = Decimal("9999999.99")
_MOVES = {PaymentKind.TOP_UP: "cash", PaymentKind.REFUND: "cash"}
"""The other account of a kind; the rest are adjustments."""
_LOCK = "SELECT 1 FROM leads_capcounter WHERE cap_key = %s AND period_key = %s FOR UPDATE"
_MOVE = """
    UPDATE leads_capcounter SET live_limit = live_limit + %s, updated_at = now()
     WHERE cap_key = %s AND period_key = %s AND live_limit IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class PaymentWanted:
    """A payment as a person enters it: `amount` above zero, in the currency of the buyer's account. `form_key` is that
    of the form; `note` says why, for the statement and the record; `at` when it was, if not now."""

    kind: PaymentKind
    amount: Decimal
    note: str
    form_key: UUID
    at: datetime | None = None


@transaction.atomic
def payment_book(buyer: Buyer, wanted: PaymentWanted, *, by: Any) -> tuple[Payment, bool]:
    """Book a payment, which acts at once in every process; audited. The payment, and whether this call booked it:
    the same form sent again books nothing.

    Refused: amounts that are none, and refunds of more than the buyer has paid in and not spent (`too_much`).
    """
    row = Buyer.objects.select_for_update(no_key=True).get(pk=buyer.pk)
    booked = Payment.objects.filter(form_key=wanted.form_key).first()
    if booked is not None:
        if booked.buyer_id != row.pk:
            raise ApplicationError("This form was used for another buyer.", code="used_form")
        return booked, False
    amount = cents(wanted.amount)
    if not 0 < amount <= MOST:
        raise ApplicationError(f"Enter an amount from 0.01 to {MOST:,}.", code="amount", field="amount")
    if not wanted.note.strip():
        raise ApplicationError("Say what it is for.", code="note", field="note")
    currency = currency_of(row)
    counter = [balance.key(row.pk), currency]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, counter)
        if wanted.kind == PaymentKind.REFUND:
            _check_refund(row, amount)
        payment = _written(row, wanted, amount, currency, by)
        signed = amount if wanted.kind in IN_FAVOUR else -amount
        cursor.execute(_MOVE, [balance.cents(signed), *counter])
    summary = f"{payment} booked for buyer “{row}”: {payment.note}"
    data = {"payment": payment.pk, "kind": payment.kind, "amount": str(amount), "currency": currency}
    record(row, by=by, action="buyer.payment_booked", summary=summary, data=data)
    return payment, True


def _check_refund(buyer: Buyer, amount: Decimal) -> None:
    own = account_of(buyer, now=clock.now()).own
    if amount > own:
        raise ApplicationError(
            f"Only {max(own, Decimal(0)):,.2f} of what {buyer} paid in is neither spent nor reserved.",
            code="too_much",
            field="amount",
        )


def _written(buyer: Buyer, wanted: PaymentWanted, amount: Decimal, currency: str, by: Any) -> Payment:
    at = wanted.at or clock.now()
    payment = Payment.objects.create(
        id=new_id(),
        company_id=buyer.company_id,
        buyer_id=buyer.pk,
        kind=wanted.kind,
        amount=amount,
        currency=currency,
        note=wanted.note.strip()[:300],
        by_name=str(by)[:254] if by else "Sluice",
        form_key=wanted.form_key,
        booked_at=at,
    )
    owed = -amount if wanted.kind in IN_FAVOUR else amount
    sides = (("buyer", buyer.pk, owed), (_MOVES.get(wanted.kind, "adjust"), None, -owed))
    Entry.objects.bulk_create(
        Entry(
            company_id=buyer.company_id,
            payment=payment,
            kind=EntryKind.PAYMENT,
            account=account,
            account_id=account_id,
            amount=signed,
            currency=currency,
            at=at,
        )
        for account, account_id, signed in sides
    )
    return payment
