"""The admin of buyers. Endpoints are registered by `apps.publishing.admin`, which adds the preview of a request."""

from apps.buyers.admin import buyers, orders

__all__ = ["buyers", "orders"]
