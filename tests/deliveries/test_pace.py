"""Rates and concurrency over all processes: never exceeded, nobody else delayed, nobody busy."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from apps.buyers.models import Endpoint
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, EndpointPace
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, outcomes, stands

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, work: Callable[[], Any]) -> None:
    """The same work in so many threads, each with a connection of its own."""
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        try:
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def limited(simulator: Running, behaviours: list[str], **limits: Any) -> Market:
    """A market whose first endpoint has limits; the others have none."""
    scene = market(simulator, behaviours)
    Endpoint.objects.filter(pk=scene.endpoint(0).pk).update(**limits)
    scene.world.publish()
    scene.world.version.refresh_from_db()
    return scene


def test_a_lead_over_the_rate_steps_back_until_its_turn(simulator: Running) -> None:
    scene = limited(simulator, ["accept"], rate_limit=1, rate_seconds=3600)
    first, second, third = scene.leads(3)
    services.drain(for_s=5)
    sold = [one for one in (first, second, third) if stands(one) == ("sold", "sold")]
    waiting = [one for one in (first, second, third) if one not in sold]
    assert len(sold) == len(simulator.requests) == 1
    waits = sorted((one.next_attempt_at - datetime.now(UTC)).total_seconds() for one in waiting)
    assert 3000 < waits[0] <= 3601
    assert 6600 < waits[1] <= 7201
    assert {(one.status, one.claims, one.leased_until) for one in waiting} == {("pending", 0, None)}
    assert all(outcomes(one) == [] for one in waiting)


def test_sixteen_drains_at_once_keep_the_rate_and_the_concurrency(simulator: Running) -> None:
    scene = limited(simulator, ["slow?ms=30"], rate_limit=20, rate_seconds=2, concurrency=2)
    count = 36
    scene.leads(count)
    at_once(16, lambda: services.drain(for_s=6))
    while Delivery.objects.filter(status="pending").exists():
        services.drain(for_s=2)
    assert Sale.objects.count() == len(simulator.requests) == count
    spans = sorted(Attempt.objects.values_list("started_at", "finished_at"))
    period = timedelta(seconds=2)
    for begin, _ in spans:
        assert sum(begin <= other < begin + period * 0.98 for other, _ in spans) <= 20
    arrived = [one.received_at for one in simulator.requests]
    busiest = max(
        sum(begin <= other < begin + timedelta(milliseconds=25) for other in arrived) for begin in arrived
    )
    assert busiest <= 2


def test_a_place_is_free_when_the_answer_is_settled(simulator: Running) -> None:
    scene = limited(simulator, ["slow?ms=20"], concurrency=1)
    scene.leads(6)
    while Delivery.objects.filter(status="pending").exists():
        services.drain(for_s=2)
    assert Sale.objects.count() == 6


def test_inline_waits_for_its_turn_within_its_time(simulator: Running) -> None:
    scene = limited(simulator, ["accept"], rate_limit=5, rate_seconds=1)
    deliveries = scene.leads(3)
    assert [services.deliver_now(one.pk, deadline_ms=8000).status for one in deliveries] == ["sold"] * 3


def test_without_limits_there_is_no_row(simulator: Running) -> None:
    market(simulator, ["accept"]).leads(3)
    services.drain()
    assert Sale.objects.count() == 3
    assert not EndpointPace.objects.exists()
    connection.close()
