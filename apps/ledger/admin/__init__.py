"""The money of buyers in the admin."""

from apps.ledger.admin.buyers import BuyerDesk

__all__ = ["BuyerDesk"]
