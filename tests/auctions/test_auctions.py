"""From a ping to a sale: bids, award, the winners' reserved places, and who is asked when a winner rejects."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from apps.auctions import services
from apps.auctions.models import Bid, Ping
from apps.auctions.services import speeds
from apps.buyers.services import order_cap_add
from apps.deliveries import services as deliveries
from apps.deliveries.models import Attempt, EndpointBreaker
from apps.engine.values import Problem
from apps.leads.models import Lead
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.auctions.market import Bidder, auction_market, fixed
from tests.auctions.sending import ping, post, used, verdicts
from tests.faults.harness.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    speeds.forget()


def test_the_best_bid_wins_and_the_source_is_bid_its_payout(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00", "bid?price=30.00", "no-bid", fixed("25.00")])
    told = ping(scene)
    assert told.problems == ()
    assert told.payout == Decimal("24.00")
    row = Ping.objects.get()
    assert told.ping_id == row.public_id
    assert row.status == "accepted"
    assert row.price == Decimal("30")
    assert row.asked == 3
    names = [order.name for order in scene.orders]
    assert verdicts(row) == {
        names[0]: "cannot_pay",
        names[1]: "won",
        names[2]: "refused",
        names[3]: "lost_on_price",
    }
    assert sorted(Bid.objects.values_list("status", flat=True)) == ["bid", "bid", "no_bid"]


def test_buyers_get_what_their_ping_mapping_says_and_no_more(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    ping(scene, email="someone@example.com")
    (asked,) = scene.pings(0)
    assert b"someone" not in asked.body
    assert scene.posts(0) == []


def test_the_winner_gets_the_post_with_its_own_promise(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00", "bid?price=30.00"])
    recorded = post(scene, ping(scene).ping_id)
    assert recorded.problems == ()
    deliveries.drain()
    sale = Sale.objects.get()
    assert (sale.order_id, sale.price, sale.payout) == (
        scene.orders[1].pk,
        Decimal("30.00"),
        Decimal("24.00"),
    )
    assert scene.posts(0) == []
    assert len(scene.posts(1)) == 1
    assert Lead.objects.get().status == "sold"
    assert Ping.objects.get().status == "posted"


def test_a_winner_that_rejects_gives_way_to_the_next_that_pays(simulator: Running) -> None:
    """F32: its own price, and the payout recomputed."""
    bidders = [Bidder("bid?price=30.00", "reject"), Bidder("bid?price=20.00", "promised?price=20.00")]
    scene = auction_market(simulator, bidders, campaign={"post_floor": "margin"})
    told = ping(scene)
    assert told.payout == Decimal("24.00")
    post(scene, told.ping_id)
    deliveries.drain()
    sale = Sale.objects.get()
    assert (sale.order_id, sale.price, sale.payout) == (
        scene.orders[1].pk,
        Decimal("20.00"),
        Decimal("16.00"),
    )
    assert sale.recovered


def test_by_default_nobody_is_asked_who_cannot_pay_what_was_promised(simulator: Running) -> None:
    scene = auction_market(simulator, [Bidder("bid?price=30.00", "reject"), "bid?price=20.00"])
    post(scene, ping(scene).ping_id)
    deliveries.drain()
    assert scene.posts(1) == []
    assert Lead.objects.get().status == "unsold"


def test_who_can_pay_what_was_promised_pays_it(simulator: Running) -> None:
    """24.00 was promised for 30.00: the next pays 25.00, of which the rule alone would pass on 20.00."""
    bidders = [Bidder("bid?price=30.00", "reject"), Bidder("bid?price=25.00", "promised?price=25.00")]
    scene = auction_market(simulator, bidders)
    post(scene, ping(scene).ping_id)
    deliveries.drain()
    sale = Sale.objects.get()
    assert (sale.price, sale.payout) == (Decimal("25.00"), Decimal("24.00"))
    assert Lead.objects.get().payout == Decimal("24.00")


def test_shares_that_pay_what_was_promised_together_pay_it(simulator: Running) -> None:
    """40.00 was promised for 30.00 and 20.00. The second refuses; the next makes 45.00 of it."""
    bidders = [
        Bidder("bid?price=30.00", order={"share": "shared"}),
        Bidder("bid?price=20.00", "reject", order={"share": "shared"}),
        Bidder("bid?price=15.00", order={"share": "shared"}),
        Bidder("bid?price=1.00", order={"share": "shared"}),
    ]
    group = {"method": "highest_price", "max_buyers": 2}
    scene = auction_market(simulator, bidders, campaign={"max_buyers": 2}, groups=[group])
    told = ping(scene)
    assert told.payout == Decimal("40.00")
    post(scene, told.ping_id)
    deliveries.drain()
    sales = [(sale.price, sale.payout) for sale in Sale.objects.order_by("place")]
    assert sales == [(Decimal("30.00"), Decimal("24.00")), (Decimal("15.00"), Decimal("16.00"))]
    assert Lead.objects.get().payout == Decimal("40.00")


def test_the_winners_place_is_kept_until_the_ping_expires(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    cap = order_cap_add(scene.orders[0], by=None, period="total", limit=1)
    scene.world.publish()
    first, second = ping(scene), ping(scene)
    assert first.problems == ()
    assert [one.code for one in second.problems] == ["no_eligible_buyer"]
    assert used()[cap.cap_key] == 1
    assert services.pings_expire() == 0
    Ping.objects.filter(status="accepted").update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert services.pings_expire() == 1
    assert used()[cap.cap_key] == 0
    assert ping(scene).problems == ()


def test_a_place_passes_from_the_ping_to_the_sale(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    cap = order_cap_add(scene.orders[0], by=None, period="total", limit=1)
    scene.world.publish()
    post(scene, ping(scene).ping_id)
    assert used()[cap.cap_key] == 1
    deliveries.drain()
    assert used()[cap.cap_key] == 1
    assert Sale.objects.count() == 1
    assert Attempt.objects.get().reservations[0][0] == cap.cap_key


@pytest.mark.parametrize("end", ["rejected", "paused"])
def test_a_place_that_comes_to_nothing_is_given_back(simulator: Running, end: str) -> None:
    scene = auction_market(simulator, [Bidder("bid?price=20.00", "reject")])
    cap = order_cap_add(scene.orders[0], by=None, period="total", limit=1)
    scene.world.publish()
    told = ping(scene)
    if end == "paused":
        type(scene.orders[0]).objects.filter(pk=scene.orders[0].pk).update(is_active=False)
    post(scene, told.ping_id)
    deliveries.drain()
    assert Lead.objects.get().status == "unsold"
    assert used()[cap.cap_key] == 0


def test_late_bids_are_recorded_and_cannot_win(simulator: Running) -> None:
    """F31."""
    scene = auction_market(
        simulator, ["bid?price=50.00&ms=600", "bid?price=20.00"], campaign={"auction_ms": 250}
    )
    told = ping(scene)
    assert told.payout == Decimal("16.00")
    row = Ping.objects.get()
    assert verdicts(row)[scene.orders[0].name] == "late"
    late = Bid.objects.filter(order_id=scene.orders[0].pk)
    assert wait_until(lambda: late.get().exclusive is not None)
    assert late.get().status == "late"
    assert late.get().exclusive == Decimal("50")
    assert Ping.objects.get().price == Decimal("20")


def test_lateness_opens_no_breaker(simulator: Running) -> None:
    """Under load it is ours, and healthy buyers would be asked no more."""
    scene = auction_market(simulator, ["bid?price=50.00&ms=300"], campaign={"auction_ms": 60})
    for _ in range(12):
        speeds.forget()
        ping(scene)
    assert len(scene.pings(0)) == 12
    assert not EndpointBreaker.objects.filter(opened_at__isnull=False).exists()


def test_nobody_answers_in_time(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=50.00&ms=600"], campaign={"auction_ms": 200})
    told = ping(scene)
    assert [one.code for one in told.problems] == ["no_eligible_buyer"]
    assert Ping.objects.get().status == "rejected"
    assert services.ping_of(told.ping_id, terms_id=scene.world.terms.pk, test=False) == Problem(
        "invalid_ping_id"
    )


def test_bids_under_the_minimum_are_told_apart_from_none(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=5.00"], campaign={"minimum_bid": "10.00"})
    assert [one.code for one in ping(scene).problems] == ["below_minimum_bid"]


def test_two_share_when_together_they_pay_more(simulator: Running) -> None:
    shared = {"share": "shared"}
    bidders = [
        Bidder("bid?price=30.00"),
        Bidder("bid?price=20.00", order=shared),
        Bidder("bid?price=19.00", order=shared),
    ]
    scene = auction_market(simulator, bidders, campaign={"max_buyers": 2}, groups=[{"max_buyers": 2}])
    told = ping(scene)
    assert told.payout == Decimal("31.20")
    post(scene, told.ping_id)
    deliveries.drain()
    assert sorted(Sale.objects.values_list("price", flat=True)) == [Decimal("19.00"), Decimal("20.00")]
    assert scene.posts(0) == []


def test_an_endpoint_that_is_too_slow_too_often_is_left_out_for_a_while(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00", "bid?price=20.00"])
    for _ in range(speeds.ENOUGH):
        speeds.note(scene.endpoint(0).pk, 2_000.0)
    told = ping(scene)
    assert told.payout == Decimal("16.00")
    assert verdicts(Ping.objects.get())[scene.orders[0].name] == "too_slow"
    assert scene.pings(0) == []
