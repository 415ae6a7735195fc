"""Whose lead a preview shows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.core.clock import now
from apps.core.ids import public_id
from apps.engine.campaign import CampaignSpec
from apps.engine.describe import sample
from apps.engine.mapping import SystemValues
from apps.engine.normalise import normalise
from apps.engine.orders import EndpointSpec
from apps.engine.values import LeadData
from apps.publishing.problems.base import Draft

Reader = Callable[[str], str]


def plain(text: str) -> str:
    """For a lead that is nobody's."""
    return text


@dataclass(frozen=True, slots=True)
class Subject:
    """A lead with all that building a request asks about it. `told` says whose it is, `problem` why there is none.

    `reader` gives, for the endpoint as it is drafted, what masks the request's texts.
    """

    told: str
    lead: LeadData | None = None
    spec: CampaignSpec | None = None
    system: SystemValues | None = None
    at: datetime | None = None
    problem: str = ""
    reader: Callable[[EndpointSpec], Reader] = lambda endpoint: plain
    may_reveal: bool = False
    """Whether the values are masked and this person may see them."""


def sample_subject(endpoint: Endpoint, campaign: Campaign) -> Subject:
    """The sample lead of a campaign: the examples of its fields."""
    spec = replace(Draft(campaign).spec, currency=campaign.currency)
    moment = now()
    today = moment.astimezone(ZoneInfo(spec.time_zone)).date()
    lead = normalise(spec, sample(spec, now=moment), test=True, today=today)
    order = endpoint.orders.filter(campaign=campaign).first()
    system = SystemValues(
        lead_id=public_id("L", 0x17),
        delivery_id=public_id("DEL", 0x17),
        order_id=order.pk if order else 0,
        price=order.price if order else Decimal("42.00"),
        received_at=moment.astimezone(UTC),
        order_name=order.name if order else "",
        buyer_name=endpoint.buyer.name,
    )
    return Subject(f"the sample lead of {campaign}", lead, spec, system, moment)
