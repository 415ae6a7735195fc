"""Who was answered on acceptance is owed the fixed payout, whatever the buyers say; exactly once."""

from decimal import Decimal

import pytest

from apps.buyers.services import order_set_active
from apps.campaigns.models import Campaign
from apps.deliveries import services
from apps.leads.models import Lead
from apps.ledger.models import Entry, Sale
from apps.ledger.selectors import balance
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, stands
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

FIXED = {"payout_kind": "fixed", "payout_amount": "6.50"}


def owed(scene: Market) -> Decimal:
    return -balance("source", scene.world.source.pk)


def test_an_unsold_lead_is_paid_for_where_the_source_was_answered_on_acceptance(simulator: Running) -> None:
    scene = market(simulator, ["reject"], terms=FIXED)
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("unsold", "unsold")
    assert owed(scene) == Lead.objects.get().payout == Decimal("6.50")
    assert balance("margin") == Decimal("6.50")
    assert not Sale.objects.exists()


@pytest.mark.parametrize(
    ("campaign", "terms"),
    [({"answer_mode": "buyer"}, FIXED), ({}, {"payout_kind": "percent", "payout_amount": "50"})],
)
def test_nothing_is_owed_where_nothing_was_promised(
    campaign: dict[str, str], terms: dict[str, str], simulator: Running
) -> None:
    scene = market(simulator, ["reject"], campaign=campaign, terms=terms)
    delivery = scene.lead()
    Lead.objects.update(payout="6.50")
    services.drain()
    assert stands(delivery) == ("unsold", "unsold")
    assert Lead.objects.get().payout == 0
    assert not Entry.objects.exists()


def test_sold_at_the_second_delivery_it_is_still_paid_for_once(simulator: Running) -> None:
    scene = market(simulator, ["accept"], terms=FIXED)
    delivery = scene.lead()
    order_set_active(scene.orders[0], active=False, by=None)
    services.drain()
    assert stands(delivery) == ("unsold", "unsold")
    assert owed(scene) == Decimal("6.50")
    order_set_active(scene.orders[0], active=True, by=None)
    again = services.redeliver(delivery, by=UserFactory())
    services.drain()
    assert stands(again) == ("sold", "sold")
    assert owed(scene) == Lead.objects.get().payout == Sale.objects.get().payout == Decimal("6.50")
    assert sum(Entry.objects.values_list("amount", flat=True)) == 0


def test_unsold_twice_it_is_paid_for_once(simulator: Running) -> None:
    scene = market(simulator, ["reject"], terms=FIXED)
    delivery = scene.lead()
    services.drain()
    again = services.redeliver(delivery, by=UserFactory())
    due_now(again)
    services.drain()
    assert stands(again) == ("unsold", "unsold")
    assert (owed(scene), Entry.objects.count()) == (Decimal("6.50"), 2)


def test_the_setting_of_the_version_counts_not_that_of_the_draft(simulator: Running) -> None:
    scene = market(simulator, ["reject"], terms=FIXED)
    scene.lead()
    Campaign.objects.update(answer_mode="buyer")
    services.drain()
    assert owed(scene) == Decimal("6.50")
