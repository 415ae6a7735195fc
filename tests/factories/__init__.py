"""Rows for tests: one factory a model, and `published_campaign`, a small world in which a lead can travel."""

from tests.factories.models import (
    BuyerFactory,
    CampaignFactory,
    CompanyFactory,
    EndpointFactory,
    MemberFactory,
    OrderFactory,
    SourceFactory,
    UserFactory,
)
from tests.factories.worlds import World, draft_campaign, lead_body, lead_values, published_campaign

__all__ = [
    "BuyerFactory",
    "CampaignFactory",
    "CompanyFactory",
    "EndpointFactory",
    "MemberFactory",
    "OrderFactory",
    "SourceFactory",
    "UserFactory",
    "World",
    "draft_campaign",
    "lead_body",
    "lead_values",
    "published_campaign",
]
