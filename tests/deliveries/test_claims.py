"""The queue: one taker each, leases that lapse, suspects by themselves, quarantine at the third."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services.journey import claims, draining
from apps.deliveries.services.journey.settling import settle
from apps.deliveries.services.journey.starting import start
from apps.engine.outbound import OutboundResponse
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import market, outcomes, sales, stands
from tests.faults.harness.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SOLD = OutboundResponse(status=200, body=b'{"status": "accepted"}', sent=True)


def lapse(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(leased_until=datetime.now(UTC) - timedelta(seconds=1))


def test_five_at_once_exactly_one_claim(simulator: Running) -> None:
    delivery = market(simulator, ["accept"]).lead()
    claimed, barrier = [], threading.Barrier(5)

    def take() -> None:
        barrier.wait()
        claimed.extend(claims.claim(10))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [journey.id for journey in claimed] == [delivery.pk]
    assert Delivery.objects.get().claims == 1


def test_a_claim_that_died_before_the_attempt_is_simply_done_again(simulator: Running) -> None:
    delivery = market(simulator, ["accept"]).lead()
    claims.claim(10)
    assert services.drain().claimed == 0
    lapse(delivery)
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert len(simulator.requests) == 1


def test_an_attempt_whose_process_died_is_unknown_and_held(simulator: Running) -> None:
    delivery = market(simulator, ["accept", "accept"]).lead()
    start(claims.claim(10))
    lapse(delivery)
    services.drain()
    assert outcomes(delivery) == ["unknown"]
    assert Attempt.objects.get().error == "interrupted"
    assert stands(delivery) == ("held", "held")
    assert simulator.requests == []


def test_who_lost_its_lease_writes_nothing(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    delivery = scene.lead()
    (slow,) = claims.claim(10)
    lapse(delivery)
    (other,) = claims.claim_suspect()
    assert start([slow]).sending == []
    assert Attempt.objects.count() == 0
    started = start([other])
    assert settle([(started.sending[0], SOLD)]).ended
    assert len(sales(delivery)) == 1


def test_an_answer_after_the_attempt_was_given_up_tells_what_the_unknown_was(simulator: Running) -> None:
    delivery = market(simulator, ["accept"]).lead()
    (journey,) = start(claims.claim(10)).sending
    lapse(delivery)
    services.drain()
    assert stands(delivery) == ("held", "held")
    drain = draining.Drain()
    drain._settled([(journey, SOLD)])
    assert stands(delivery) == ("sold", "sold")
    assert Sale.objects.count() == 1
    drain._settled([(journey, SOLD)])
    assert Sale.objects.count() == 1


def test_suspects_are_taken_one_at_a_time(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    deliveries = scene.leads(3)
    claims.claim(10)
    for delivery in deliveries:
        lapse(delivery)
    assert len(claims.claim_suspect()) == 1
    assert claims.claim(10) == []


def test_a_process_killer_is_quarantined_at_the_third_claim(simulator: Running) -> None:
    delivery = market(simulator, ["accept"]).lead()
    claims.claim(10)
    for _ in range(2):
        lapse(delivery)
        assert claims.claim_suspect()
    assert services.sweep().quarantined == 0
    lapse(delivery)
    assert claims.claim_suspect() == []
    assert claims.claim_one(delivery.pk) is None
    assert services.sweep().quarantined == 1
    assert stands(delivery) == ("quarantined", "held")
    assert services.drain().claimed == 0


def test_a_delivery_that_fails_us_stops_nobody_else(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = market(simulator, ["accept"])
    bad, *good = scene.leads(4)
    real = draining.start

    def poisoned(journeys, **options):
        if any(journey.id == bad.pk for journey in journeys):
            raise ValueError("a fault of ours")
        return real(journeys, **options)

    monkeypatch.setattr(draining, "start", poisoned)
    report = services.drain()
    assert report.failed == 1
    assert {stands(one) for one in good} == {("sold", "sold")}
    assert stands(bad) == ("pending", "in_flight")
    bad.refresh_from_db()
    assert bad.claims == 1
    assert bad.leased_until is not None


def test_what_is_long_due_is_counted(simulator: Running) -> None:
    market(simulator, ["accept"]).lead()
    assert services.sweep().overdue == 0
    Delivery.objects.update(next_attempt_at=datetime.now(UTC) - timedelta(minutes=2))
    assert services.sweep().overdue == 1


@pytest.mark.parametrize("first", ["answer", "interruption"])
def test_an_answer_beside_its_own_interruption_is_one_sale(simulator: Running, first: str) -> None:
    """A process that stood still past its lease claims what it has under way itself, and the answer comes with it."""
    delivery = market(simulator, ["accept", "accept"]).lead()
    (old,) = start(claims.claim(10)).sending
    lapse(delivery)
    (interrupted,) = start(claims.claim_suspect()).answered
    batch = [(old, SOLD), interrupted]
    settled = settle(batch if first == "answer" else batch[::-1])
    assert [answer.journey for answer in settled.late] == [old]
    assert Delivery.objects.get().status == "held"
    assert LeadEvent.objects.filter(kind="attempted").count() == 1
    draining.late_answer(settled.late[0])
    assert stands(delivery) == ("sold", "sold")
    assert Sale.objects.count() == 1
    assert Attempt.objects.get().outcome == "accepted"


def test_a_suspect_that_is_given_back_unworked_stays_one(simulator: Running) -> None:
    """A drain whose time is over between the claim and the start."""
    delivery = market(simulator, ["accept", "accept"]).lead()
    start(claims.claim(10))
    lapse(delivery)
    drain = draining.Drain()
    drain._start(claims.claim_suspect())
    delivery.refresh_from_db()
    assert delivery.claims == 1
    services.drain()
    assert outcomes(delivery) == ["unknown"]
    assert stands(delivery) == ("held", "held")
    assert simulator.requests == []


def test_a_delivery_that_is_given_back_unworked_is_as_new(simulator: Running) -> None:
    delivery = market(simulator, ["accept"]).lead()
    drain = draining.Drain()
    drain._start(claims.claim(10))
    delivery.refresh_from_db()
    assert (delivery.claims, delivery.leased_until) == (0, None)
    services.drain()
    assert stands(delivery) == ("sold", "sold")


def test_two_answers_to_one_attempt_are_booked_once(simulator: Running) -> None:
    delivery = market(simulator, ["accept", "accept"]).lead()
    (journey,) = start(claims.claim(10)).sending
    settled = settle([(journey, SOLD), (journey, draining.INTERRUPTED)])
    assert [answer.response for answer in settled.late] == [draining.INTERRUPTED]
    assert stands(delivery) == ("sold", "sold")
    assert LeadEvent.objects.filter(kind="attempted").count() == 1


def test_after_standing_still_what_has_an_answer_is_not_overdue(simulator: Running) -> None:
    """A drain stopped for long wakes up with every request overdue and most answers in its queue."""
    scene = market(simulator, ["slow?ms=50"])
    scene.leads(40)
    drain = draining.Drain(per_endpoint=64)
    drain._until = time.monotonic() + 60.0
    drain._start(drain._claim())
    assert len(drain._under_way) == 40
    assert wait_until(lambda: drain._arrived.qsize() == 40)
    drain._late_at = dict.fromkeys(drain._late_at, 0.0)
    while drain._under_way:
        drain._settle(drain._arrivals())
    assert Sale.objects.count() == 40
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"accepted"}
