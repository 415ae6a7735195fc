"""An endpoint that fails rests: leads go round it, one probe asks, nobody is lost."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from apps.deliveries import services
from apps.deliveries.facts import Live, database_now, load_breakers
from apps.deliveries.models import EndpointBreaker
from apps.deliveries.services.endpoint import breakers
from apps.deliveries.specs import breaker_dump
from apps.engine.breaker import BreakerState
from apps.engine.order_facts import OrderFacts
from apps.engine.outcome import Outcome
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, outcomes, stands

pytestmark = pytest.mark.django_db(transaction=True)


def opened(scene: Market, place: int, *, ago_s: float) -> None:
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    state = BreakerState(in_a_row=10, opened_at=at)
    EndpointBreaker.objects.update_or_create(
        endpoint_id=scene.endpoint(place).pk,
        defaults={"state": breaker_dump(state), "opened_at": at, "updated_at": at},
    )


def test_ten_failures_open_it_and_leads_go_round(simulator: Running) -> None:
    scene = market(simulator, ["error", "accept"], endpoint={"retries": 0})
    scene.leads(10)
    services.drain()
    assert EndpointBreaker.objects.get(endpoint_id=scene.endpoint(0).pk).opened_at is not None
    asked = len(simulator.requests)
    scene.leads(5)
    services.drain()
    assert {received.buyer for received in simulator.requests[asked:]} == {"buyer1"}
    assert Sale.objects.count() == 15


def test_rejections_do_not_open_it(simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    scene.leads(30)
    services.drain()
    assert not EndpointBreaker.objects.filter(opened_at__isnull=False).exists()
    assert len(simulator.requests) == 30


def test_the_only_buyer_rests_the_lead_waits_for_it(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    opened(scene, 0, ago_s=1)
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("pending", "in_flight")
    delivery.refresh_from_db()
    assert 55 < (delivery.next_attempt_at - datetime.now(UTC)).total_seconds() < 60
    opened(scene, 0, ago_s=61)
    due_now(delivery)
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert EndpointBreaker.objects.get().opened_at is None


def test_after_resting_one_probe_goes_and_the_others_go_round(simulator: Running) -> None:
    scene = market(simulator, ["error", "accept"], endpoint={"retries": 0})
    opened(scene, 0, ago_s=61)
    scene.leads(6)
    services.drain()
    assert len([received for received in simulator.requests if received.buyer == "buyer0"]) == 1
    assert Sale.objects.count() == 6
    assert EndpointBreaker.objects.get(endpoint_id=scene.endpoint(0).pk).opened_at is not None


def test_of_sixteen_who_would_probe_exactly_one_may(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    opened(scene, 0, ago_s=61)
    endpoint_id = scene.endpoint(0).pk
    allowed: list[bool] = []
    barrier = threading.Barrier(16)

    def ask() -> None:
        live = Live(database_now(), OrderFacts(), load_breakers([endpoint_id]))
        barrier.wait()
        with transaction.atomic():
            allowed.append(breakers.may_send(live, endpoint_id))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 1


def test_closed_by_hand_it_sends_at_once(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    opened(scene, 0, ago_s=1)
    assert services.breaker_reset(scene.endpoint(0).pk)
    assert not services.breaker_reset(scene.endpoint(0).pk)
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["accepted"]


def test_results_of_one_batch_are_counted_in_order() -> None:
    breakers.count([(7, Outcome.FAILED)] * 9 + [(7, Outcome.ACCEPTED), (8, Outcome.UNKNOWN)])
    states = load_breakers([7, 8])
    assert (states[7].in_a_row, states[8].in_a_row) == (0, 1)
