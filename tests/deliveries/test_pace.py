"""Rates and concurrency over all processes: never exceeded, nobody else delayed, nobody busy."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from apps.buyers.models import Endpoint
from apps.core.clock import now
from apps.core.ids import new_id
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, EndpointPace
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, outcomes, sales, stands

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


def told(delivery: Delivery) -> list[tuple[str, str]]:
    """What the timeline says of orders over a limit: (verdict, words)."""
    events = LeadEvent.objects.filter(lead_id=delivery.lead_id, kind="considered").order_by("id")
    lines = [line for event in events for line in event.data["orders"]]
    return [(line["verdict"], line["words"]) for line in lines if line["verdict"] != "in_line"]


def test_over_its_rate_for_long_others_buy_and_the_trace_says_why(simulator: Running) -> None:
    scene = limited(simulator, ["accept", "accept"], rate_limit=1, rate_seconds=240)
    first, second = scene.leads(2)
    services.drain(for_s=5)
    assert [order for order, *_ in sales(first)] == [scene.orders[0].pk]
    assert [order for order, *_ in sales(second)] == [scene.orders[1].pk]
    assert told(second) == [("over_rate", "Over its rate: next place in 4 min")]
    assert not Sale.objects.filter(recovered=True).exists()


def test_inline_the_source_gets_the_answer_of_who_has_a_place(simulator: Running) -> None:
    scene = limited(simulator, ["accept", "accept"], rate_limit=1, rate_seconds=240)
    first, second = scene.leads(2)
    assert [services.deliver_now(one.pk, deadline_ms=8000).status for one in (first, second)] == ["sold"] * 2
    assert [one.buyer for one in simulator.requests] == ["buyer0", "buyer1"]


def test_when_nobody_else_buys_the_lead_comes_back_at_its_place(simulator: Running) -> None:
    scene = limited(simulator, ["accept", "reject"], rate_limit=1, rate_seconds=240)
    first, second = scene.leads(2)
    services.drain(for_s=5)
    assert stands(first) == ("sold", "sold")
    assert stands(second) == ("pending", "in_flight")
    assert second.next_attempt_at is not None
    assert 60 < (second.next_attempt_at - now()).total_seconds() <= 240
    EndpointPace.objects.update(level=1)
    due_now(second)
    services.drain(for_s=5)
    assert stands(second) == ("sold", "sold")
    assert outcomes(second) == ["rejected", "accepted"]


def test_the_only_buyer_over_its_rate_is_waited_for_told_once_and_in_one_result(simulator: Running) -> None:
    scene = limited(simulator, ["accept"], rate_limit=1, rate_seconds=3600)
    scene.lead()
    services.drain(for_s=5)
    waits = scene.lead()
    for _ in range(5):
        services.drain(for_s=1)
        waits.refresh_from_db()
        assert [(one["what"], one["reason"]) for one in waits.history] == [("put_off", "over_rate")]
        due_now(waits)
    assert told(waits) == [("over_rate", "Over its rate: next place in 60 min")]
    assert stands(waits) == ("pending", "in_flight")
    EndpointPace.objects.update(level=1)
    services.drain(for_s=5)
    assert stands(waits) == ("sold", "sold")
    assert len(simulator.requests) == 2


def test_a_place_later_than_a_lead_may_wait_is_passed_over_in_words(simulator: Running) -> None:
    scene = limited(simulator, ["accept"], rate_limit=1, rate_seconds=86400 * 30)
    first, second = scene.leads(2)
    services.drain(for_s=5)
    assert {stands(first), stands(second)} == {("sold", "sold"), ("unsold", "unsold")}
    lost = first if stands(first)[0] == "unsold" else second
    (line,) = told(lost)
    assert line == ("no_place_in_time", "Over its rate: next place in 30 days; a lead waits 7 days at most")


def test_a_moment_without_a_place_keeps_the_order_its_lead(simulator: Running) -> None:
    scene = limited(simulator, ["accept", "accept"], rate_limit=2, rate_seconds=1)
    leads = scene.leads(4)
    services.drain(for_s=8)
    assert {order for one in leads for order, *_ in sales(one)} == {scene.orders[0].pk}
    assert all(told(one) == [] for one in leads)


def under_way(scene: Market) -> None:
    """A request of another lead takes up a place of the first endpoint."""
    other = scene.lead()
    Delivery.objects.filter(pk=other.pk).update(status="held", next_attempt_at=None)
    order = scene.orders[0]
    Attempt.objects.create(
        id=new_id(),
        company=scene.world.company,
        delivery=other,
        lead_id=other.lead_id,
        order_id=order.pk,
        buyer_id=order.buyer_id,
        endpoint_id=order.endpoint_id,
        step=0,
        started_at=now(),
    )


def test_a_buyer_with_all_its_places_taken_for_a_minute_loses_the_lead_to_the_next(
    simulator: Running,
) -> None:
    scene = limited(simulator, ["accept", "accept"], concurrency=1)
    (waits,) = scene.leads(1)
    under_way(scene)
    services.drain(for_s=0.2)
    assert stands(waits) == ("pending", "in_flight")
    waits.refresh_from_db()
    (queued,) = waits.history
    assert (queued["what"], queued["reason"]) == ("queued", "over_concurrency")
    queued["at"] = (now() - timedelta(seconds=61)).isoformat()
    Delivery.objects.filter(pk=waits.pk).update(history=[queued])
    due_now(waits)
    services.drain(for_s=5)
    assert [order for order, *_ in sales(waits)] == [scene.orders[1].pk]
    assert told(waits) == [
        (
            "over_concurrency",
            "As many requests under way as its endpoint takes: next place in 1 s",
        )
    ]
