"""Leads keep coming while worker processes are killed at random. In the end every number of the checker is
0.
"""

import os
import random
import time
from pathlib import Path

import pytest

from apps.buyers.models import OrderCap
from apps.deliveries.models import Delivery
from apps.simulator.running import Running
from tests.deliveries.market import due_now, market
from tests.faults.harness.checker import check
from tests.faults.harness.processes import Process, drainer, wait_until

BEHAVIOURS = [
    "mixed?accept=50&reject=25&error=20&duplicate=5&ms=20",
    "slow?ms=30",
    "mixed?accept=70&reject=30",
]
CAP = 40


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_short_run(simulator: Running, signs: Path) -> None:
    run(simulator, signs, seconds=6, workers=2)


@pytest.mark.faults_long
@pytest.mark.django_db(transaction=True)
def test_long_run(simulator: Running, signs: Path) -> None:
    run(simulator, signs, seconds=60, workers=3)


def run(simulator: Running, signs: Path, *, seconds: float, workers: int) -> None:
    seed = int(os.environ.get("FAULTS_SEED") or time.time_ns() % 1_000_000)
    chance = random.Random(seed)
    scene = market(
        simulator, BEHAVIOURS, endpoint={"unknown_policy": "resend", "retries": 3, "timeout_ms": 1000}
    )
    cap = OrderCap.objects.create(order=scene.orders[1], basis="accepted", limit=CAP, period="total")
    scene.world.publish()
    running = [drainer(signs) for _ in range(workers)]
    promised: list[int] = []
    kills = 0
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            promised += [one.lead_id for one in scene.leads(chance.randrange(1, 12))]
            time.sleep(chance.uniform(0.05, 0.3))
            if chance.random() < 0.3:
                _kill_one(running, chance, signs)
                kills += 1
        assert wait_until(_everything_ended, patience_s=120)
    finally:
        for process in running:
            process.kill()
    verdict = check(promised, limits={f"order:{cap.pk}": CAP})
    keys = {received.key for received in simulator.requests}
    facts = (
        f"leads={len(promised)} requests={len(simulator.requests)} keys={len(keys)} kills={kills} seed={seed}"
    )
    print(f"\n{verdict} {facts}")  # noqa: T201 - what `make faults` ends with
    assert verdict.clean, f"{verdict} {facts}"


def _kill_one(running: list[Process], chance: random.Random, signs: Path) -> None:
    victim = chance.randrange(len(running))
    running[victim].kill()
    running[victim] = drainer(signs)


def _everything_ended() -> bool:
    pending = Delivery.objects.filter(status="pending")
    due_now(*pending.filter(leased_until=None))
    return not pending.exists()
