"""Margins limit what a source is paid, and an auction's shares how a sale is booked, whichever way it comes about."""

from decimal import Decimal
from typing import Any

import pytest

from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.specs import plan_dump
from apps.engine.orders import ResponseRule
from apps.engine.routing import GroupLimit, Plan, Step
from apps.ledger.models import Sale
from apps.ledger.selectors import balance
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, outcomes, sales, stands

pytestmark = pytest.mark.django_db(transaction=True)

NINETY = {"payout_kind": "percent", "payout_amount": "90"}
FIVE = {"margin_kind": "fixed", "margin_amount": "5"}
BANDS = {"margin_bands": [{"above": "10", "kind": "percent", "amount": "25"}], "margin_kind": "none"}
SHARED = {"max_buyers": 2}
SOLD = (ResponseRule("accepted", price_path="price"),)
REFUSED = (ResponseRule("rejected"),)


def sold(scene: Market) -> list[tuple[str, str]]:
    delivery = scene.lead()
    services.drain()
    return paid(delivery)


def paid(delivery: Delivery) -> list[tuple[str, str]]:
    return [(price, payout) for _, price, payout in sales(delivery)]


@pytest.mark.parametrize(
    ("settings", "payout"),
    [
        ({}, "18.00"),
        ({"campaign": FIVE}, "15.00"),
        ({"campaign": BANDS}, "15.00"),
        ({"campaign": BANDS, "orders": [FIVE | {"margin_amount": "4"}]}, "16.00"),
        ({"orders": [BANDS], "terms": NINETY | FIVE | {"margin_amount": "3"}}, "17.00"),
        ({"campaign": FIVE, "terms": NINETY | {"margin_kind": "none"}}, "18.00"),
        ({"campaign": FIVE, "terms": {"payout_kind": "fixed", "payout_amount": "18"}}, "18.00"),
    ],
)
def test_a_sale_leaves_the_margin_that_holds(
    simulator: Running, settings: dict[str, Any], payout: str
) -> None:
    scene = market(simulator, ["accept?price=20"], **{"terms": NINETY} | settings)
    assert sold(scene) == [("20.00", payout)]
    assert balance("margin") == Decimal(payout) - 20


def test_each_sale_of_a_shared_lead_leaves_its_own(simulator: Running) -> None:
    orders = [{}, FIVE | {"margin_amount": "2"}]
    scene = market(
        simulator, ["accept?price=20", "accept?price=10"],
        terms=NINETY, campaign=FIVE | SHARED, orders=orders, group=SHARED,
    )  # fmt: skip
    assert sold(scene) == [("20.00", "15.00"), ("10.00", "8.00")]


def test_a_doubt_resolved_by_hand_pays_by_the_same_rule(simulator: Running) -> None:
    scene = market(simulator, ["garbage?kind=json"], terms=NINETY, orders=[FIVE | {"price": "20.00"}])
    delivery = scene.lead()
    services.drain()
    services.resolve_unknown(delivery, accepted=True, by=scene.world.user)
    assert paid(delivery) == [("20.00", "15.00")]


def test_a_no_that_was_a_sale_pays_by_the_same_rule(simulator: Running) -> None:
    scene = market(simulator, ["reject"], terms=NINETY | FIVE, orders=[{"price": "20.00"}])
    delivery = scene.lead()
    services.drain()
    services.reclassify(Attempt.objects.get(delivery=delivery), SOLD, by=scene.world.user)
    assert paid(delivery) == [("20.00", "15.00")]


def test_a_sale_that_moves_up_pays_by_the_same_rule(simulator: Running) -> None:
    scene = market(
        simulator, ["accept?price=20", "accept?price=10"],
        terms=NINETY, campaign=FIVE | SHARED, group=SHARED,
    )  # fmt: skip
    delivery = scene.lead()
    services.drain()
    assert paid(delivery) == [("20.00", "15.00"), ("10.00", "5.00")]
    first = Attempt.objects.filter(delivery=delivery).order_by("id")[0]
    services.reclassify(first, REFUSED, by=scene.world.user)
    stands_now = Sale.objects.filter(lead_id=delivery.lead_id, reversed_at=None).get()
    assert (stands_now.place, stands_now.price, stands_now.payout) == (1, Decimal(10), Decimal(5))
    assert balance("margin") == Decimal(-5)


def auctioned(scene: Market, *shares: str, needs: str = "0") -> Delivery:
    """A lead whose way an auction has decided: each order exclusive or shared at 10.00."""
    delivery = scene.lead()
    steps = tuple(
        Step(
            order.pk, order.buyer_id, order.group_id, Decimal(10),
            share=share, brings=Decimal(10), needs=Decimal(needs),
        )
        for order, share in zip(scene.orders, shares, strict=True)
    )  # fmt: skip
    limits = (GroupLimit(scene.orders[0].group_id, 2, "stop"),)
    Delivery.objects.filter(pk=delivery.pk).update(plan=plan_dump(Plan(steps, groups=limits, max_buyers=2)))
    services.drain()
    return delivery


def test_an_exclusive_sale_of_a_lead_that_could_be_shared(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=10", "accept?price=10"], campaign=SHARED, group=SHARED)
    delivery = auctioned(scene, "exclusive", "shared")
    assert outcomes(delivery) == ["accepted"]
    assert Sale.objects.get().is_exclusive


def test_shares_are_booked_as_such_and_exclusive_orders_left_out(simulator: Running) -> None:
    behaviours = ["accept?price=10", "accept?price=10", "accept?price=10"]
    scene = market(simulator, behaviours, campaign=SHARED, group=SHARED)
    delivery = auctioned(scene, "shared", "exclusive", "shared")
    assert [order for order, _, _ in sales(delivery)] == [scene.orders[0].pk, scene.orders[2].pk]
    assert not Sale.objects.filter(is_exclusive=True).exists()


def test_a_share_that_cannot_keep_the_promise_is_not_offered(simulator: Running) -> None:
    scene = market(simulator, ["reject", "accept?price=10"], campaign=SHARED, group=SHARED)
    delivery = auctioned(scene, "shared", "shared", needs="15")
    assert outcomes(delivery) == ["rejected"]
    assert stands(delivery) == ("unsold", "unsold")
    assert not Sale.objects.exists()
    assert {received.buyer for received in simulator.requests} == {"buyer0"}
