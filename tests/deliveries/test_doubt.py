"""Unknown answers: held, resent or passed by policy; resolved by hand; never sold twice by accident."""

from typing import Any

import pytest

from apps.companies.models import AuditEvent
from apps.core.errors import ApplicationError
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, outcomes, sales, stands, used
from tests.deliveries.test_order_caps import cap

pytestmark = pytest.mark.django_db(transaction=True)

FAST = {"timeout_ms": 150}


def held(simulator: Running, *others: str, **options: Any) -> tuple[Market, Delivery]:
    scene = market(simulator, ["garbage?kind=json", *others], endpoint=FAST, **options)
    delivery = scene.lead()
    services.drain()
    return scene, delivery


@pytest.mark.parametrize(
    "behaviour",
    ["hang", "garbage?kind=json", "garbage?kind=empty", "reset?after=header", "drip?part=body", "redirect"],
)
def test_an_unreadable_answer_is_held_and_nobody_else_gets_the_lead(
    simulator: Running, behaviour: str
) -> None:
    scene = market(simulator, [behaviour, "accept"], endpoint=FAST)
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["unknown"]
    assert stands(delivery) == ("held", "held")
    assert {received.buyer for received in simulator.requests} == {"buyer0"}
    assert not Sale.objects.exists()


def test_resend_asks_the_same_buyer_with_the_same_key(simulator: Running) -> None:
    scene = market(simulator, ["hang", "accept"], endpoint={**FAST, "unknown_policy": "resend", "retries": 1})
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("pending", "in_flight")
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["unknown", "unknown"]
    assert stands(delivery) == ("held", "held")
    assert len({received.key for received in simulator.requests}) == 1


def test_go_on_offers_it_to_the_next_because_somebody_said_so(simulator: Running) -> None:
    scene = market(simulator, ["hang", "accept"], endpoint={**FAST, "unknown_policy": "go_on"})
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["unknown", "accepted"]
    assert [order for order, _, _ in sales(delivery)] == [scene.orders[1].pk]


def test_said_to_be_a_sale_it_is_booked(simulator: Running) -> None:
    scene, delivery = held(simulator, "accept", orders=[{"price": "31.00"}])
    services.resolve_unknown(delivery, accepted=True, by=scene.world.user)
    assert stands(delivery) == ("sold", "sold")
    assert sales(delivery) == [(scene.orders[0].pk, "31.00", "0.00")]
    assert AuditEvent.objects.filter(action="delivery.resolved").count() == 1
    assert [event.kind for event in LeadEvent.objects.order_by("id")][-2:] == ["resolved", "sold"]
    with pytest.raises(ApplicationError) as refused:
        services.resolve_unknown(delivery, accepted=True, by=scene.world.user)
    assert refused.value.code == "not_held"
    assert Sale.objects.count() == 1


def test_said_to_be_none_the_next_order_has_its_turn(simulator: Running) -> None:
    scene, delivery = held(simulator, "accept?price=9")
    services.resolve_unknown(delivery, accepted=False, by=scene.world.user)
    services.drain()
    assert outcomes(delivery) == ["rejected", "accepted"]
    assert sales(delivery) == [(scene.orders[1].pk, "9.00", "0.00")]


def test_a_doubt_keeps_its_caps_until_it_ends(simulator: Running) -> None:
    scene = market(simulator, ["garbage?kind=json"], endpoint=FAST)
    cap(scene, 0, limit=5)
    delivery = scene.lead()
    services.drain()
    assert list(used().values()) == [1]
    services.resolve_unknown(delivery, accepted=False, by=scene.world.user)
    assert list(used().values()) == [0]


def test_a_lead_in_doubt_sold_or_under_way_cannot_be_sent_again(simulator: Running) -> None:
    scene, delivery = held(simulator)
    for status in ("held", "pending"):
        Delivery.objects.update(status=status)
        with pytest.raises(ApplicationError) as refused:
            services.redeliver(delivery, by=scene.world.user)
        assert refused.value.code == "delivery_open"
    Delivery.objects.update(status="held")
    services.resolve_unknown(delivery, accepted=True, by=scene.world.user)
    with pytest.raises(ApplicationError) as refused:
        services.redeliver(delivery, by=scene.world.user)
    assert refused.value.code == "not_redeliverable"
    assert Delivery.objects.count() == 1


def test_an_unsold_lead_is_sent_again_to_one_order_with_a_new_key(simulator: Running) -> None:
    scene = market(simulator, ["reject", "reject"])
    delivery = scene.lead()
    services.drain()
    again = services.redeliver(delivery, by=scene.world.user, order_id=scene.orders[1].pk)
    services.drain()
    assert stands(again) == ("unsold", "unsold")
    assert [attempt.order_id for attempt in Attempt.objects.filter(delivery=again)] == [scene.orders[1].pk]
    assert len({received.key for received in simulator.requests}) == 3
    assert AuditEvent.objects.filter(action="delivery.redelivered").count() == 1


def test_sent_again_it_runs_under_what_was_put_right_since(simulator: Running) -> None:
    scene = market(simulator, ["error?status=404"], endpoint={"retries": 0})
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("unsold", "unsold")
    scene.endpoint(0).__class__.objects.update(url=simulator.buyer("buyer0", "accept"))
    scene.world.publish()
    again = services.redeliver(delivery, by=scene.world.user)
    services.drain()
    assert stands(again) == ("sold", "sold")


def test_an_order_that_does_not_run_is_refused(simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    delivery = scene.lead()
    services.drain()
    with pytest.raises(ApplicationError) as refused:
        services.redeliver(delivery, by=scene.world.user, order_id=999_999)
    assert refused.value.code == "no_such_order"
    assert Delivery.objects.count() == 1
