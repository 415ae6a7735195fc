"""Rates and concurrency of endpoints as they are pinged: exact over threads, told in words, one statement for all."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from apps.auctions.models import Bid, Ping, PingPace
from apps.auctions.services import speeds
from apps.buyers.models import LeadOrder
from apps.core.ids import first_id_at, new_id
from apps.simulator.running import Running
from tests.auctions.market import AuctionMarket, Bidder, auction_market
from tests.auctions.sending import ping, verdicts

pytestmark = pytest.mark.django_db(transaction=True)

ONE_AN_HOUR = {"rate_limit": 1, "rate_seconds": 3600}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    speeds.forget()


def limited(price: str, **limits: Any) -> Bidder:
    return Bidder(f"bid?price={price}", endpoint=limits)


def test_a_ping_over_the_rate_is_not_sent_and_told_in_words(simulator: Running) -> None:
    scene = auction_market(simulator, [limited("30.00", **ONE_AN_HOUR), "bid?price=20.00"])
    first, second = ping(scene), ping(scene)
    assert len(scene.pings(0)) == 1
    assert len(scene.pings(1)) == 2
    assert (str(first.payout), str(second.payout)) == ("24.00", "16.00")
    line = next(one for one in Ping.objects.first().lines if one["order"] == scene.orders[0].pk)
    assert (line["verdict"], line["detail"]) == ("over_ping_rate", "1 in 3600 s")
    assert line["words"] == "Not pinged: its endpoint has had as many pings as it takes (1 in 3600 s)"
    assert Bid.objects.filter(order_id=scene.orders[0].pk).count() == 1


def test_as_many_pings_go_as_the_rate_has_whoever_sends_them(simulator: Running) -> None:
    scene = auction_market(
        simulator, [limited("30.00", rate_limit=30, rate_seconds=36_000), "bid?price=20.00"]
    )
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: _apart(scene), range(12)))
    assert len(scene.pings(0)) == 4  # a tenth of the rate may be saved up, and one
    assert len(scene.pings(1)) == 12


def _apart(scene: AuctionMarket) -> None:
    try:
        ping(scene)
    finally:
        connection.close()


def test_who_has_as_many_under_way_as_it_takes_is_not_asked(simulator: Running) -> None:
    scene = auction_market(simulator, [limited("30.00", concurrency=1), "bid?price=20.00"])
    ping(scene)
    row = PingPace.objects.get()
    assert (row.endpoint_id, row.under_way) == (scene.endpoint(0).pk, [])
    PingPace.objects.update(under_way=[new_id()])
    ping(scene)
    assert len(scene.pings(0)) == 1
    assert verdicts(Ping.objects.first())[scene.orders[0].name] == "over_ping_concurrency"
    # Whose end nobody told is forgotten once nobody can be listening any more.
    PingPace.objects.update(under_way=[first_id_at(datetime.now(UTC) - timedelta(minutes=1))])
    ping(scene)
    assert len(scene.pings(0)) == 2


def test_two_orders_of_one_endpoint_share_its_rate(simulator: Running) -> None:
    scene = auction_market(simulator, [limited("30.00", **ONE_AN_HOUR), "bid?price=20.00"])
    first = scene.orders[0]
    LeadOrder.objects.filter(pk=scene.orders[1].pk).update(endpoint=first.endpoint, buyer=first.buyer)
    scene.world.publish()
    ping(scene)
    assert len(scene.pings(0)) == 1
    told = Counter(verdicts(Ping.objects.get()).values())
    assert told == {"won": 1, "over_ping_rate": 1}


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Callable[[AuctionMarket], int]:
    """How many statements a ping sends to the database, once it has had one before."""
    seen: list[object] = []
    execute = psycopg.Cursor.execute

    def counted(self: Any, query: Any, *args: Any, **options: Any) -> Any:
        seen.append(query)
        return execute(self, query, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)

    def count(scene: AuctionMarket) -> int:
        ping(scene)
        seen.clear()
        ping(scene)
        return len(seen)

    return count


def test_all_bidders_take_their_places_in_one_statement(
    simulator: Running, statements: Callable[[AuctionMarket], int]
) -> None:
    def three(**limits: int) -> AuctionMarket:
        return auction_market(simulator, [limited(price, **limits) for price in ("10", "20", "30")])

    free = statements(three())
    rated = statements(three(rate_limit=1000, rate_seconds=1))
    both = statements(three(rate_limit=1000, rate_seconds=1, concurrency=5))
    assert (rated - free, both - free) == (1, 2)
    assert not PingPace.objects.exclude(under_way=[]).exists()
