"""Canaries: due endpoints only, each by one process, counted nowhere; failing ones are told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.buyers.models import Endpoint
from apps.buyers.services import response_rules_set
from apps.deliveries.models import Attempt, EndpointBreaker, EndpointCanary, EndpointTest
from apps.deliveries.services import canaries_run
from apps.leads.models import CapCounter
from apps.simulator.running import Running
from tests.deliveries.buyer import Buyer
from tests.deliveries.market import Market, market

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(simulator: Running, buyer: Buyer) -> Market:
    """Two endpoints; the first has canaries."""
    scene = market(simulator, [buyer.url, "accept"])
    Endpoint.objects.filter(pk=scene.endpoint(0).pk).update(canary_minutes=5)
    return scene


def again() -> int:
    EndpointCanary.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return canaries_run()


def test_it_tests_who_asked_for_it_and_not_again_before_its_time(scene: Market) -> None:
    assert canaries_run() == 1
    assert canaries_run() == 0
    test = EndpointTest.objects.get()
    assert (test.endpoint_id, test.by, test.who, test.passed) == (scene.endpoint(0).pk, "canary", "", True)
    assert not Attempt.objects.exists()
    assert not CapCounter.objects.exists()


def test_a_failing_canary_is_told_and_opens_no_breaker(
    scene: Market, buyer: Buyer, caplog: pytest.LogCaptureFixture
) -> None:
    buyer.says({}, status=401)
    for _ in range(6):
        again() or canaries_run()
    row = EndpointCanary.objects.get()
    assert row.failures >= 6
    assert row.failing_since is not None
    assert "401" in row.told
    assert "canary_failed" in caplog.text
    assert not EndpointBreaker.objects.exists()
    buyer.says({"status": "accepted"})
    again()
    row.refresh_from_db()
    assert (row.failures, row.failing_since, row.told) == (0, None, "")


@pytest.mark.parametrize("what", ["endpoint", "buyer"])
def test_who_is_paused_is_left_alone(what: str, scene: Market) -> None:
    row = scene.endpoint(0) if what == "endpoint" else scene.endpoint(0).buyer
    type(row).objects.filter(pk=row.pk).update(is_active=False)
    assert canaries_run() == 0


def test_who_opts_out_is_forgotten(scene: Market) -> None:
    canaries_run()
    Endpoint.objects.update(canary_minutes=None)
    assert again() == 0
    assert not EndpointCanary.objects.exists()


def test_of_many_processes_one_tests(scene: Market) -> None:
    def one(_: int) -> int:
        try:
            return canaries_run()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 1
    assert EndpointTest.objects.count() == 1


def test_who_is_pinged_is_asked_for_a_bid_too(scene: Market, buyer: Buyer, simulator: Running) -> None:
    endpoint = scene.endpoint(0)
    rule = {
        "outcome": "accepted",
        "match": "json_path",
        "path": "status",
        "value": "bid",
        "price_path": "bid",
    }
    response_rules_set(endpoint, rows=[rule], phase="ping", by=None)
    Endpoint.objects.filter(pk=endpoint.pk).update(
        ping_url=simulator.buyer("canary", "bid", "price=20.00&phase=ping")
    )
    canaries_run()
    seen = EndpointTest.objects.values_list("phase", "by", "passed")
    assert sorted(seen) == [("ping", "canary", True), ("post", "canary", True)]
    Endpoint.objects.filter(pk=endpoint.pk).update(ping_url=simulator.buyer("canary", "no-bid", "phase=ping"))
    again()
    row = EndpointCanary.objects.get()
    assert row.failures == 1
    assert row.told.startswith("Ping: ")
