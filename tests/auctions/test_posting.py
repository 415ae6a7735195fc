"""Ping ids are posted once, leads that come whole are auctioned, tests ask nobody."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from apps.auctions import services
from apps.auctions.models import Ping
from apps.auctions.services import OpenPing, speeds, whole
from apps.buyers.services import order_cap_add
from apps.deliveries import services as deliveries
from apps.deliveries.models import Delivery
from apps.engine.normalise import PING
from apps.engine.values import Problem
from apps.leads.choices import LeadMethod
from apps.leads.models import Lead
from apps.leads.services import Submission
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.auctions.market import Bidder, auction_market, fixed
from tests.auctions.sending import opened, ping, post, submission, used

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    speeds.forget()


def test_one_ping_id_is_posted_once_however_many_come_at_once(simulator: Running) -> None:
    """F25."""
    scene = auction_market(simulator, ["bid?price=20.00"])
    found = opened(scene, ping(scene).ping_id)
    posts = [submission(scene, scene.post_body("")["data"]) for _ in range(20)]
    barrier, results = threading.Barrier(20), []

    def send(one: Submission) -> None:
        barrier.wait()
        results.append(services.post(found, one))
        connection.close()

    threads = [threading.Thread(target=send, args=(one,)) for one in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = [result.problems[0].code if result.problems else "" for result in results]
    assert sorted(codes) == ["", *["ping_id_already_consumed"] * 19]
    deliveries.drain()
    assert len(scene.posts(0)) == 1
    assert Sale.objects.count() == 1
    again = services.ping_of(found.public_id, terms_id=scene.world.terms.pk, test=False)
    assert again == Problem("ping_id_already_consumed")


def test_an_id_that_is_not_the_sources_or_over_is_told_so(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    told, terms_id = ping(scene), scene.world.terms.pk
    for text in ("", "PING-", "PING-0000000000000000", "L-0000000000000001", told.ping_id + "0", "x" * 500):
        assert services.ping_of(text, terms_id=terms_id, test=False) == Problem("invalid_ping_id")
    assert services.ping_of(told.ping_id, terms_id=terms_id + 1, test=False) == Problem("invalid_ping_id")
    assert services.ping_of(told.ping_id, terms_id=terms_id, test=True) == Problem("invalid_ping_id")
    Ping.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert services.ping_of(told.ping_id, terms_id=terms_id, test=False) == Problem("ping_id_expired")


def test_a_test_ping_asks_nobody(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"], terms={"sample_payout": "7.25"})
    told = services.ping(submission(scene, scene.ping_body()["data"], phase=PING, test=True))
    assert told.payout == Decimal("7.25")
    assert scene.pings(0) == []
    found = services.ping_of(told.ping_id, terms_id=scene.world.terms.pk, test=True)
    assert isinstance(found, OpenPing)
    recorded = services.post(found, submission(scene, scene.post_body("")["data"], test=True))
    assert recorded.status == "test"
    assert Delivery.objects.count() == 0
    again = services.ping_of(told.ping_id, terms_id=scene.world.terms.pk, test=True)
    assert again == Problem("ping_id_already_consumed")


def test_what_was_pinged_is_kept(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    found = opened(scene, ping(scene).ping_id)
    spec = scene.world.spec
    asked = found.data.normal("zip")
    other = submission(scene, scene.post_body("", zip="10001")["data"])
    kept, differing = services.pinned(found, other.data, spec)
    assert [(one.code, one.field) for one in differing] == [("ping_mismatch", "zip")]
    assert kept.normal("zip") == asked
    left_out = replace(
        other.data, values={k: v for k, v in other.data.values.items() if k != "zip"}, missing=("zip",)
    )
    kept, differing = services.pinned(found, left_out, spec)
    assert differing == ()
    assert kept.missing == ()
    assert kept.normal("zip") == asked


def test_a_direct_post_is_auctioned_at_once(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00", "bid?price=30.00"])
    recorded = services.direct_post(submission(scene, scene.direct_body()["data"]))
    deliveries.drain()
    assert Lead.objects.get(pk=recorded.lead_id).status == "sold"
    assert Sale.objects.get().price == Decimal("30.00")
    row = Ping.objects.get()
    assert (row.origin, row.status, row.lead_id) == ("direct_post", "posted", recorded.lead_id)


def test_a_lead_waits_for_its_auction_and_no_drain_takes_it_before(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    one = replace(submission(scene, scene.direct_body()["data"]), method=LeadMethod.SIMPLE_POST)
    services.lead_record(one)
    assert deliveries.drain().claimed == 0
    assert services.auction_due() == 1
    deliveries.drain()
    assert Lead.objects.get().status == "sold"
    assert services.auction_due() == 0


def test_a_lead_nobody_bids_for_ends_unsold(simulator: Running) -> None:
    scene = auction_market(simulator, ["no-bid"])
    services.direct_post(submission(scene, scene.direct_body()["data"]))
    deliveries.drain()
    lead = Lead.objects.get()
    assert (lead.status, lead.reason) == ("unsold", "no_eligible_buyer")
    assert lead.payout == 0


def test_a_lead_whose_bids_were_all_too_low_says_so_everywhere(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"], campaign={"minimum_bid": "25.00"})
    services.direct_post(submission(scene, scene.direct_body()["data"]))
    deliveries.drain()
    lead, delivery, row = Lead.objects.get(), Delivery.objects.get(), Ping.objects.get()
    assert (lead.status, lead.reason, lead.message) == ("unsold", "below_minimum_bid", "Below minimum bid")
    assert (delivery.status, delivery.reason, row.reason) == ("unsold", lead.reason, lead.reason)


def test_once_the_source_is_told_nobody_else_is_asked(simulator: Running) -> None:
    bidders = [Bidder("bid?price=30.00", "reject"), Bidder("bid?price=29.00", "promised")]
    scene = auction_market(simulator, bidders, campaign={"post_floor": "margin"})
    recorded = post(scene, ping(scene).ping_id)
    assert services.give_up(recorded.delivery_id).status == "pending"
    deliveries.drain()
    assert scene.posts(0) == scene.posts(1) == []
    assert Lead.objects.get().status == "unsold"


def test_sent_again_it_is_auctioned_again(simulator: Running) -> None:
    scene = auction_market(
        simulator, [Bidder("bid?price=30.00", "reject"), Bidder("bid?price=20.00", "promised")]
    )
    services.direct_post(submission(scene, scene.direct_body()["data"]))
    deliveries.drain()
    assert Lead.objects.get().status == "unsold"
    order = scene.orders[1].pk
    deliveries.redeliver(Delivery.objects.get(), by=None, order_id=order)
    assert deliveries.drain().claimed == 0
    assert services.auction_due() == 1
    deliveries.drain()
    assert Lead.objects.get().status == "sold"
    assert Sale.objects.get().order_id == order
    assert len(scene.pings(0)) == 1


@pytest.mark.parametrize("way", ["ping and post", "direct post"])
def test_buyers_take_turns_where_their_group_says_so(simulator: Running, way: str) -> None:
    bidders = ["bid?price=20.00", "bid?price=30.00", fixed("25.00")]
    scene = auction_market(
        simulator, bidders, campaign={"post_floor": "margin"}, groups=[{"method": "round_robin"}]
    )
    for _ in range(6):
        if way == "direct post":
            services.direct_post(submission(scene, scene.direct_body()["data"]))
        else:
            post(scene, ping(scene).ping_id)
        deliveries.drain()
    bought = Counter(Sale.objects.values_list("order_id", flat=True))
    assert [bought[order.pk] for order in scene.orders] == [2, 2, 2]


def test_sent_again_past_a_full_cap_because_a_person_said_so(simulator: Running) -> None:
    scene = auction_market(simulator, ["no-bid", fixed("20.00")])
    order_cap_add(scene.orders[1], by=None, period="total", limit=0)
    scene.world.publish()
    services.direct_post(submission(scene, scene.direct_body()["data"]))
    deliveries.drain()
    assert Lead.objects.get().status == "unsold"
    deliveries.redeliver(Delivery.objects.get(), by=None, ignores=["caps"])
    assert services.auction_due() == 1
    deliveries.drain()
    assert Lead.objects.get().status == "sold"


def test_of_two_auctions_of_one_lead_the_first_counts(simulator: Running) -> None:
    """A worker that stood still past its lease comes back to a lead that another one has put up."""
    scene = auction_market(simulator, ["bid?price=20.00"])
    cap = order_cap_add(scene.orders[0], by=None, period="total", limit=5)
    scene.world.publish()
    recorded = services.lead_record(submission(scene, scene.direct_body()["data"]))
    taken = whole._taken("id = %s", [recorded.delivery_id, 1, 0])
    again = whole._taken("id = %s", [recorded.delivery_id, 1, 30])
    assert whole._auction(again) == 1
    assert whole._auction(taken) == 1
    assert used()[cap.cap_key] == 1
    assert Ping.objects.filter(status="posted").count() == 1
    deliveries.drain()
    assert Sale.objects.count() == 1
    assert used()[cap.cap_key] == 1
