"""Buyers' balances: never overspent, set aside while in doubt, given back when nothing was sold."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from apps.deliveries import services
from apps.deliveries.facts import live_of
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services.corrections.reclassify import reclassify
from apps.engine.orders import ResponseRule
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.ledger.services import billing_set
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, outcomes, sales, stands, used
from tests.deliveries.money import left, off_the_books, prepaid, top_up
from tests.deliveries.test_inline import wait_until
from tests.deliveries.test_order_caps import cap, drain_from_threads

pytestmark = pytest.mark.django_db(transaction=True)

NO = (ResponseRule("rejected"),)
YES = (ResponseRule("accepted"),)


def drain_all() -> None:
    """Until nothing is pending: a drain that gave up on a busy database leaves its claims to lapse."""
    assert wait_until(
        lambda: services.drain() and not Delivery.objects.filter(status="pending").exists(), patience_s=60
    )


def passed_by(delivery: Delivery) -> dict[str, str]:
    """Why orders were passed over, by name, in words."""
    events = LeadEvent.objects.filter(lead_id=delivery.lead_id, kind="considered")
    return {line["name"]: line["words"] for event in events for line in event.data["orders"]}


def test_a_balance_that_pays_for_50_of_200_leads_sells_50(simulator: Running) -> None:
    """I3, I4."""
    scene = market(simulator, ["slow?ms=5&price=4.00", "accept"], orders=[{"price": "4.00"}])
    prepaid(scene.orders[0].buyer, "200.00")
    scene.leads(200)
    drain_from_threads(4)
    drain_all()
    assert Sale.objects.filter(order_id=scene.orders[0].pk).count() == 50
    assert Sale.objects.filter(order_id=scene.orders[1].pk).count() == 150
    assert len([received for received in simulator.requests if received.buyer == "buyer0"]) == 50
    assert (left(scene.orders[0].buyer), off_the_books()) == (0, {})


def test_who_has_no_limit_has_no_counter(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    scene.lead()
    services.drain()
    assert used() == {}
    [attempt] = Attempt.objects.all()
    assert attempt.reservations == []


def test_a_top_up_acts_at_once_and_the_trace_says_what_was_missing(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=30", "accept"], orders=[{"price": "30.00"}])
    buyer = scene.orders[0].buyer
    prepaid(buyer, "20.00")
    first = scene.lead()
    services.drain()
    assert sales(first)[0][0] == scene.orders[1].pk
    assert passed_by(first)[scene.orders[0].name] == (
        "Its buyer's balance does not pay for it (20.00 left, 30.00 needed)"
    )
    top_up(buyer, "10.00")
    second = scene.lead()
    services.drain()
    assert sales(second)[0][0] == scene.orders[0].pk
    assert left(buyer) == 0


def test_on_credit_a_limit_more_can_be_spent(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=30"], orders=[{"price": "30.00"}])
    buyer = scene.orders[0].buyer
    billing_set(buyer, billing="credit", credit_limit=Decimal("60.00"), by=None)
    deliveries = scene.leads(3)
    services.drain()
    assert sorted(stands(one)[0] for one in deliveries) == ["sold", "sold", "unsold"]
    assert left(buyer) == 0


def test_without_money_the_lead_is_unsold_and_nothing_is_sent(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    prepaid(scene.orders[0].buyer, "0")
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("unsold", "unsold")
    assert simulator.requests == []


@pytest.mark.parametrize("behaviour", ["reject", "error?status=400", "duplicate"])
def test_what_is_not_sold_gives_its_money_back(simulator: Running, behaviour: str) -> None:
    scene = market(simulator, [behaviour, "accept"])
    buyer = scene.orders[0].buyer
    prepaid(buyer, "100.00")
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert (left(buyer), off_the_books()) == (10_000, {})


def test_a_sale_at_another_price_takes_that_price(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=12.50"], orders=[{"price": "30.00"}])
    buyer = scene.orders[0].buyer
    prepaid(buyer, "100.00")
    scene.leads(3)
    services.drain()
    assert (left(buyer), off_the_books()) == (10_000 - 3 * 1_250, {})


def test_caps_and_money_are_kept_apart(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=30"], orders=[{"price": "30.00"}])
    cap(scene, 0, limit="50.00", basis="spend", buyer=True)
    buyer = scene.orders[0].buyer
    prepaid(buyer, "100.00")
    deliveries = scene.leads(3)
    services.drain()
    assert sorted(stands(one)[0] for one in deliveries) == ["sold", "unsold", "unsold"]
    assert sorted(used().values()) == [3_000, 3_000]
    assert (left(buyer), off_the_books()) == (7_000, {})


@pytest.mark.parametrize(("accepted", "after"), [(True, 0), (False, 3_000)])
def test_a_doubt_keeps_its_money_until_it_ends(simulator: Running, accepted: bool, after: int) -> None:
    scene = market(
        simulator, ["garbage?kind=json"], endpoint={"timeout_ms": 150}, orders=[{"price": "30.00"}]
    )
    buyer = scene.orders[0].buyer
    prepaid(buyer, "30.00")
    doubt, other = scene.lead(), scene.lead()
    services.drain()
    assert {stands(doubt)[0], stands(other)[0]} == {"held", "unsold"}
    assert (left(buyer), off_the_books()) == (0, {})
    services.resolve_unknown(Delivery.objects.get(status="held"), accepted=accepted, by=scene.world.user)
    assert (left(buyer), off_the_books()) == (after, {})


def test_a_doubt_that_is_asked_again_holds_its_money_once(simulator: Running) -> None:
    scene = market(
        simulator,
        ["garbage?kind=json"],
        endpoint={"timeout_ms": 150, "unknown_policy": "resend", "retries": 1},
        orders=[{"price": "30.00"}],
    )
    buyer = scene.orders[0].buyer
    prepaid(buyer, "30.00")
    delivery = scene.lead()
    services.drain()
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["unknown", "unknown"]
    assert (left(buyer), off_the_books()) == (0, {})


def test_a_reversed_sale_gives_its_money_back_and_takes_it_again(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=30"], orders=[{"price": "30.00"}])
    buyer = scene.orders[0].buyer
    prepaid(buyer, "30.00")
    scene.lead()
    services.drain()
    [attempt] = Attempt.objects.all()
    reclassify(attempt, NO, by=scene.world.user)
    assert (left(buyer), off_the_books()) == (3_000, {})
    reclassify(Attempt.objects.get(), YES, by=scene.world.user)
    assert Sale.objects.filter(reversed_at=None).count() == 1
    assert (left(buyer), off_the_books()) == (0, {})


def test_a_sale_from_before_the_limit_gives_its_money_back_too(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=30"], orders=[{"price": "30.00"}])
    buyer = scene.orders[0].buyer
    scene.lead()
    services.drain()
    prepaid(buyer, "0")
    assert left(buyer) == -3_000
    reclassify(Attempt.objects.get(), NO, by=scene.world.user)
    assert (left(buyer), off_the_books()) == (0, {})


def test_sent_again_past_caps_it_still_needs_money(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=30"], orders=[{"price": "30.00"}])
    cap(scene, 0, limit=0)
    buyer = scene.orders[0].buyer
    prepaid(buyer, "29.99")
    delivery = scene.lead()
    services.drain()
    again = services.redeliver(delivery, by=scene.world.user, ignores={"caps"})
    services.drain()
    assert stands(again)[0] == "unsold"
    assert simulator.requests == []
    top_up(buyer, "0.01")
    last = services.redeliver(again, by=scene.world.user, ignores={"caps"})
    services.drain()
    assert stands(last)[0] == "sold"
    assert (left(buyer), off_the_books()) == (0, {})


def test_switching_races_with_selling_and_nothing_is_off(simulator: Running) -> None:
    scene = market(simulator, ["slow?ms=5&price=2.00"], orders=[{"price": "2.00"}])
    buyer = scene.orders[0].buyer
    scene.leads(80)
    stop = threading.Event()

    def switch() -> None:
        try:
            while not stop.is_set():
                for billing in ("prepaid", "invoice", "credit"):
                    billing_set(buyer, billing=billing, credit_limit=Decimal("500.00"), by=None)
        finally:
            connection.close()

    top_up(buyer, "500.00")
    thread = threading.Thread(target=switch)
    thread.start()
    drain_from_threads(3)
    stop.set()
    thread.join()
    drain_all()
    billing_set(buyer, billing="prepaid", by=None)
    assert Sale.objects.count() == 80
    assert off_the_books() == {}
    assert left(buyer) == 50_000 - 80 * 200


def test_counting_that_begins_while_a_lead_is_on_its_way_finds_the_sale(simulator: Running) -> None:
    scene = market(simulator, ["slow?ms=300&price=30.00"], orders=[{"price": "30.00"}])
    buyer = scene.orders[0].buyer
    scene.lead()
    thread = threading.Thread(target=_drain)
    thread.start()
    while not Attempt.objects.filter(status="started").exists():
        connection.close()
    prepaid(buyer, "100.00")
    thread.join()
    assert Sale.objects.count() == 1
    assert (left(buyer), off_the_books()) == (7_000, {})


def _drain() -> None:
    try:
        services.drain()
    finally:
        connection.close()


def test_what_is_read_of_limits_rides_on_a_query_that_is_there(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    buyer = scene.orders[0].buyer
    assert _funds(scene) == {}
    prepaid(buyer, "12.34")
    assert _funds(scene) == {buyer.pk: {"USD": 1_234}}
    billing_set(buyer, billing="invoice", by=None)
    assert _funds(scene) == {}


def _funds(scene: Market) -> object:
    delivery = scene.lead()
    return live_of([scene.world.spec], delivery.created_at).orders.funds
