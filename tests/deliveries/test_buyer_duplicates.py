"""A buyer that refuses persons it has bought already: by history, by scope, and exactly one of many at once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.clock import now
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, PersonOffer
from apps.engine.orders import ResponseRule
from apps.leads.models import Lead, LeadEvent
from apps.ledger.models import Sale
from apps.ledger.services import Booking, sales_book
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, outcomes, sales, stands
from tests.deliveries.test_order_caps import drain_from_threads

pytestmark = pytest.mark.django_db(transaction=True)

ANN = {"email": "ann@example.com", "phone": "5552229999"}
FAST = {"timeout_ms": 150}


def scene_with(simulator: Running, *behaviours: str, scope: str = "buyer", **more: Any) -> Market:
    """The first order refuses persons it bought within 30 days."""
    rule = {"duplicate_days": 30, "duplicate_scope": scope}
    return market(simulator, behaviours, orders=[rule], **more)


def bought(scene: Market, delivery: Delivery, *, days_ago: float, place: int = 0) -> None:
    """A sale to the order at a place, some days ago."""
    order = scene.orders[place]
    lead = Lead.objects.get(pk=delivery.lead_id)
    Delivery.objects.filter(pk=delivery.pk).update(status="sold", next_attempt_at=None)
    Lead.objects.filter(pk=lead.pk).update(status="sold")
    booking = Booking(
        company_id=lead.company_id, lead_id=lead.pk, delivery_id=delivery.pk, attempt_id=delivery.pk,
        order_id=order.pk, buyer_id=order.buyer_id, source_id=lead.source_id, exclusive=True, place=1,
        price=Decimal("25.00"), payout=Decimal("5.00"), currency="USD", recovered=False,
        at=now() - timedelta(days=days_ago),
    )  # fmt: skip
    assert sales_book([booking])


def told(delivery: Delivery) -> list[str]:
    events = LeadEvent.objects.filter(lead_id=delivery.lead_id, kind="considered").order_by("id")
    return [line["words"] for event in events for line in event.data["orders"]]


@pytest.mark.parametrize("same", [{"email": "ann@example.com"}, {"phone": "5552229999"}, ANN])
def test_a_person_bought_before_the_rule_was_there_is_refused_by_either_value(
    simulator: Running, same: dict[str, str]
) -> None:
    scene = market(simulator, ["accept", "accept"])
    bought(scene, scene.lead(**ANN), days_ago=12.5)
    type(scene.orders[0]).objects.filter(pk=scene.orders[0].pk).update(duplicate_days=30)
    scene.world.publish()
    delivery = scene.lead(**same)
    services.drain()
    assert [order for order, *_ in sales(delivery)] == [scene.orders[1].pk]
    assert told(delivery)[0] == "Bought this person 12 days ago"
    assert [received.buyer for received in simulator.requests] == ["buyer1"]


def test_a_sale_that_was_reversed_is_no_duplicate(simulator: Running) -> None:
    scene = scene_with(simulator, "accept?price=25")
    first = scene.lead(**ANN)
    services.drain()
    attempt = Attempt.objects.get(delivery=first)
    services.reclassify(attempt, (ResponseRule("rejected", reason_path="status"),), by=scene.world.user)
    again = scene.lead(**ANN)
    services.drain()
    assert stands(again) == ("sold", "sold")


def test_longer_ago_than_the_days_is_no_duplicate(simulator: Running) -> None:
    scene = scene_with(simulator, "accept")
    bought(scene, scene.lead(**ANN), days_ago=30.1)
    delivery = scene.lead(**ANN)
    services.drain()
    assert stands(delivery) == ("sold", "sold")


@pytest.mark.parametrize(("scope", "sold_by"), [("order", 1), ("buyer", 0)])
def test_the_scope_says_whose_sales_count(simulator: Running, scope: str, sold_by: int) -> None:
    scene = market(simulator, ["accept", "accept", "accept"])
    first, second = scene.orders[:2]
    type(second).objects.filter(pk=second.pk).update(buyer_id=first.buyer_id, priority=50)
    type(scene.endpoint(1)).objects.filter(pk=second.endpoint_id).update(buyer_id=first.buyer_id)
    second.refresh_from_db()
    type(first).objects.filter(pk=first.pk).update(duplicate_days=30, duplicate_scope=scope)
    bought(scene, scene.lead(**ANN), days_ago=1, place=1)
    scene.world.publish()
    type(second).objects.filter(pk=second.pk).update(is_active=False)
    delivery = scene.lead(**ANN)
    services.drain()
    expected = first if scope == "order" else scene.orders[2]
    assert [order for order, *_ in sales(delivery)] == [expected.pk]


def test_empty_values_never_match(simulator: Running) -> None:
    scene = scene_with(simulator, "accept")
    Lead.objects.filter(pk=scene.lead().lead_id).update(email_digest=None, phone_digest=None)
    Lead.objects.filter(pk=scene.lead().lead_id).update(email_digest=None, phone_digest=None)
    services.drain()
    assert Sale.objects.count() == 2


@pytest.mark.parametrize("workers", [1, 4])
def test_of_many_equal_leads_at_once_one_is_sold(simulator: Running, workers: int) -> None:
    scene = scene_with(simulator, "slow?ms=20", "accept")
    deliveries = [scene.lead(**(ANN if number % 2 else {"phone": ANN["phone"]})) for number in range(24)]
    strangers = scene.leads(4)
    drain_from_threads(workers)
    services.drain()
    own = Sale.objects.filter(order_id=scene.orders[0].pk).values_list("lead_id", flat=True)
    assert len(set(own) & {one.lead_id for one in deliveries}) == 1
    assert set(own) >= {one.lead_id for one in strangers}
    assert Sale.objects.count() == 28
    assert not PersonOffer.objects.exists()


def test_equal_leads_at_once_under_two_versions(simulator: Running) -> None:
    """Nothing of the rule hangs on one version: what the same buyer is offered under another counts, too."""
    scene = scene_with(simulator, "slow?ms=20", "accept")
    first = scene.lead(**ANN)
    type(scene.orders[0]).objects.filter(pk=scene.orders[0].pk).update(price="31.00")
    scene.world.publish()
    second = scene.lead(**ANN)
    drain_from_threads(3)
    services.drain()
    assert Sale.objects.filter(order_id=scene.orders[0].pk).count() == 1
    assert {stands(first), stands(second)} == {("sold", "sold")}


def test_a_rejection_lets_the_person_go(simulator: Running) -> None:
    scene = scene_with(simulator, "reject", "reject")
    services.drain()
    for _ in range(2):
        scene.lead(**ANN)
        services.drain()
    assert [received.buyer for received in simulator.requests].count("buyer0") == 2
    assert not PersonOffer.objects.exists()


def test_doubt_keeps_the_person_until_somebody_says_what_it_was(simulator: Running) -> None:
    scene = scene_with(simulator, "hang", "accept", endpoint=FAST)
    doubtful = scene.lead(**ANN)
    services.drain()
    assert stands(doubtful) == ("held", "held")
    second = scene.lead(**ANN)
    services.drain()
    assert told(second)[-1] == "Is being offered this person in another lead already"
    assert [order for order, *_ in sales(second)] == [scene.orders[1].pk]
    services.resolve_unknown(doubtful, accepted=False, by=scene.world.user)
    assert not PersonOffer.objects.exists()


def test_a_resend_that_tells_nothing_leaves_the_doubt(simulator: Running) -> None:
    scene = scene_with(simulator, "hang", endpoint={**FAST, "unknown_policy": "resend", "retries": 1})
    delivery = scene.lead(**ANN)
    services.drain()
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["unknown", "unknown"]
    assert PersonOffer.objects.count() == 1


def test_campaigns_without_the_rule_pay_nothing(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    scene.lead()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.drain()
    said = " ".join(query["sql"] for query in queries)
    assert "personoffer" not in said
    assert "pg_advisory" not in said
