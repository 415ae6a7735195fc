"""F8, F9, F21: Redis away, flushed, or telling everybody at once. It only ever carries wake-ups."""

import threading
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection

from apps.deliveries import jobs, services
from apps.deliveries.models import Delivery
from apps.leads.models import Lead
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import due_now, market, stands
from tests.faults.harness.checker import check
from tests.faults.harness.processes import Broker, wait_until, worker

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waker(own_broker: Broker, monkeypatch: pytest.MonkeyPatch) -> jobs._Waker:
    """Wake-ups published to the test's own broker, as a web process would."""
    monkeypatch.undo()
    app = Celery("web", broker=own_broker.url)
    app.conf.broker_transport_options = {"global_keyprefix": "lead:", "socket_connect_timeout": 2}
    app.conf.task_publish_retry_policy = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
    made = jobs._Waker()
    monkeypatch.setattr(jobs, "current_app", app)
    monkeypatch.setattr(jobs, "_waker", made)
    return made


def everything_ended() -> bool:
    return not Delivery.objects.filter(status="pending").exists()


def test_a_worker_delivers_what_it_is_woken_for(
    simulator: Running, own_broker: Broker, waker: jobs._Waker, tmp_path: Path
) -> None:
    scene = market(simulator, ["slow?ms=20"])
    with worker(own_broker.url, tmp_path):
        deliveries = scene.leads(20)
        jobs.wake_drain()
        assert wait_until(everything_ended)
    assert check(one.lead_id for one in deliveries).clean
    assert len(simulator.requests) == 20


def test_without_a_broker_nobody_waits_and_nothing_is_lost(
    simulator: Running, own_broker: Broker, waker: jobs._Waker, tmp_path: Path
) -> None:
    """F8: the caller only sets an event; the thread that publishes bears the failure and counts it."""
    scene = market(simulator, ["accept"])
    own_broker.stop()
    deliveries = scene.leads(5)
    for _ in deliveries:
        jobs.wake_drain()
    assert wait_until(lambda: waker.failed > 0)
    assert not waker._lock.locked()
    assert {stands(one) for one in deliveries} == {("pending", "in_flight")}
    own_broker.start()
    with worker(own_broker.url, tmp_path):
        assert wait_until(everything_ended)
    assert check(one.lead_id for one in deliveries).clean
    jobs.wake_drain()
    assert wait_until(lambda: waker.published > 0)


def test_wake_ups_are_coalesced(waker: jobs._Waker) -> None:
    for _ in range(1000):
        jobs.wake_drain()
    assert wait_until(lambda: waker.published > 0)
    assert waker.published < 20


def test_flushing_everything_in_the_middle_loses_no_lead(
    simulator: Running, own_broker: Broker, waker: jobs._Waker, tmp_path: Path
) -> None:
    """F9."""
    scene = market(simulator, ["slow?ms=30", "accept"])
    promised = []
    with worker(own_broker.url, tmp_path):
        for _ in range(6):
            promised += [one.lead_id for one in scene.leads(10)]
            jobs.wake_drain()
            own_broker.flush()
        assert wait_until(everything_ended)
    assert check(promised).clean
    assert Lead.objects.filter(status="sold").count() == 60
    assert len({received.key for received in simulator.requests}) == len(simulator.requests) == 60


def test_the_same_wake_up_five_times_at_once_is_one_delivery(simulator: Running) -> None:
    """F21."""
    delivery = market(simulator, ["slow?ms=100"]).lead()
    barrier, claimed = threading.Barrier(5), []

    def run() -> None:
        barrier.wait()
        claimed.append(services.drain().claimed)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [0, 0, 0, 0, 1]
    assert stands(delivery) == ("sold", "sold")
    assert (len(simulator.requests), Sale.objects.count()) == (1, 1)


def test_due_again_and_again_is_still_one_sale(simulator: Running) -> None:
    delivery = market(simulator, ["accept"]).lead()
    for _ in range(3):
        services.drain()
        due_now(delivery)
    assert (len(simulator.requests), Sale.objects.count()) == (1, 1)
