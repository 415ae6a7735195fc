"""Ping, post and direct post from end to end: against simulated buyers, through the whole of Django."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from apps.auctions.models import Ping
from apps.core.clock import now
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.models import Delivery, SourceCallback
from apps.deliveries.services import callbacks_send, drain
from apps.leads.choices import LeadMethod, LeadStatus
from apps.leads.models import CapCounter, DuplicateClaim, Lead
from apps.leads.selectors import lead_open
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.auctions.market import Bidder, auction_market, fixed
from tests.faults.harness.processes import wait_until
from tests.intake.exchanging import asked_nobody, documented, pinged, send, told

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_ping_is_bid_the_payout_and_never_the_price(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00", "bid?price=12.00"])
    response = send("ping", scene.ping_body())
    answer = documented("ping", response)
    assert (answer["status"], answer["reason"], answer["bid"]) == ("accepted", "", 16.0)
    row = Ping.objects.get()
    assert answer["ping_id"] == row.public_id
    assert datetime.fromisoformat(answer["expires_at"]) == row.expires_at.replace(microsecond=0)
    assert b"20.0" not in response.content
    assert "test" not in answer
    assert not Lead.objects.exists()
    assert not DuplicateClaim.objects.exists()


def test_the_winner_gets_the_post(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00", "bid?price=12.00"])
    answer = told("post", scene.post_body(pinged(scene)))
    lead, delivery = Lead.objects.get(), Delivery.objects.get()
    assert (answer["status"], answer["reason"]) == ("delivered", "")
    assert (answer["lead_id"], answer["delivery_id"]) == (lead.public_id, delivery.public_id)
    assert (lead.status, lead.method, str(lead.payout)) == (LeadStatus.SOLD, LeadMethod.EXCHANGE, "16.00")
    assert (len(scene.posts(0)), len(scene.posts(1))) == (1, 0)
    assert Sale.objects.count() == 1


def test_a_direct_post_pings_and_posts_inside(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00", "no-bid"])
    answer = told("direct_post", scene.direct_body())
    assert answer["status"] == "delivered"
    assert answer["delivery_id"] == Delivery.objects.get().public_id
    assert (len(scene.pings(0)), len(scene.posts(0)), len(scene.pings(1))) == (1, 1, 1)


def test_the_same_terms_may_use_the_simple_post(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"], campaign={"answer_mode": "buyer"})
    world, values = scene.world, scene.direct_body()["data"]
    ids = {"compid": world.company.number, "sourceid": world.source.number, "campid": world.campaign.number}
    answer = send("ca/submit", values | ids | {"auth": world.key}).json()
    assert (answer["leadStatus"], answer["price"]) == (True, 16.0)
    assert len(scene.posts(0)) == 1


@pytest.mark.parametrize(
    ("bidders", "terms", "reason"),
    [
        (["no-bid", "no-bid"], {}, "no_eligible_buyer"),
        (["bid?price=5.00"], {"minimum_bid": "6.00"}, "below_minimum_bid"),
    ],
)
@pytest.mark.parametrize("name", ["ping", "direct_post"])
def test_nobody_buys(simulator: Running, name: str, bidders: list, terms: dict, reason: str) -> None:
    scene = auction_market(simulator, bidders, terms=terms)
    answer = told(name, scene.direct_body())
    assert (answer["status"], answer["reason"]) == ("rejected", reason)
    assert not scene.posts(0)
    assert not Sale.objects.exists()
    if name == "direct_post":
        assert Lead.objects.get().reason == reason


@pytest.mark.parametrize(
    ("posted", "status", "reason"),
    [
        ("reject", "rejected", "buyer_rejected"),
        ("duplicate", "rejected", "buyer_rejected"),
        ("fail?status=400", "failed", "buyer_delivery_failed"),
        ("fail?status=503", "failed", "buyer_delivery_failed"),
        ("http://127.0.0.1:9/closed", "failed", "buyer_delivery_failed"),
        ("hang", "failed", "downstream_timeout"),
        ("garbage", "failed", "downstream_invalid_response"),
    ],
)
@pytest.mark.parametrize("name", ["post", "direct_post"])
def test_what_the_buyer_does_with_the_post(
    simulator: Running, name: str, posted: str, status: str, reason: str
) -> None:
    scene = auction_market(
        simulator,
        [Bidder("bid?price=20.00", posted=posted)],
        campaign={"answer_budget_ms": 1500},
    )
    body = scene.post_body(pinged(scene)) if name == "post" else scene.direct_body()
    answer = told(name, body)
    assert (answer["status"], answer["reason"]) == (status, reason), answer
    assert answer["lead_id"] == Lead.objects.get().public_id
    assert answer["delivery_id"] == ""
    assert not Sale.objects.exists()


def test_what_was_answered_is_never_delivered_later(simulator: Running) -> None:
    """The only buyer is out of order for now: its retry is not made once the source has been told."""
    scene = auction_market(
        simulator,
        [Bidder("bid?price=20.00", posted="fail?status=503")],
        campaign={"answer_budget_ms": 1000},
    )
    assert told("post", scene.post_body(pinged(scene)))["reason"] == "buyer_delivery_failed"
    posts = len(scene.posts(0))
    with time_machine.travel(now() + timedelta(minutes=10)):
        drain(for_s=3)
    assert len(scene.posts(0)) == posts
    assert Lead.objects.get().status == LeadStatus.UNSOLD


def test_an_unknown_that_turns_out_to_be_a_sale_is_told_by_callback(simulator: Running) -> None:
    scene = auction_market(
        simulator,
        [Bidder("bid?price=20.00", posted="slow?ms=2000&price=20.00", endpoint={"timeout_ms": 5000})],
        campaign={"answer_budget_ms": 1000},
        terms={"callback_url": simulator.buyer("source", "accept", "")},
    )
    answer = told("post", scene.post_body(pinged(scene)))
    assert (answer["status"], answer["reason"]) == ("failed", "downstream_timeout")
    assert wait_until(lambda: Delivery.objects.get().status == DeliveryStatus.SOLD)
    assert wait_until(lambda: SourceCallback.objects.get().next_attempt_at is not None)
    assert callbacks_send() == 1
    result = json.loads(simulator.posts("source")[-1].body)
    assert (result["status"], result["lead_id"]) == ("delivered", answer["lead_id"])
    assert result["delivery_id"] == Delivery.objects.get().public_id


@pytest.mark.parametrize("ping_id", [None, "", "PING-1", "nonsense", 7, ["PING-1"], "PING-0123456789ABCDEF"])
def test_odd_ping_ids(simulator: Running, ping_id: Any) -> None:
    scene = auction_market(simulator, ["bid"])
    answer = told("post", scene.direct_body() | ({} if ping_id is None else {"ping_id": ping_id}))
    assert (answer["status"], answer["reason"]) == ("rejected", "invalid_ping_id")
    assert asked_nobody(scene)
    assert Lead.objects.get().status == LeadStatus.REJECTED
    assert not CapCounter.objects.exists()


def test_an_expired_ping_id(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    body = scene.post_body(pinged(scene))
    Ping.objects.update(expires_at=now() - timedelta(seconds=1))
    assert told("post", body)["reason"] == "ping_id_expired"
    assert not scene.posts(0)


def test_another_sources_or_modes_post_does_not_use_an_id_up(simulator: Running) -> None:
    scene, other = (auction_market(simulator, ["bid?price=20.00"]) for _ in range(2))
    ping_id = pinged(scene)
    strange = other.direct_body() | {"ping_id": ping_id}
    assert told("post", strange)["reason"] == "invalid_ping_id"
    test = scene.post_body(ping_id, Test_Mode=1)
    assert told("post", test)["reason"] == "invalid_ping_id"
    assert told("post", scene.post_body(ping_id))["status"] == "delivered"
    assert told("post", scene.post_body(ping_id))["reason"] == "ping_id_already_consumed"
    assert len(scene.posts(0)) == 1


def test_a_post_refused_for_itself_leaves_the_ping_usable(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    ping_id = pinged(scene)
    refused = told("post", scene.post_body(ping_id, email="nobody"))
    assert refused["reason"] == "schema_validation_failed"
    assert not scene.posts(0)
    assert told("post", scene.post_body(ping_id))["status"] == "delivered"


@pytest.mark.parametrize(("mode", "status"), [("keep", "delivered"), ("reject", "rejected")])
@pytest.mark.parametrize("changed", [{"zip": "10001"}, {"email": "other@example.com"}])
def test_what_was_bid_on_is_what_is_posted(
    simulator: Running, mode: str, status: str, changed: dict[str, str]
) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"], campaign={"on_mismatch": mode})
    whole = {"zip": "90210", "email": "one@example.com"}
    name = next(iter(changed))
    ping_id = pinged(scene, **whole)
    answer = told("post", scene.post_body(ping_id, **whole | changed))
    assert answer["status"] == status
    items = answer["warnings"] if mode == "keep" else answer["errors"]
    assert [(item["code"], item["field"]) for item in items] == [("ping_mismatch", name)]
    assert len(scene.posts(0)) == (mode == "keep")
    if mode == "keep":
        data, _ = lead_open(Lead.objects.get())
        assert data.normal(name) == whole[name]
    else:
        assert answer["reason"] == "ping_mismatch"
        assert told("post", scene.post_body(ping_id, **whole))["status"] == "delivered"


def test_what_the_post_leaves_out_and_the_ping_had_is_filled_in(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    ping_id = pinged(scene, zip="90210")
    assert told("post", scene.post_body(ping_id, zip=None))["status"] == "delivered"


def test_a_post_runs_under_the_version_that_was_pinged(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    ping_id, before = pinged(scene), scene.world.version
    scene.world.campaign.fields.filter(name="city").update(required=True)
    scene.world.publish()
    assert told("post", scene.post_body(ping_id))["status"] == "delivered"
    assert Lead.objects.get().version_id == before.pk
    assert told("direct_post", scene.direct_body())["reason"] == "schema_validation_failed"


def test_duplicates_are_for_good_on_the_post(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    twin = {"email": "twin@example.com", "phone": "5553334444"}
    first, second = pinged(scene), pinged(scene)
    assert told("post", scene.post_body(first, **twin))["status"] == "delivered"
    assert told("post", scene.post_body(second, **twin))["reason"] == "duplicate_lead"
    assert told("ping", scene.ping_body(**twin))["reason"] == "duplicate_lead"
    assert told("post", scene.post_body(second))["status"] == "delivered"


def test_the_answer_comes_within_the_budget_whatever_the_buyers_do(simulator: Running) -> None:
    """No clock is read: the buyers never answer, and the test client waits for none of them."""
    scene = auction_market(
        simulator,
        [Bidder("bid?price=20.00", posted="hang"), Bidder("hang"), fixed("15.00", "hang")],
        campaign={"answer_budget_ms": 1000, "post_floor": "margin"},
    )
    answer = told("post", scene.post_body(pinged(scene)))
    assert (answer["status"], answer["reason"]) == ("failed", "downstream_timeout")
    assert len(scene.posts(0)) == 1
    assert not scene.posts(2)
