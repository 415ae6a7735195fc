"""Writes of the ledger: sales and payouts without one, payments of buyers, what limits a buyer's
spending, and who runs out of money."""

from apps.ledger.services.billing import billing_set
from apps.ledger.services.payments import MOST, PaymentWanted, payment_book
from apps.ledger.services.sales import Booking, Payout, payouts_book, sale_book, sale_reverse, sales_book
from apps.ledger.services.watching import balances_watch

__all__ = [
    "MOST",
    "Booking",
    "PaymentWanted",
    "Payout",
    "balances_watch",
    "billing_set",
    "payment_book",
    "payouts_book",
    "sale_book",
    "sale_reverse",
    "sales_book",
]
