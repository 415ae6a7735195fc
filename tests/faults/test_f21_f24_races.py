"""F21–F24 in the whole house: the same thing at the same moment, many times."""

import json
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from celery import Celery

from apps.buyers.services import buyer_cap_add, order_cap_add
from apps.campaigns.services import cap_add
from apps.deliveries import jobs
from apps.leads.models import Lead
from apps.sources.services import terms_cap_add
from tests.deliveries.market import Market
from tests.faults.harness.history import History
from tests.faults.harness.house import WORKER_CHILDREN, House
from tests.faults.harness.source import Source, open_source

pytestmark = pytest.mark.faults

LIMIT = 10


def test_f21_the_same_task_five_times_at_once(house: House) -> None:
    """All children of the pool drain in the same moment: each lead is claimed by one of them."""
    source = open_source(house, ["slow?ms=100"])
    app = Celery("tests", broker=house.servers.environment["REDIS_URL"])
    app.conf.broker_transport_options = {"global_keyprefix": "lead:"}
    house.kill("beat")
    for _ in range(4):
        source.post()
        for _ in range(WORKER_CHILDREN):
            app.send_task(jobs.DRAIN)
    history = History(house, [source])
    assert history.settled()
    assert history.statuses() == {"sold": 4}
    assert list(history.requests().values()) == [1] * 4
    assert history.verdict().clean


@pytest.mark.parametrize("mode", ["acceptance", "buyer"])
def test_f22_twenty_retries_with_one_key(house: House, mode: str) -> None:
    """One lead; every answer that is not “wait” is the same to the byte, then and later."""
    source = open_source(house, ["slow?ms=200"], campaign={"answer_mode": mode})
    body = source.body()
    posts = source.at_once(20, partial(source.post, key="one key", body=body))
    again = source.post(key="one key", body=body)
    other = source.post(key="one key", body=body | {"first_name": "Joan"})
    assert {post.status for post in posts} <= {200, 409}
    assert len({post.body for post in [*posts, again] if post.status == 200}) == 1
    assert again.headers["idempotent-replay"] == "true"
    assert sum("idempotent-replay" not in post.headers for post in posts if post.status == 200) == 1
    assert (other.status, other.told["message"]) == (409, "Idempotency conflict")
    history = History(house, [source])
    assert history.settled()
    assert history.statuses() == {"sold": 1}
    assert list(history.requests().values()) == [1]
    assert history.verdict().clean


def test_f22_keys_of_different_sources_have_nothing_in_common(house: House) -> None:
    sources = [open_source(house, ["accept"]) for _ in range(2)]
    posts = [source.post(key="shared") for source in sources]
    assert all(post.accepted for post in posts)
    assert len({post.lead_id for post in posts}) == 2


def test_f23_sixty_times_the_same_address_at_once(house: House) -> None:
    """One is taken, 59 are told why not; all sixty are on record."""
    source = open_source(house, ["accept"])
    posts = source.at_once(60, lambda: source.post(email="Same.Person@Example.com"))
    assert sum(post.accepted for post in posts) == 1
    assert {post.told["message"] for post in posts if not post.accepted} == {"Duplicate email"}
    history = History(house, [source])
    assert history.settled()
    assert history.statuses() == {"sold": 1, "rejected": 59}
    assert sum(history.requests().values()) == 1
    assert history.verdict().clean


def capped(house: House, kind: str) -> tuple[Source, dict[str, int]]:
    """A world in which one cap allows `LIMIT` leads, or `LIMIT` leads' worth of money, and its counter's limit."""
    made: dict[str, int] = {}

    def prepare(scene: Market) -> None:
        order, world = scene.orders[0], scene.world
        add: dict[str, Any] = {
            "source": partial(terms_cap_add, world.terms),
            "campaign": partial(cap_add, world.campaign),
            "buyer": partial(buyer_cap_add, order.buyer),
            "order": partial(order_cap_add, order),
            "budget": partial(order_cap_add, order, basis="spend"),
        }
        limit = Decimal(order.price) * LIMIT + Decimal("39.99") if kind == "budget" else Decimal(LIMIT)
        cap = add[kind](by=None, period="total", limit=limit)
        made[cap.cap_key] = int(limit * 100) if kind == "budget" else LIMIT

    source = open_source(house, ["accept?price=40.00"], prepare=prepare)
    return source, made


@pytest.mark.parametrize(("kind", "message"), [("source", "Total cap"), ("campaign", "Campaign cap")])
def test_f24_sixty_leads_at_a_cap_of_ten_in_front(house: House, kind: str, message: str) -> None:
    source, limits = capped(house, kind)
    posts = source.at_once(60)
    assert sum(post.accepted for post in posts) == LIMIT
    assert {post.told["message"] for post in posts if not post.accepted} == {message}
    history = History(house, [source], limits)
    assert history.settled()
    assert history.statuses() == {"sold": LIMIT, "rejected": 50}
    assert history.verdict().clean


@pytest.mark.parametrize("kind", ["order", "buyer", "budget"])
def test_f24_sixty_leads_at_a_cap_of_ten_behind(house: House, kind: str) -> None:
    """All are taken, ten are sold, and the buyer hears of no other."""
    source, limits = capped(house, kind)
    assert all(post.accepted for post in source.at_once(60))
    history = History(house, [source], limits)
    assert history.settled()
    assert history.statuses() == {"sold": LIMIT, "unsold": 50}
    assert sum(history.requests().values()) == LIMIT
    assert history.verdict().clean


def test_f24_a_reservation_comes_back_when_the_buyer_refuses(house: House) -> None:
    """Ten may be with the buyer at once; it refuses all, so all sixty are tried, and none is left reserved."""
    made: dict[str, int] = {}

    def prepare(scene: Market) -> None:
        cap = order_cap_add(scene.orders[0], by=None, period="total", limit=LIMIT)
        made[cap.cap_key] = LIMIT

    source = open_source(house, ["reject"], prepare=prepare)
    for _ in range(6):
        source.at_once(10)
        assert History(house, [source]).settled()
    history = History(house, [source], made)
    assert history.statuses() == {"unsold": 60}
    assert sum(history.requests().values()) == 60
    assert history.verdict().clean
    with house.database():
        reserved = Lead.objects.filter(campaign=source.scene.world.campaign).exclude(reservations=[])
        assert json.dumps(list(reserved.values_list("reservations", flat=True))) == "[]"
