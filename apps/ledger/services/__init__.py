"""Writes of the ledger: sales and payouts without one, payments of buyers, and what limits a buyer's spending."""

from apps.ledger.services.billing import billing_set
from apps.ledger.services.payments import MOST, PaymentWanted, payment_book
from apps.ledger.services.sales import Booking, Payout, payouts_book, sale_book, sale_reverse, sales_book

__all__ = [
    "MOST",
    "Booking",
    "PaymentWanted",
    "Payout",
    "billing_set",
    "payment_book",
    "payouts_book",
    "sale_book",
    "sale_reverse",
    "sales_book",
]
