"""Idempotency of the exchange, races of one ping id, hostile bodies, and what is kept of a KEY: nothing."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest

from apps.auctions.models import Ping
from apps.core.clock import now
from apps.deliveries.models import Delivery
from apps.intake.models import StoredReply
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.leads.selectors import lead_open
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.auctions.market import AuctionMarket, auction_market
from tests.intake.exchanging import CALLS, documented, exchange_body, pinged, send
from tests.intake.racing import at_once
from tests.intake.test_requests import POISON
from tests.intake.test_secrecy import dump

pytestmark = pytest.mark.django_db(transaction=True)
KEY = {"Idempotency-Key": "abc"}
MANY = 60


@pytest.fixture
def scene(simulator: Running) -> AuctionMarket:
    return auction_market(simulator, ["bid?price=20.00"])


def test_of_sixty_posts_of_one_ping_one_is_delivered(scene: AuctionMarket) -> None:
    ping_id = pinged(scene)
    bodies = [scene.post_body(ping_id) for _ in range(MANY)]
    answers = at_once([partial(send, "post", body) for body in bodies])
    found = Counter((one.json()["status"], one.json()["reason"]) for one in answers)
    assert found == {("delivered", ""): 1, ("rejected", "ping_id_already_consumed"): MANY - 1}
    assert Sale.objects.count() == len(scene.posts(0)) == Delivery.objects.count() == 1
    assert Lead.objects.filter(status=LeadStatus.REJECTED).count() == MANY - 1
    assert Ping.objects.get().lead_id == Lead.objects.get(status=LeadStatus.SOLD).pk


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("data", [{}, {"zip": "9"}, {"Test_Mode": 1}])
def test_the_reply_is_repeated_byte_for_byte(scene: AuctionMarket, name: str, data: dict) -> None:
    body = scene.direct_body(**data)
    if name == "post":
        body |= {"ping_id": pinged(scene, **{key: data[key] for key in data if key == "Test_Mode"})}
    first, second = send(name, body, **KEY), send(name, body, **KEY)
    assert (second.status_code, second.content) == (200, first.content)
    assert ("Idempotent-Replay" in first.headers, second["Idempotent-Replay"]) == (False, "true")
    documented(name, second)
    assert StoredReply.objects.count() == 1
    assert Lead.objects.count() == (name != "ping")
    conflict = send(name, scene.direct_body(), **KEY)
    assert (conflict.status_code, documented(name, conflict)["reason"]) == (409, "idempotency_conflict")


def test_one_key_at_once_is_one_ping(scene: AuctionMarket) -> None:
    body = scene.ping_body()
    answers = at_once([partial(send, "ping", body, **KEY)] * 10)
    assert len({answer.content for answer in answers}) == 1
    assert Ping.objects.count() == len(scene.pings(0)) == 1


def test_one_key_at_once_is_one_direct_post(scene: AuctionMarket) -> None:
    body = scene.direct_body()
    answers = at_once([partial(send, "direct_post", body, **KEY)] * 10)
    assert len({answer.content for answer in answers}) == 1
    assert Lead.objects.count() == len(scene.posts(0)) == 1


def test_ping_and_post_may_come_with_one_key(simulator: Running) -> None:
    scene = auction_market(
        simulator, ["bid?price=20.00"], campaign={"idempotency_field": "unique_identifier"}
    )
    ping_id = pinged(scene, unique_identifier="u-1")
    body = scene.post_body(ping_id, unique_identifier="u-1")
    first = send("post", body)
    assert first.json()["status"] == "delivered"
    assert send("post", body).content == first.content


@pytest.mark.parametrize(("name", "flow"), [("ping", "ping"), ("direct_post", "direct_post")])
def test_a_fault_of_ours_leaves_the_key_free(scene: AuctionMarket, name: str, flow: str) -> None:
    body = scene.direct_body()
    with patch(f"apps.intake.flows.{flow}.auctions.{name}", side_effect=RuntimeError("oops")):
        broken = send(name, body, **KEY)
    assert (broken.status_code, documented(name, broken)["reason"]) == (500, "server_error")
    assert b"oops" not in broken.content
    assert not StoredReply.objects.exists()
    assert send(name, body, **KEY).json()["status"] in ("accepted", "delivered")


def test_a_ping_that_died_is_made_anew_a_direct_post_is_not(scene: AuctionMarket) -> None:
    ping, lead = scene.ping_body(), scene.direct_body()
    send("ping", ping, **KEY)
    send("direct_post", lead, **KEY)
    StoredReply.objects.update(
        body=None, http_status=None, lead_id=None, created_at=now() - timedelta(minutes=2)
    )
    assert send("ping", ping, **KEY).json()["status"] == "accepted"
    assert Ping.objects.filter(origin="ping").count() == 2
    assert send("direct_post", lead, **KEY).status_code == 409
    assert Lead.objects.count() == 1


def test_a_post_that_died_while_buyers_were_asked_is_told_from_its_delivery(scene: AuctionMarket) -> None:
    body = scene.post_body(pinged(scene))
    first = send("post", body, **KEY)
    StoredReply.objects.update(body=None, http_status=None, created_at=now() - timedelta(minutes=2))
    again = send("post", body, **KEY)
    assert again.content == first.content
    assert again["Idempotent-Replay"] == "true"
    assert len(scene.posts(0)) == 1


def poisoned(world: Any) -> Iterator[bytes]:
    for name, make in POISON.items():
        if name not in ("a key in two spellings", "a system key in two spellings", "empty object"):
            yield make(world)
            inner = json.dumps({"SRC": world.terms.src, "KEY": world.key}).encode()[:-1]
            yield inner + b', "data": ' + make(world) + b"}"
    good = exchange_body(world)
    for odd in (None, True, 7, "x", [], [{}], {"a": {}}):
        for key in ("SRC", "KEY", "data", "ping_id"):
            yield json.dumps(good | {key: odd}).encode()
        yield json.dumps(
            good | {"data": good["data"] | {"zip": odd, "email": odd, "Test_Mode": odd}}
        ).encode()
    yield json.dumps(good | {"data": good["data"] | {"EMAIL": "x@example.com"}}).encode()
    yield json.dumps(good | {"data": good["data"] | {"test_mode": 1, "Test_Mode": 0}}).encode()
    yield json.dumps(good | {"SRC": "x" * 9000, "KEY": "y" * 9000}).encode()


@pytest.mark.parametrize("name", CALLS)
def test_no_body_gives_a_5xx(scene: AuctionMarket, name: str) -> None:
    for body in poisoned(scene.world):
        answer = send(name, body)
        assert answer.status_code < 500, (body[:200], answer.content)
        documented(name, answer)


def test_a_key_is_nowhere_in_clear(scene: AuctionMarket, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    key, doubled = scene.world.key, {"KEY": scene.world.key, "SRC": scene.world.terms.src}
    answers = [send("ping", scene.ping_body(**doubled)), send("direct_post", scene.direct_body(**doubled))]
    answers += [send("post", scene.post_body(pinged(scene), **doubled, wrong_KEY=1, Test_Mode=1))]
    for answer in answers:
        assert answer.status_code == 200
        assert key.encode() not in answer.content
    assert key not in dump()
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert key not in logged


def test_a_posted_lead_keeps_no_key_even_sealed(scene: AuctionMarket) -> None:
    send("direct_post", scene.direct_body(KEY=scene.world.key))
    data, _ = lead_open(Lead.objects.get())
    assert data.unknown == {}


def test_a_lost_bidder_is_never_named(scene: AuctionMarket) -> None:
    answer = send("direct_post", scene.direct_body())
    names = [order.buyer.name for order in scene.orders]
    assert not any(name.encode() in answer.content for name in names)
