"""Booking, exactly once each: sales, in the transaction of the attempt that was accepted; and payouts without a sale,
in that of the lead's end.

Where a buyer's balance is counted (`engine.balance`), the statement that books or reverses a sale also moves what the
buyer has spent: whichever way a sale comes or goes, the counter is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec
from django.db import connection, transaction

from apps.core.ids import new_id
from apps.core.prepared import fetch_all, for_each
from apps.engine.pricing import cents, margin
from apps.ledger.choices import EntryKind
from apps.ledger.models import Entry


@dataclass(frozen=True, slots=True)
class Booking:
    """A sale to be booked. `price` (buyer) and `payout` (source) are money in `currency`; `place` counts the
    lead's sales from 1.
    """

    company_id: int
    lead_id: int
    delivery_id: int
    attempt_id: int
    order_id: int
    buyer_id: int
    source_id: int
    exclusive: bool
    place: int
    price: Decimal
    payout: Decimal
    currency: str
    recovered: bool
    at: datetime
    entered_at: datetime | None = None
    """When its entries are made, if that is not when it was sold: a sale that is booked anew."""


@dataclass(frozen=True, slots=True)
class Payout:
    """What a source is owed for a lead that nobody bought; `amount` is money in `currency`, above zero."""

    company_id: int
    lead_id: int
    source_id: int
    amount: Decimal
    currency: str
    at: datetime


_INSERT = """
    WITH booked AS (
        INSERT INTO ledger_sale (id, company_id, lead_id, delivery_id, attempt_id, order_id, buyer_id, is_exclusive,
                                 place, price, payout, currency, recovered, booked_at)
        VALUES {rows}
        ON CONFLICT DO NOTHING
        RETURNING id, attempt_id, buyer_id, currency, price
    ), spent AS (
        UPDATE leads_capcounter AS counter SET used = counter.used + money.cents, updated_at = now()
          FROM (SELECT 'balance:' || buyer_id AS cap_key, currency, (sum(price) * 100)::bigint AS cents
                  FROM booked GROUP BY buyer_id, currency) AS money
         WHERE counter.cap_key = money.cap_key AND counter.period_key = money.currency
    )
    SELECT id, attempt_id FROM booked
"""

_REVERSE = """
    INSERT INTO ledger_entry (company_id, lead_id, kind, account, account_id, amount, currency, at)
    SELECT company_id, lead_id, 'payout_back', account, account_id, -amount, currency, %s::timestamptz
      FROM ledger_entry WHERE lead_id = ANY(%s::bigint[]) AND kind = 'payout'
    ON CONFLICT DO NOTHING
"""


_REVERSE_SALE = """
    WITH reversed AS (
        UPDATE ledger_sale SET reversed_at = %s WHERE attempt_id = %s AND reversed_at IS NULL
        RETURNING id, buyer_id, currency, price
    ), given_back AS (
        UPDATE leads_capcounter AS counter
           SET used = greatest(counter.used - (reversed.price * 100)::bigint, 0), updated_at = now()
          FROM reversed
         WHERE counter.cap_key = 'balance:' || reversed.buyer_id AND counter.period_key = reversed.currency
    )
    INSERT INTO ledger_entry (company_id, sale_id, kind, account, account_id, amount, currency, at)
    SELECT entry.company_id, entry.sale_id, 'reversal', entry.account, entry.account_id, -entry.amount, entry.currency,
           %s
      FROM ledger_entry AS entry JOIN reversed ON entry.sale_id = reversed.id WHERE entry.kind = 'sale'
    RETURNING sale_id
"""


def sales_book(bookings: Sequence[Booking]) -> frozenset[int]:
    """Book sales with their entries; the ids of the attempts whose sale was booked by this call.

    A sale that the constraints forbid (already booked, exclusive and sold, same buyer twice) is left out,
    never an error: the caller tells it from the result. What was owed for such a lead without a sale is reversed:
    the sale has a payout of its own.
    """
    if not bookings:
        return frozenset()
    by_attempt = {booking.attempt_id: booking for booking in bookings}
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(bookings))
    values = [value for booking in bookings for value in (new_id(), *_columns(booking))]
    with transaction.atomic(savepoint=False):
        booked = dict(fetch_all(_INSERT.format(rows=rows), values))
        entries = [
            entry for sale_id, attempt in booked.items() for entry in _entries(sale_id, by_attempt[attempt])
        ]
        _enter(entries)
        _reverse_payouts([by_attempt[attempt] for attempt in booked.values()])
    return frozenset(booked.values())


_ENTER = """
    INSERT INTO ledger_entry (company_id, sale_id, kind, account, account_id, amount, currency, at)
    SELECT company_id, sale_id, kind, account, account_id, amount, currency, at
      FROM json_to_recordset(%s::json) AS entered (company_id bigint, sale_id bigint, kind text, account text,
           account_id bigint, amount numeric, currency text, at timestamptz)
"""


def _enter(entries: Sequence[Entry]) -> None:
    """Store the entries of sales."""
    columns = ("company_id", "sale_id", "kind", "account", "account_id", "amount", "currency", "at")
    rows = [{name: getattr(entry, name) for name in columns} for entry in entries]
    for_each(_ENTER, [(msgspec.json.encode(rows).decode(),)])


def payouts_book(payouts: Sequence[Payout]) -> None:
    """Book what sources are owed for leads that nobody bought; a second call for the same lead books nothing."""
    entries = [entry for payout in payouts for entry in _payout_entries(payout)]
    Entry.objects.bulk_create(entries, ignore_conflicts=True)


def _payout_entries(payout: Payout) -> list[Entry]:
    sides = (("source", payout.source_id, -cents(payout.amount)), ("margin", None, cents(payout.amount)))
    return [
        Entry(
            company_id=payout.company_id,
            lead_id=payout.lead_id,
            kind=EntryKind.PAYOUT,
            account=account,
            account_id=account_id,
            amount=amount,
            currency=payout.currency,
            at=payout.at,
        )
        for account, account_id, amount in sides
    ]


def _reverse_payouts(sold: Sequence[Booking]) -> None:
    if sold:
        for_each(_REVERSE, [(max(one.entered_at or one.at for one in sold), [one.lead_id for one in sold])])


def sale_book(booking: Booking) -> bool:
    """Book one sale; False when it was booked before or may not be."""
    return bool(sales_book([booking]))


def sale_reverse(attempt_id: int, at: datetime) -> bool:
    """Reverse the sale of an attempt by entries of its own; False when none stands."""
    with connection.cursor() as cursor:
        cursor.execute(_REVERSE_SALE, (at, attempt_id, at))
        return bool(cursor.fetchall())


def _columns(booking: Booking) -> tuple[object, ...]:
    return (
        booking.company_id,
        booking.lead_id,
        booking.delivery_id,
        booking.attempt_id,
        booking.order_id,
        booking.buyer_id,
        booking.exclusive,
        booking.place,
        cents(booking.price),
        cents(booking.payout),
        booking.currency,
        booking.recovered,
        booking.at,
    )


def _entries(sale_id: int, booking: Booking) -> list[Entry]:
    sides = (
        ("buyer", booking.buyer_id, cents(booking.price)),
        ("source", booking.source_id, -cents(booking.payout)),
        ("margin", None, -margin(booking.price, booking.payout)),
    )
    return [
        Entry(
            company_id=booking.company_id,
            sale_id=sale_id,
            account=account,
            account_id=account_id,
            amount=amount,
            currency=booking.currency,
            at=booking.entered_at or booking.at,
        )
        for account, account_id, amount in sides
    ]
