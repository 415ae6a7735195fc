"""Delivery by the web process itself while the source waits."""

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection

from apps.deliveries import services
from apps.deliveries.models import Delivery
from apps.deliveries.services.endpoint.waits import QUICK_S
from apps.deliveries.services.journey.claims import claim_one
from apps.simulator.running import Running
from tests.deliveries.market import due_now, market, outcomes, sales, stands

pytestmark = pytest.mark.django_db(transaction=True)


def wait_until(condition, *, patience_s: float = 10.0) -> bool:
    """Whether it came true; polled, so that no test depends on how fast the machine is."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_sold_within_the_budget(simulator: Running) -> None:
    scene = market(
        simulator, ["reject", "accept?price=20"], terms={"payout_kind": "percent", "payout_amount": "50"}
    )
    delivery = scene.lead()
    state = services.deliver_now(delivery.pk, deadline_ms=8000)
    assert (state.status, state.payout, state.is_final) == ("sold", Decimal("10.00"), True)
    assert outcomes(delivery) == ["rejected", "accepted"]
    assert services.drain().claimed == 0


def test_nobody_buys_and_the_reason_is_known(simulator: Running) -> None:
    delivery = market(simulator, ["reject"]).lead()
    state = services.deliver_now(delivery.pk, deadline_ms=8000)
    assert (state.status, state.reason, state.is_final) == ("unsold", "buyer_rejected", True)


def test_a_retry_is_left_to_the_drain(simulator: Running) -> None:
    delivery = market(simulator, ["flaky?failures=1"]).lead()
    state = services.deliver_now(delivery.pk, deadline_ms=300)
    assert (state.status, state.is_final) == ("pending", False)
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["retryable", "accepted"]


def test_an_answer_after_the_budget_is_settled_by_itself(simulator: Running) -> None:
    scene = market(simulator, ["slow?ms=700&price=20"])
    delivery = scene.lead()
    state = services.deliver_now(delivery.pk, deadline_ms=150)
    assert state.status == "pending"
    assert wait_until(lambda: stands(delivery) == ("sold", "sold"))
    assert len(sales(delivery)) == 1
    assert len(simulator.requests) == 1


def test_a_late_rejection_leaves_the_rest_to_the_drain(simulator: Running) -> None:
    delivery = market(simulator, ["reject?ms=600", "accept"]).lead()
    assert services.deliver_now(delivery.pk, deadline_ms=150).status == "pending"
    assert wait_until(lambda: outcomes(delivery) == ["rejected"])
    assert wait_until(lambda: services.drain().claimed == 1)
    assert stands(delivery) == ("sold", "sold")


def test_another_process_has_it_already_its_result_is_waited_for(simulator: Running) -> None:
    delivery = market(simulator, ["slow?ms=300"]).lead()
    worker = threading.Thread(target=lambda: (services.drain(), connection.close()))
    worker.start()
    assert wait_until(lambda: Delivery.objects.get().leased_until is not None)
    assert services.deliver_now(delivery.pk, deadline_ms=8000).status == "sold"
    worker.join()
    assert len(simulator.requests) == 1


def test_without_a_free_place_the_drain_does_it(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr("apps.deliveries.services.journey.inline._places", places)
    places.acquire()
    delivery = market(simulator, ["accept"]).lead()
    assert services.deliver_now(delivery.pk, deadline_ms=60).status == "pending"
    assert simulator.requests == []
    services.drain()
    assert stands(delivery) == ("sold", "sold")


def test_a_finished_delivery_is_only_told(simulator: Running) -> None:
    delivery = market(simulator, ["accept"]).lead()
    services.drain()
    assert claim_one(delivery.pk) is None
    assert services.deliver_now(delivery.pk, deadline_ms=1000).status == "sold"
    assert len(simulator.requests) == 1


def test_every_place_is_given_back(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    places = threading.BoundedSemaphore(2)
    monkeypatch.setattr("apps.deliveries.services.journey.inline._places", places)
    scene = market(simulator, ["mixed?accept=1&reject=1&error=1"])
    for _ in range(8):
        services.deliver_now(scene.lead().pk, deadline_ms=100)
    assert places.acquire(timeout=5)
    assert places.acquire(timeout=5)


def test_a_buyer_that_hangs_keeps_half_of_the_threads_at_most(simulator: Running, settings) -> None:
    """Two may wait for it; a third source is answered as pending at once, and another buyer's sells as always."""
    settings.INLINE_WAITS_PER_ENDPOINT = 2
    stuck = market(simulator, ["hang"], endpoint={"timeout_ms": 3000})
    fine = market(simulator, ["accept"])
    waiting = [
        threading.Thread(
            target=lambda one=one: (services.deliver_now(one.pk, deadline_ms=2500), connection.close())
        )
        for one in stuck.leads(2)
    ]
    for thread in waiting:
        thread.start()
    assert simulator.wait_for(2)
    time.sleep(QUICK_S * 1.2)
    third = stuck.lead()
    assert services.deliver_now(third.pk, deadline_ms=60_000).status == "pending"
    assert (len(simulator.requests), outcomes(third)) == (2, [])
    assert services.deliver_now(fine.lead().pk, deadline_ms=8000).status == "sold"
    for thread in waiting:
        thread.join()
