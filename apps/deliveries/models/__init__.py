"""Tables of deliveries."""

from apps.deliveries.models.after import DropFile, LeadCopy, SourceCallback, StoredLead
from apps.deliveries.models.delivery import Attempt, Delivery
from apps.deliveries.models.drift import AnswerShape, DriftItem
from apps.deliveries.models.persons import PersonOffer
from apps.deliveries.models.redelivery import Redelivery, StuckDelivery
from apps.deliveries.models.standing import (
    EndpointBreaker,
    EndpointCanary,
    EndpointPace,
    EndpointTest,
    EndpointToken,
    OrderShare,
)

__all__ = [
    "AnswerShape",
    "Attempt",
    "Delivery",
    "DriftItem",
    "DropFile",
    "EndpointBreaker",
    "EndpointCanary",
    "EndpointPace",
    "EndpointTest",
    "EndpointToken",
    "LeadCopy",
    "OrderShare",
    "PersonOffer",
    "Redelivery",
    "SourceCallback",
    "StoredLead",
    "StuckDelivery",
]
