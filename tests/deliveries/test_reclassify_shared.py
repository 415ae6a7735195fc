"""Leads sold to several buyers: one sale that was none is reversed alone, the others stand."""

import json
from decimal import Decimal

import pytest

from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.leads.models import Lead, LeadEvent
from apps.ledger.models import Sale
from apps.ledger.selectors import balance
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, stands, used
from tests.deliveries.test_order_caps import cap
from tests.deliveries.test_reclassify import REFUSED, SOLD, reclassify, refused, sent

pytestmark = pytest.mark.django_db(transaction=True)


def shared(simulator: Running, **terms: str) -> Market:
    """Three buyers take the lead for 30, 20 and 10."""
    return market(
        simulator,
        ["accept?price=30", "accept?price=20", "accept?price=10"],
        campaign={"max_buyers": 3},
        group={"max_buyers": 3},
        terms=terms or {"payout_kind": "percent", "payout_amount": "50"},
    )


def of_order(delivery: Delivery, place: int) -> Attempt:
    return Attempt.objects.filter(delivery=delivery).order_by("id")[place]


def standing(delivery: Delivery) -> list[tuple[int, str, str]]:
    rows = Sale.objects.filter(lead_id=delivery.lead_id, reversed_at=None).order_by("place")
    return [(row.place, str(row.price), str(row.payout)) for row in rows]


def test_of_several_sales_one_is_reversed_alone(simulator: Running) -> None:
    scene = shared(simulator)
    cap(scene, 1, limit=5)
    delivery = sent(scene)
    sold_at = {row.attempt_id: row.booked_at for row in Sale.objects.all()}
    services.reclassify(of_order(delivery, 1), REFUSED, by=scene.world.user)
    assert standing(delivery) == [(1, "30.00", "15.00"), (2, "10.00", "5.00")]
    assert stands(delivery) == ("sold", "sold")
    lead = Lead.objects.get(pk=delivery.lead_id)
    assert (lead.price, lead.payout) == (Decimal("40.00"), Decimal("20.00"))
    assert (balance("buyer"), balance("source")) == (Decimal("40.00"), Decimal("-20.00"))
    assert balance("buyer", scene.orders[1].buyer_id) == 0
    assert list(used().values()) == [0]
    assert all(row.booked_at == sold_at[row.attempt_id] for row in Sale.objects.all())
    assert LeadEvent.objects.filter(lead_id=lead.pk, kind="resolved").count() == 1


def test_a_payout_once_a_lead_stays_with_the_buyers_that_stand(simulator: Running) -> None:
    scene = shared(simulator, payout_kind="fixed", payout_amount="7.25")
    delivery = sent(scene)
    assert standing(delivery) == [(1, "30.00", "7.25"), (2, "20.00", "0.00"), (3, "10.00", "0.00")]
    services.reclassify(of_order(delivery, 0), REFUSED, by=scene.world.user)
    assert standing(delivery) == [(1, "20.00", "7.25"), (2, "10.00", "0.00")]
    assert Sale.objects.get(place=1, reversed_at=None).recovered
    assert balance("source") == Decimal("-7.25")


def test_the_last_of_several_is_reversed_and_nothing_is_booked_anew(simulator: Running) -> None:
    scene = shared(simulator)
    delivery = sent(scene)
    services.reclassify(of_order(delivery, 2), REFUSED, by=scene.world.user)
    assert standing(delivery) == [(1, "30.00", "15.00"), (2, "20.00", "10.00")]
    assert Sale.objects.count() == 3


def test_reversed_one_after_the_other_the_lead_is_unsold_in_the_end(simulator: Running) -> None:
    scene = shared(simulator)
    delivery = sent(scene)
    for place, stand in ((0, "sold"), (2, "sold"), (1, "unsold")):
        services.reclassify(of_order(delivery, place), REFUSED, by=scene.world.user)
        assert stands(delivery) == (stand, stand)
    assert standing(delivery) == []
    assert balance("buyer") == balance("source") == balance("margin") == Decimal(0)
    assert Lead.objects.get(pk=delivery.lead_id).payout == Decimal(0)


def test_one_of_several_that_said_no_is_not_booked_again_while_the_lead_is_sold(simulator: Running) -> None:
    scene = shared(simulator)
    delivery = sent(scene)
    reclassify(scene, delivery, REFUSED)
    refused(scene, delivery, SOLD, "already_sold")


def test_a_source_is_told_of_another_payout_and_of_nothing_else(simulator: Running) -> None:
    url = simulator.buyer("source", "accept")
    for kind, calls in (("percent", 1), ("fixed", 0)):
        scene = shared(simulator, payout_kind=kind, payout_amount="50", callback_url=url)
        type(scene.world.campaign).objects.filter(pk=scene.world.campaign.pk).update(answer_mode="buyer")
        scene.world.publish()
        scene.world.version.refresh_from_db()
        delivery = sent(scene)
        services.reclassify(of_order(delivery, 1), REFUSED, by=scene.world.user)
        assert services.callbacks_send() == calls
    (told,) = [json.loads(one.body) for one in simulator.requests if one.buyer == "source"]
    assert (told["event"], told["leadStatus"], told["price"]) == ("correction", True, 20.0)
