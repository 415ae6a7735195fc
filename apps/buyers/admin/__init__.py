"""The admin of buyers. Endpoints are registered by `apps.publishing.admin`, which adds the preview of a request, buyers
by `apps.ledger.admin`, which adds their money.
"""

from apps.buyers.admin import buyers, orders

__all__ = ["buyers", "orders"]
