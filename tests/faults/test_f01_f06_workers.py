"""F1–F6 in the whole house: the real worker, or one of its children, killed under real traffic.

Every single moment of a delivery is met one by one in `test_killed`.
"""

import os
import signal
import time
from contextlib import suppress

import pytest

from apps.deliveries.models import Attempt, Delivery
from tests.faults.harness.history import History
from tests.faults.harness.house import House
from tests.faults.harness.processes import wait_until
from tests.faults.harness.source import Traffic, open_source

pytestmark = pytest.mark.faults


def restarted(house: House, history: History) -> None:
    """The worker is killed with everything it has forked, and starts again when its leases are over."""
    house.kill("worker")
    history.let_leases_lapse()
    house.start("worker")


def test_f1_leads_that_came_while_nobody_worked(house: House) -> None:
    """F1: what was not claimed is simply due."""
    house.kill("worker")
    source = open_source(house, ["accept"])
    assert all(post.accepted for post in source.at_once(16))
    house.start("worker")
    history = History(house, [source])
    assert history.settled()
    assert history.statuses() == {"sold": 16}
    assert set(history.requests().values()) == {1}
    assert history.verdict().clean


@pytest.mark.parametrize("policy", ["resend", "hold"])
def test_f3_killed_while_buyers_think(house: House, policy: str) -> None:
    """F2, F3, F4: some leads are claimed, some on the wire, some answered, when the worker dies."""
    source = open_source(
        house,
        ["slow?ms=150", "accept"],
        endpoint={"unknown_policy": policy, "timeout_ms": 5000, "retries": 3},
    )
    history = History(house, [source])
    for _ in range(2):
        source.at_once(16)
        assert wait_until(lambda: _waiting(house) > 3)
        restarted(house, history)
    assert history.settled()
    requests, statuses = history.requests(), history.statuses()
    if policy == "resend":
        assert statuses == {"sold": 32}
        assert len(requests) == 32
        assert max(requests.values()) <= 1 + 2
    else:
        assert statuses.keys() <= {"sold", "held"}
        assert statuses["held"] >= 1
        # Who was written down and not yet sent is held too: nobody can tell.
        assert set(requests.values()) == {1}
    assert history.verdict().clean


def test_f5_a_child_of_the_pool_killed(house: House) -> None:
    """The others go on, the pool is filled up again, and the worker itself lives."""
    source = open_source(house, ["slow?ms=50"], endpoint={"unknown_policy": "resend", "timeout_ms": 1000})
    history = History(house, [source])
    worker = house.processes["worker"].pid
    with Traffic([source], per_second=20):
        for _ in range(6):
            time.sleep(0.4)
            for child in house.children("worker")[:2]:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
    history.let_leases_lapse()
    assert history.settled()
    assert history.statuses() == {"sold": len(source.accepted)}
    assert history.verdict().clean
    assert house.processes["worker"].exit_status() is None
    assert house.processes["worker"].pid == worker
    # Celery keeps dead children in mind and ends of it when Redis goes away (ADR 0008): the next test gets a whole one.
    house.kill("worker")


@pytest.mark.faults_long  # for 30 s nobody may know whether the first request still lives
def test_a_web_process_killed_while_it_asks_buyers(house: House) -> None:
    """Answer mode “buyer”: the request dies with its process, the lead does not, and no second lead is made of it."""
    source = open_source(
        house,
        ["slow?ms=300", "accept"],
        campaign={"answer_mode": "buyer", "answer_budget_ms": 5000},
        endpoint={"unknown_policy": "resend", "timeout_ms": 3000},
    )
    history = History(house, [source])
    with Traffic([source], per_second=20, threads=10) as traffic:
        time.sleep(0.6)
        house.kill("web")
        history.let_leases_lapse()
        house.start("web")
        time.sleep(0.6)
    assert traffic.unanswered == 0
    assert history.settled()
    assert history.verdict().clean
    with house.database():
        assert not Attempt.objects.filter(status="started").exists()


def _waiting(house: House) -> int:
    """Requests that are with a buyer right now, or were just answered and are not settled."""
    with house.database():
        return Delivery.objects.filter(status="pending", attempts__status="started").count()
