"""Two companies, each with one of everything, and people of every role logged in."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import models
from django.test import Client

from apps.buyers.models import BuyerCap, EndpointHeader, OrderCap, OrderPriceBand, OrderWindow
from apps.campaigns.models import CampaignCap, CampaignWindow, Holiday, Rule
from apps.campaigns.services import list_store
from apps.companies.choices import Role
from apps.sources.services import block_add
from tests.factories import MemberFactory, UserFactory, World, published_campaign

CALIFORNIA = {"kind": "test", "field": "state", "operator": "is", "value": "CA"}


@dataclass
class House:
    """A company with one of everything; `rows` holds every row of it by its model's label."""

    world: World
    mark: str
    rows: dict[str, models.Model] = field(default_factory=dict)

    def client(self, role: Role, **member: Any) -> Client:
        """Somebody of this role, logged in."""
        return logged_in(MemberFactory(company=self.world.company, role=role, **member).user)


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def furnish(mark: str) -> House:
    """A company whose every row carries `mark` in what people read of it."""
    named = {"name": f"{mark} thing"}
    world = published_campaign(
        company={"name": f"{mark} company"},
        campaign={"name": f"{mark} campaign"},
        endpoint={"name": f"{mark} endpoint"},
        order={"name": f"{mark} order"},
    )
    type(world.source).objects.filter(pk=world.source.pk).update(name=f"{mark} source")
    type(world.buyer).objects.filter(pk=world.buyer.pk).update(name=f"{mark} buyer")
    campaign = world.campaign
    made = [
        world.company, campaign, world.source, world.terms, world.buyer, world.endpoint, world.order, world.version,
        list_store(world.company, name=f"{mark} list", text="90210\n902*", by=None),
        block_add(world.company, kind="subid", value=f"{mark} sub", by=None),
        Rule.objects.create(campaign=campaign, expression=CALIFORNIA, kind="condition", **named),
        CampaignCap.objects.create(campaign=campaign, limit=50),
        CampaignWindow.objects.create(campaign=campaign, weekday=0, opens="09:00", closes="17:00"),
        Holiday.objects.create(campaign=campaign, day="2026-12-25", **named),
        OrderCap.objects.create(order=world.order, limit=5),
        OrderWindow.objects.create(order=world.order, weekday=1, opens="09:00", closes="17:00"),
        OrderPriceBand.objects.create(order=world.order, expression=CALIFORNIA, price=50),
        BuyerCap.objects.create(buyer=world.buyer, limit=500),
        EndpointHeader.objects.create(endpoint=world.endpoint, name="X-Key", secret=f"{mark} secret"),
        world.terms.credentials.get(), world.terms.links.get(), campaign.fields.first(), campaign.groups.first(),
        MemberFactory(company=world.company, user=UserFactory(first_name=mark), role=Role.OWNER),
    ]  # fmt: skip
    return House(world, mark, {row._meta.label_lower: row for row in made})


@pytest.fixture
def ours(db: Any) -> House:
    return furnish("Ours")


@pytest.fixture
def theirs(db: Any) -> House:
    return furnish("Foreign")


@pytest.fixture
def superuser(db: Any) -> Client:
    return logged_in(UserFactory(is_superuser=True))
