"""F1–F4, F6: SIGKILL at every moment of a delivery. Nothing is lost, nothing exclusive is sold twice."""

from pathlib import Path

import pytest

from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, due_now, market, outcomes, stands
from tests.faults.harness.checker import check
from tests.faults.harness.processes import Process, drainer, lapse, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def killed_at(barrier: str, signs: Path) -> None:
    process = drainer(signs, barrier=barrier)
    try:
        assert process.reached(barrier)
    finally:
        process.kill()
    lapse()


def recovered(delivery: Delivery) -> str:
    """Another process (this one) finds what the dead one left, retries included; how the delivery stands
    then.
    """
    for _ in range(3):
        services.drain()
        due_now(delivery)
    return stands(delivery)[0]


def scene_of(simulator: Running, policy: str, first: str = "accept", **endpoint: object) -> Market:
    return market(simulator, [first, "accept"], endpoint={"unknown_policy": policy, **endpoint})


@pytest.mark.parametrize("barrier", ["before_claim_commit", "after_claim"])
def test_before_anything_is_written_it_is_simply_done_again(
    simulator: Running, signs: Path, barrier: str
) -> None:
    """F1, F2."""
    scene = scene_of(simulator, "hold")
    delivery = scene.lead()
    killed_at(barrier, signs)
    assert not Attempt.objects.exists()
    assert recovered(delivery) == "sold"
    assert [received.key for received in simulator.requests] == [f"{delivery.public_id}-{scene.orders[0].pk}"]
    assert check([delivery.lead_id]).clean


@pytest.mark.parametrize("barrier", ["before_bytes", "before_settle", "before_settle_commit"])
def test_once_bytes_may_have_left_it_is_held_and_nobody_else_gets_it(
    simulator: Running, signs: Path, barrier: str
) -> None:
    """F3, F4 with the policy hold."""
    delivery = scene_of(simulator, "hold").lead()
    killed_at(barrier, signs)
    asked = len(simulator.requests)
    assert recovered(delivery) == "held"
    assert outcomes(delivery) == ["unknown"]
    assert Attempt.objects.get().error == "interrupted"
    assert len(simulator.requests) == asked <= 1
    assert not Sale.objects.exists()
    assert check([delivery.lead_id]).clean


def test_killed_while_the_buyer_thinks(simulator: Running, signs: Path) -> None:
    """F3: the request has arrived, the answer never will."""
    delivery = scene_of(simulator, "hold", "hang", timeout_ms=30_000).lead()
    process = drainer(signs)
    assert simulator.wait_for(1)
    process.kill()
    lapse()
    assert recovered(delivery) == "held"
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("barrier", ["before_bytes", "before_settle", "before_settle_commit"])
def test_a_buyer_that_ignores_repeats_gets_the_same_key_again(
    simulator: Running, signs: Path, barrier: str
) -> None:
    """F3, F4 with the policy resend."""
    delivery = scene_of(simulator, "resend").lead()
    killed_at(barrier, signs)
    assert recovered(delivery) == "sold"
    assert outcomes(delivery) == ["unknown", "accepted"]
    assert len({received.key for received in simulator.requests}) == 1
    assert 1 <= len(simulator.requests) <= 2
    assert Sale.objects.count() == 1
    assert check([delivery.lead_id]).clean


def test_killed_right_after_the_booking(simulator: Running, signs: Path) -> None:
    """The sale stands, once."""
    delivery = scene_of(simulator, "hold").lead()
    killed_at("after_settle", signs)
    assert stands(delivery) == ("sold", "sold")
    services.drain()
    assert len(simulator.requests) == 1
    assert Sale.objects.count() == 1
    assert check([delivery.lead_id]).clean


def test_killed_after_a_rejection_the_next_order_still_has_its_turn(simulator: Running, signs: Path) -> None:
    delivery = scene_of(simulator, "hold", "reject").lead()
    killed_at("after_settle", signs)
    assert recovered(delivery) == "sold"
    assert outcomes(delivery) == ["rejected", "accepted"]


def test_a_delivery_that_kills_its_process_takes_nobody_with_it(simulator: Running, signs: Path) -> None:
    """F6."""
    scene = scene_of(simulator, "hold")
    poison, *others = scene.leads(6)
    for _ in range(8):
        _run_until_dead_or_done(drainer(signs, poison=poison.pk), [poison, *others])
        lapse()
        services.sweep()
    assert stands(poison) == ("quarantined", "held")
    assert {stands(other) for other in others} == {("sold", "sold")}
    assert check([one.lead_id for one in (poison, *others)]).clean


def _run_until_dead_or_done(process: Process, deliveries: list[Delivery]) -> None:
    def over() -> bool:
        return process.popen.poll() is not None or all(stands(one)[0] != "pending" for one in deliveries)

    try:
        assert wait_until(over)
    finally:
        process.kill()
