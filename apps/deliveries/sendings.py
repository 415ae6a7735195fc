"""What the mapping of an attempt may read: the lead, its campaign, and what the platform knows of the sale."""

from collections.abc import Mapping
from datetime import datetime

from apps.core.places import PLACES
from apps.deliveries.journeys import Journey, OpenAttempt
from apps.engine.mapping import Sending, SystemValues


def sending_of(
    journey: Journey, attempt: OpenAttempt, *, secrets: Mapping[str, str], now: datetime, copy_to: int = 0
) -> Sending:
    """The sending of one attempt at an instant. `secrets` are the live ones of its endpoint, `copy_to` is the
    endpoint's id where the attempt is a copy.
    """
    terms = journey.terms
    system = SystemValues(
        lead_id=journey.lead.public_id,
        delivery_id=journey.public_id,
        order_id=attempt.order.id,
        price=attempt.price,
        received_at=journey.lead.received_at,
        order_name=attempt.order.name,
        buyer_name=attempt.order.buyer_name,
        copy_to=copy_to,
        source_number=terms.source_number if terms is not None else None,
    )
    return Sending(
        journey.lead.data,
        system,
        secrets,
        spec=journey.spec,
        now=now,
        places=PLACES,
        ping_response=journey.bids.get(attempt.order.id),
    )
