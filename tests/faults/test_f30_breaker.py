"""F30: a buyer that fails is left alone; of many who would try again exactly one does, and no lead is lost."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from apps.deliveries import services
from apps.deliveries.models import Delivery, EndpointBreaker
from apps.deliveries.specs import breaker_dump
from apps.engine.breaker import BreakerState
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.faults.harness.checker import check
from tests.faults.harness.processes import draining, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

WORKERS = 16


def drained_by_many() -> None:
    """Sixteen drains begin in the same moment."""
    barrier = threading.Barrier(WORKERS)

    def run() -> None:
        barrier.wait()
        try:
            services.drain(for_s=5)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rested(scene: Market) -> None:
    """The first buyer's breaker has cooled: a probe may go."""
    at = datetime.now(UTC) - timedelta(seconds=61)
    EndpointBreaker.objects.update_or_create(
        endpoint_id=scene.endpoint(0).pk,
        phase="post",
        defaults={
            "state": breaker_dump(BreakerState(in_a_row=10, opened_at=at)),
            "opened_at": at,
            "updated_at": at,
        },
    )


def asked(simulator: Running, buyer: str = "buyer0") -> int:
    return sum(received.buyer == buyer for received in simulator.requests)


def test_f30_open_after_ten_failures_nothing_goes_and_all_leads_go_round(simulator: Running) -> None:
    scene = market(simulator, ["error", "accept"], endpoint={"retries": 0})
    first = scene.leads(10)
    services.drain()
    assert asked(simulator) == 10
    later = scene.leads(32)
    drained_by_many()
    assert asked(simulator) == 10
    assert Sale.objects.count() == 42
    assert check([one.lead_id for one in (*first, *later)]).clean


@pytest.mark.parametrize("probe", ["error?ms=400", "slow?ms=400"])
def test_f30_half_open_one_probe_goes_among_sixteen(simulator: Running, probe: str) -> None:
    """While it is on the wire every other lead goes to the next buyer; its answer opens or closes the breaker."""
    scene = market(simulator, [probe, "accept"], endpoint={"retries": 0})
    rested(scene)
    leads = scene.leads(WORKERS)
    drained_by_many()
    assert asked(simulator) == 1
    assert Sale.objects.count() == WORKERS
    closed = EndpointBreaker.objects.get(endpoint_id=scene.endpoint(0).pk).opened_at is None
    assert closed == probe.startswith("slow")
    assert check([one.lead_id for one in leads]).clean


def test_f30_one_probe_among_processes(simulator: Running, signs: Path) -> None:
    scene = market(simulator, ["error?ms=600", "accept"], endpoint={"retries": 0})
    rested(scene)
    with draining(signs, count=3):
        leads = scene.leads(24)
        assert wait_until(lambda: not Delivery.objects.filter(status="pending").exists())
    assert asked(simulator) == 1
    assert Sale.objects.count() == 24
    assert check([one.lead_id for one in leads]).clean
