"""Round robin and weighted groups: shares of sold leads, exact however many workers plan at once."""

from collections import Counter

import pytest

from apps.deliveries import services
from apps.deliveries.models import OrderShare
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import market
from tests.deliveries.test_order_caps import drain_from_threads

pytestmark = pytest.mark.django_db(transaction=True)


def sold() -> Counter[int]:
    return Counter(Sale.objects.values_list("order_id", flat=True))


def test_round_robin(simulator: Running) -> None:
    scene = market(simulator, ["accept"] * 3, group={"method": "round_robin"})
    scene.leads(31)
    drain_from_threads(3)
    assert sorted(sold().values()) == [10, 10, 11]


def test_weighted_shares_are_exact_within_one(simulator: Running) -> None:
    weights = [5, 3, 1]
    scene = market(
        simulator,
        ["accept"] * 3,
        group={"method": "weighted"},
        orders=[{"weight": weight} for weight in weights],
    )
    scene.leads(63)
    drain_from_threads(3)
    counts = sold()
    for order, weight in zip(scene.orders, weights, strict=True):
        assert abs(counts[order.pk] - 63 * weight / 9) <= 1


def test_who_rejects_is_owed_and_who_bought_instead_has_had_it(simulator: Running) -> None:
    scene = market(simulator, ["reject", "accept"], group={"method": "weighted"})
    for _ in range(4):
        scene.lead()
        services.drain()
    shares = {share.order_id: share for share in OrderShare.objects.all()}
    assert shares[scene.orders[0].pk].credit == 2
    assert shares[scene.orders[1].pk].credit == -2
    assert shares[scene.orders[0].pk].given == 4


def test_highest_price_first(simulator: Running) -> None:
    prices = ["10.00", "30.00", "20.00"]
    scene = market(
        simulator,
        ["reject"] * 3,
        group={"method": "highest_price"},
        orders=[{"price": price} for price in prices],
    )
    scene.lead()
    services.drain()
    assert [received.buyer for received in simulator.requests] == ["buyer1", "buyer2", "buyer0"]
