"""The API with which a buyer reads its stored leads."""

from typing import Any

import pytest
import redis
from django.conf import settings
from django.test import Client

from apps.buyers.models import Endpoint
from apps.deliveries import services
from apps.deliveries.api import stored_leads
from apps.deliveries.models import StoredLead
from apps.simulator.running import Running
from tests.deliveries.market import Market, market

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "k" * 40
URL = "/api/v1/stored-leads"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("lead:rate:*"):
        client.delete(key)


@pytest.fixture
def scene(simulator: Running) -> Market:
    made = market(
        simulator,
        ["accept"],
        endpoint={"kind": "store", "url": "", "auth_kind": "bearer", "auth_secret": KEY},
    )
    made.leads(5)
    services.drain()
    return made


def get(key: str = KEY, **query: Any) -> Any:
    return Client().get(URL, query, headers={"Authorization": f"Bearer {key}"})


def test_a_buyer_reads_its_leads_page_by_page(scene: Market) -> None:
    seen, after, more = [], "0", True
    while more:
        body = get(after=after, limit=2).json()
        seen += body["leads"]
        after, more = body["next"], body["more"]
    assert [one["id"] for one in seen] == [str(row.pk) for row in StoredLead.objects.order_by("pk")]
    assert seen[0]["values"]["first_name"] == "Jane"
    assert seen[0]["lead_id"].startswith("L-")
    assert get(after=after).json() == {"leads": [], "next": after, "more": False}


def test_the_first_reading_is_on_record(scene: Market) -> None:
    assert not StoredLead.objects.exclude(fetched_at=None).exists()
    get(limit=3)
    first = list(StoredLead.objects.order_by("pk").values_list("fetched_at", flat=True))
    assert [one is not None for one in first] == [True] * 3 + [False] * 2
    get(limit=3)
    assert list(StoredLead.objects.order_by("pk").values_list("fetched_at", flat=True)) == first


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], "ü" * 40])
def test_another_key_reads_nothing(scene: Market, key: str) -> None:
    answer = get(key)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"
    assert "Jane" not in answer.content.decode()
    assert not StoredLead.objects.exclude(fetched_at=None).exists()


def test_nothing_tells_a_paused_endpoint_from_one_that_never_was(scene: Market) -> None:
    unknown = get("x" * 40).json()["error"]
    Endpoint.objects.update(is_active=False)
    paused = get()
    assert (paused.status_code, paused.json()["error"]) == (401, unknown)


def test_a_key_that_fits_two_endpoints_opens_none(scene: Market) -> None:
    world = scene.world
    other = world.add_order(endpoint={"kind": "store", "url": "", "auth_kind": "bearer", "auth_secret": KEY})
    assert get().status_code == 401
    Endpoint.objects.filter(pk=other.endpoint_id).update(auth_kind="header", auth_name="X-Key")
    assert get().status_code == 200
    body = Client().get(URL, headers={"X-Key": KEY}).json()
    assert body["leads"] == []


def test_faults_are_told_in_one_shape(scene: Market) -> None:
    for answer, status, code in (
        (get(after="x"), 400, "bad_cursor"),
        (get(limit="0"), 400, "bad_cursor"),
        (get(limit="201"), 400, "bad_cursor"),
        (Client().post(URL), 405, "method_not_allowed"),
        (Client().get("/api/v1/other"), 404, "not_found"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert answer.json()["request_id"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_who_asks_too_often_waits(scene: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_leads, "PER_ADDRESS", ((3, 3600),))
    answers = [get("wrong") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[3].json()["error"]["code"] == "rate_limited"
    assert int(answers[3].headers["Retry-After"]) > 0
