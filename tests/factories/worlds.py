"""A small world in which a lead can travel: company, campaign, source with key, buyer with order, published."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.buyers.models import Buyer, Endpoint, LeadOrder
from apps.campaigns.models import Campaign
from apps.companies.models import Company, User
from apps.engine.campaign import CampaignSpec
from apps.publishing import specs
from apps.publishing.models import Version
from apps.publishing.services import Published, publish
from apps.sources.models import Source, Terms
from apps.sources.services import terms_approve, terms_create
from tests.factories.models import (
    BuyerFactory,
    CampaignFactory,
    CompanyFactory,
    EndpointFactory,
    OrderFactory,
    SourceFactory,
    UserFactory,
)

_numbers = itertools.count(1)
NOTHING: Mapping[str, Any] = {}


@dataclass
class World:
    """What `published_campaign` made. `key` is the source's key in clear, `token` that of its instructions link."""

    company: Company
    campaign: Campaign
    source: Source
    terms: Terms
    key: str = field(repr=False)
    token: str = field(repr=False)
    buyer: Buyer
    endpoint: Endpoint
    order: LeadOrder
    user: User
    version: Version | None = None

    @property
    def spec(self) -> CampaignSpec:
        """The campaign as it runs."""
        assert self.version is not None
        return specs.load(self.version.pk)

    def publish(self, note: str = "") -> Published:
        """Publish the campaign as it stands now."""
        published = publish(self.campaign, by=self.user, note=note)
        self.version = published.version
        return published

    def add_order(
        self, *, url: str | None = None, endpoint: Mapping[str, Any] = NOTHING, **order: Any
    ) -> LeadOrder:
        """Another buyer with an endpoint and an order; to be published by the caller."""
        buyer = order.pop("buyer", None) or BuyerFactory(company=self.company)
        attributes = {"url": url or self.endpoint.url, **endpoint}
        return OrderFactory(
            campaign=self.campaign, buyer=buyer, endpoint=EndpointFactory(buyer=buyer, **attributes), **order
        )


def published_campaign(
    *,
    url: str = "http://127.0.0.1:9/leads",
    approved: bool = True,
    prepare: Callable[[World], object] | None = None,
    campaign: Mapping[str, Any] = NOTHING,
    terms: Mapping[str, Any] = NOTHING,
    **more: Mapping[str, Any],
) -> World:
    """A published world. `url` is where the buyer listens (nobody does at the default).

    `campaign`, `terms`, and in `more` `company`, `endpoint` and `order`, are attributes of those rows; `prepare` is
    called with the world before it is published.
    """
    world = draft_campaign(url=url, campaign=campaign, terms=terms, **more)
    if approved:
        terms_approve(world.terms, by=world.user)
    if prepare is not None:
        prepare(world)
    world.publish()
    return world


def draft_campaign(
    *,
    url: str = "http://127.0.0.1:9/leads",
    campaign: Mapping[str, Any] = NOTHING,
    terms: Mapping[str, Any] = NOTHING,
    **more: Mapping[str, Any],
) -> World:
    """As `published_campaign`, not approved and not published."""
    user = UserFactory()
    company = CompanyFactory(**more.get("company", NOTHING))
    made = CampaignFactory(company=company, **campaign)
    source = SourceFactory(company=company)
    opened = terms_create(source, made, by=user, **terms)
    buyer = BuyerFactory(company=company)
    endpoint = EndpointFactory(buyer=buyer, **{"url": url, **more.get("endpoint", NOTHING)})
    order = OrderFactory(campaign=made, buyer=buyer, endpoint=endpoint, **more.get("order", NOTHING))
    return World(company, made, source, opened.terms, opened.key, opened.token, buyer, endpoint, order, user)


def lead_values(**overrides: Any) -> dict[str, Any]:
    """A person nobody else is, under the usual posting names; a None drops the field."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "first_name": "Jane",
        "last_name": "Doe",
        "email": f"jane.doe{number}@example.com",
        "phone": f"555{2_000_000 + number}",
        "state": "CA",
        "zip": "90210",
    }
    return {name: value for name, value in (values | overrides).items() if value is not None}


def lead_body(world: World, **overrides: Any) -> dict[str, Any]:
    """A simple post's body that this world accepts: ids, key and `lead_values`."""
    ids = {
        "compid": world.company.number,
        "sourceid": world.source.number,
        "campid": world.campaign.number,
        "auth": world.key,
    }
    return {name: value for name, value in (ids | lead_values() | overrides).items() if value is not None}
