"""Tables of buyers: who buys leads, on which orders, and how they receive them."""

from apps.buyers.models.buyer import Buyer, BuyerCap
from apps.buyers.models.endpoint import Endpoint, EndpointHeader, Mapping, ResponseRule
from apps.buyers.models.order import LeadOrder, OrderCap, OrderCopy, OrderPriceBand, OrderWindow

__all__ = [
    "Buyer",
    "BuyerCap",
    "Endpoint",
    "EndpointHeader",
    "LeadOrder",
    "Mapping",
    "OrderCap",
    "OrderCopy",
    "OrderPriceBand",
    "OrderWindow",
    "ResponseRule",
]
