"""What a mapping reads, and what it gives when it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.engine.campaign import CampaignSpec
from apps.engine.values import LeadData, Place


@dataclass(frozen=True, slots=True)
class SystemValues:
    """What the platform adds to a lead: public ids, the price of this order (money), when the lead came in
    (UTC), who buys by which order, and the number of the source.
    """

    lead_id: str
    delivery_id: str
    order_id: int
    price: Decimal
    received_at: datetime
    order_name: str = ""
    buyer_name: str = ""
    source_number: int | None = None
    copy_to: int = 0
    """The endpoint that gets a copy after the sale; 0 for the sale itself."""

    @property
    def idempotency_key(self) -> str:
        """Equal over retries of one delivery to one order, different for every other and for each copy."""
        key = idempotency_key_of(self.delivery_id, self.order_id)
        return f"{key}-{self.copy_to}" if self.copy_to else key


def idempotency_key_of(delivery_id: str, order_id: int) -> str:
    """The idempotency key of a delivery's public id and an order's id."""
    return f"{delivery_id}-{order_id}"


@dataclass(frozen=True, slots=True)
class Unbuildable:
    """The request cannot be made: which target (a path, `header X`, `token` or `url`), and why."""

    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Sending:
    """Everything a mapping may read: the lead, the platform's values and the endpoint's live secrets by
    name.

    `spec` is the campaign's version with the lists that conditions name, `now` the instant of sending (UTC): conditions
    need both, signatures the second. `places` are the zips that conditions may measure distances between.
    `ping_response` is what the buyer answered the ping with, an `Answer` or its document, None without a ping. `test`
    sends the rows' test values.
    """

    lead: LeadData
    system: SystemValues
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    spec: CampaignSpec | None = None
    now: datetime | None = None
    places: Mapping[str, Place] = field(default_factory=dict, repr=False)
    ping_response: Any = None
    test: bool = False
