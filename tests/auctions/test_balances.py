"""Buyers' balances in auctions: who cannot pay is not asked, or out; a winner's money waits for the post."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from apps.auctions import services
from apps.auctions.models import Bid, Ping
from apps.auctions.services import speeds
from apps.auctions.services.pings import Pinged
from apps.buyers.services import order_change
from apps.deliveries import services as deliveries
from apps.deliveries.models import Delivery
from apps.leads.models import Lead
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.auctions.market import AuctionMarket, Bidder, auction_market, fixed
from tests.auctions.sending import ping, post, verdicts
from tests.deliveries.money import left, off_the_books, prepaid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    speeds.forget()


def lines(scene: AuctionMarket, place: int) -> tuple[str, str]:
    """(verdict, detail) of a bidder in the last ping."""
    line = next(one for one in Ping.objects.latest("pk").lines if one["order"] == scene.orders[place].pk)
    return line["verdict"], line["detail"]


def test_who_has_no_money_is_not_asked(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00", "bid?price=20.00"], terms={"minimum_bid": "5.00"})
    prepaid(scene.orders[0].buyer, "4.99")
    told = ping(scene)
    assert told.payout == Decimal("16.00")
    assert (scene.pings(0), len(scene.pings(1))) == ([], 1)
    assert lines(scene, 0) == ("balance", "4.99 left, 5.00 needed")


def test_a_bid_over_what_is_left_is_out_and_the_next_wins(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00", "bid?price=20.00"])
    prepaid(scene.orders[0].buyer, "29.99")
    told = ping(scene)
    assert told.payout == Decimal("16.00")
    assert lines(scene, 0) == ("balance", "29.99 left, 30.00 needed")
    assert Bid.objects.get(order_id=scene.orders[0].pk).status == "bid"
    assert left(scene.orders[0].buyer) == 2_999


def test_a_share_that_is_paid_stays_where_the_whole_is_not(simulator: Running) -> None:
    scene = auction_market(
        simulator,
        [Bidder("bid?price=40.00&shared=12.00", order={"share": "either"}), fixed("9.00", share="shared")],
        campaign={"max_buyers": 2},
        groups=[{"max_buyers": 2}],
    )
    prepaid(scene.orders[0].buyer, "12.00")
    ping(scene)
    row = Ping.objects.get()
    assert row.price == Decimal("21.00")
    assert left(scene.orders[0].buyer) == 0


def test_a_fixed_price_that_cannot_be_paid_takes_no_part(simulator: Running) -> None:
    scene = auction_market(simulator, [fixed("30.00"), "bid?price=20.00"])
    prepaid(scene.orders[0].buyer, "10.00")
    assert ping(scene).payout == Decimal("16.00")
    assert lines(scene, 0) == ("balance", "10.00 left, 30.00 needed")


def test_nobody_with_money_is_no_buyer(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00"])
    prepaid(scene.orders[0].buyer, "10.00")
    assert [one.code for one in ping(scene).problems] == ["no_eligible_buyer"]


def test_a_winners_money_waits_for_the_post_and_is_spent_by_it(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00", "bid?price=20.00"])
    buyer = scene.orders[0].buyer
    prepaid(buyer, "30.00")
    first = ping(scene)
    assert (left(buyer), off_the_books()) == (0, {})
    assert ping(scene).payout == Decimal("16.00")
    assert lines(scene, 0) == ("balance", "0.00 left, 0.01 needed")
    post(scene, first.ping_id)
    deliveries.drain()
    assert Sale.objects.get().price == Decimal("30.00")
    assert (left(buyer), off_the_books()) == (0, {})


def test_an_expired_ping_gives_the_money_back(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00"])
    buyer = scene.orders[0].buyer
    prepaid(buyer, "30.00")
    ping(scene)
    assert services.pings_expire() == 0
    assert left(buyer) == 0
    Ping.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert services.pings_expire() == 1
    assert (left(buyer), off_the_books()) == (3_000, {})


def test_a_lead_that_is_erased_before_its_post_leaves_gives_the_money_back(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00"])
    buyer = scene.orders[0].buyer
    prepaid(buyer, "30.00")
    post(scene, ping(scene).ping_id)
    assert left(buyer) == 0
    Lead.objects.update(wrapped_key=None)
    deliveries.drain()
    assert Delivery.objects.get().status == "cancelled"
    assert scene.posts(0) == []
    assert (left(buyer), off_the_books()) == (3_000, {})


def test_down_the_ranking_everybody_pays_its_own(simulator: Running) -> None:
    scene = auction_market(
        simulator,
        [Bidder("bid?price=30.00", "reject"), Bidder("bid?price=20.00")],
        campaign={"post_floor": "margin"},
    )
    first, second = (order.buyer for order in scene.orders)
    prepaid(first, "30.00")
    prepaid(second, "20.00")
    told = ping(scene)
    post(scene, told.ping_id)
    deliveries.drain()
    assert Sale.objects.get().buyer_id == second.pk
    assert (left(first), left(second), off_the_books()) == (3_000, 0, {})


def test_a_minimum_of_the_order_counts_before_it_is_asked(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00"])
    order_change(scene.orders[0], by=None, minimum_bid=Decimal("25.00"))
    scene.world.publish()
    prepaid(scene.orders[0].buyer, "24.00")
    ping(scene)
    assert scene.pings(0) == []
    assert lines(scene, 0) == ("balance", "24.00 left, 25.00 needed")


def test_as_many_pings_win_as_there_is_money_for(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00", "bid?price=20.00"])
    first, second = (order.buyer for order in scene.orders)
    prepaid(first, "95.00")
    prepaid(second, "60.00")
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: _apart(scene), range(12)))
    payouts = sorted(one.payout for one in told)
    assert payouts == [Decimal(0)] * 6 + [Decimal("16.00")] * 3 + [Decimal("24.00")] * 3
    assert (left(first), left(second), off_the_books()) == (500, 0, {})
    assert {verdicts(row)[scene.orders[0].name] for row in Ping.objects.all()} == {"won", "balance"}


def _apart(scene: AuctionMarket) -> Pinged:
    try:
        return ping(scene)
    finally:
        connection.close()
