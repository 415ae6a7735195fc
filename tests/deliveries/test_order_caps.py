"""Order and buyer caps: exact under concurrency, given back on anything but a sale."""

import threading
from typing import Any

import pytest
from django.db import connection

from apps.buyers.models import BuyerCap, OrderCap
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, outcomes, sales, stands, used

pytestmark = pytest.mark.django_db(transaction=True)


def cap(scene: Market, place: int, *, limit: Any, basis: str = "accepted", buyer: bool = False) -> None:
    order = scene.orders[place]
    if buyer:
        BuyerCap.objects.create(buyer=order.buyer, basis=basis, limit=limit, period="total")
    else:
        OrderCap.objects.create(order=order, basis=basis, limit=limit, period="total")
    scene.world.publish()


def drain_from_threads(count: int) -> None:
    """Several drains at once, as several workers would."""

    def work() -> None:
        try:
            services.drain()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("buyer", [False, True])
def test_exactly_as_many_as_the_cap_allows_however_many_workers(simulator: Running, buyer: bool) -> None:
    scene = market(simulator, ["slow?ms=5", "accept"])
    cap(scene, 0, limit=10, buyer=buyer)
    scene.leads(60)
    drain_from_threads(4)
    services.drain()
    assert Sale.objects.filter(order_id=scene.orders[0].pk).count() == 10
    assert Sale.objects.filter(order_id=scene.orders[1].pk).count() == 50
    assert list(used().values()) == [10]
    assert len([received for received in simulator.requests if received.buyer == "buyer0"]) == 10


def test_a_rejection_gives_its_place_back(simulator: Running) -> None:
    scene = market(simulator, ["reject", "accept"])
    cap(scene, 0, limit=1)
    deliveries = [scene.lead() for _ in range(3)]
    for _ in range(3):
        services.drain()
    assert used()[f"order:{OrderCap.objects.get().pk}"] == 0
    assert Sale.objects.count() == 3
    assert Attempt.objects.filter(outcome="rejected").count() >= 1
    assert {stands(one) for one in deliveries} == {("sold", "sold")}


def test_a_failed_delivery_gives_its_place_back(simulator: Running) -> None:
    scene = market(simulator, ["error?status=400", "accept"])
    cap(scene, 0, limit=1)
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["failed", "accepted"]
    assert list(used().values()) == [0]


def test_a_sent_cap_counts_what_was_sent_whatever_the_buyer_said(simulator: Running) -> None:
    scene = market(simulator, ["reject", "accept"])
    cap(scene, 0, limit=2, basis="sent")
    for _ in range(4):
        scene.lead()
        services.drain()
    assert list(used().values()) == [2]
    assert len([received for received in simulator.requests if received.buyer == "buyer0"]) == 2


def test_a_budget_is_never_overspent_and_follows_the_price_paid(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=12.50", "accept"], orders=[{"price": "30.00"}])
    cap(scene, 0, limit="100.00", basis="spend")
    scene.leads(20)
    drain_from_threads(3)
    for _ in range(4):
        scene.leads(4)
        services.drain()
    spent = sum(Sale.objects.filter(order_id=scene.orders[0].pk).values_list("price", flat=True))
    assert 70 < spent <= 100
    assert list(used().values()) == [spent * 100]


def test_the_lead_with_no_other_buyer_is_unsold_and_says_so(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    cap(scene, 0, limit=0)
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("unsold", "unsold")
    assert Delivery.objects.get().reason == "no_eligible_buyer"
    assert sales(delivery) == []
    assert simulator.requests == []
