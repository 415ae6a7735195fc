"""A lead on offer, in memory, from the first look-up to the award."""

from dataclasses import dataclass
from datetime import datetime

from apps.auctions.models import Ping
from apps.core.crypto import DataKey
from apps.core.ids import public_id
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.orders import EndpointSpec, OrderSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse
from apps.engine.pinging import Answered
from apps.engine.values import LeadData


@dataclass(frozen=True, slots=True)
class Offered:
    """What is put up: the pinged data, or all of a lead that came whole. `id` is the ping's.

    `key` seals what buyers are sent and answer: the ping's own, or the lead's. `persons` are digests of e-mail and
    phone, those that are known. `only_order_id` and `ignores` are a person's, as on a delivery.
    """

    id: int
    company_id: int
    spec: CampaignSpec
    terms: TermsSpec
    data: LeadData
    key: DataKey
    received_at: datetime
    persons: tuple[bytes, ...] = ()
    lead_id: int | None = None
    only_order_id: int | None = None
    ignores: frozenset[str] = frozenset()

    @property
    def public_id(self) -> str:
        """As buyers and people see it."""
        return public_id(Ping.PREFIX, self.id)


@dataclass(slots=True)
class Asked:
    """One buyer that is asked. `id` is its bid's; `answered` is set when the auction closes, and `response` unless it
    is late then.
    """

    id: int
    order: OrderSpec
    endpoint: EndpointSpec
    request: OutboundRequest
    key: DataKey
    started_at: datetime
    assembly_ms: float = 0.0
    response: OutboundResponse | None = None
    answered: Answered | None = None
