"""Reads of the ledger: sales, accounts of buyers, and their statements."""

from apps.ledger.selectors.accounts import Account, account_of, currency_of
from apps.ledger.selectors.sales import SoldSoFar, balance, sales_of, sold_so_far
from apps.ledger.selectors.statement import Line, Statement, exported, statement

__all__ = [
    "Account",
    "Line",
    "SoldSoFar",
    "Statement",
    "account_of",
    "balance",
    "currency_of",
    "exported",
    "sales_of",
    "sold_so_far",
    "statement",
]
