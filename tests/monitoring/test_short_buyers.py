"""Buyers that cannot pay are told of where people look: on the overview, and on the pages of their campaigns."""

from decimal import Decimal

import pytest
from django.test import Client

from apps.companies.choices import Role
from apps.ledger.services import billing_set
from apps.monitoring.selectors.watch import buyers_short
from tests.deliveries.money import top_up
from tests.factories import MemberFactory, World, published_campaign

pytestmark = pytest.mark.django_db


def seen_by(world: World, role: Role, path: str) -> str:
    client = Client()
    client.force_login(MemberFactory(company=world.company, role=role).user)
    return client.get(path).content.decode()


def test_out_low_and_fine() -> None:
    world = published_campaign()
    short = lambda: [(one.is_out, one.words) for one in buyers_short([world.company.pk])]  # noqa: E731
    assert short() == []
    billing_set(world.buyer, billing="prepaid", warn_below=Decimal("100.00"), by=None)
    words = f"{world.buyer} is out of money ($0.00 left): 1 order is passed over until it is topped up"
    assert short() == [(True, words)]
    assert buyers_short([world.company.pk + 1]) == []
    top_up(world.buyer, "99.99")
    assert short() == [(False, f"{world.buyer} has $99.99 left to spend")]
    top_up(world.buyer, "0.01")
    assert short() == []


def test_the_overview_and_the_campaign_say_so_and_lead_to_the_top_up() -> None:
    world = published_campaign()
    billing_set(world.buyer, billing="prepaid", by=None)
    overview = seen_by(world, Role.MANAGER, "/admin/")
    assert f"{world.buyer} is out of money" in overview
    assert f"/admin/buyers/buyer/{world.buyer.pk}/topup/" in overview
    assert "/topup/" not in seen_by(world, Role.OPERATOR, "/admin/")
    campaign = f"/admin/campaigns/campaign/{world.campaign.pk}/change/"
    assert f"{world.buyer} is out of money" in seen_by(world, Role.VIEWER, campaign)
    other = published_campaign()
    assert "is out of money" not in seen_by(other, Role.MANAGER, "/admin/")
