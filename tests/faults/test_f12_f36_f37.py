"""F12: PostgreSQL restarts between the buyer's 200 and our commit. F36: the set-up is edited while a delivery is under
way. F37: sweepers and workers at the same rows.
"""

import threading
import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from apps.core.clock import now
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services.journey import claims
from apps.deliveries.services.journey.settling import settle
from apps.deliveries.services.journey.starting import start
from apps.engine.outbound import OutboundResponse
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import due_now, market, outcomes, sales, stands
from tests.faults.harness.history import History
from tests.faults.harness.house import House
from tests.faults.harness.source import open_source
from tests.intake.racing import at_once

pytestmark = pytest.mark.faults

SOLD = OutboundResponse(
    200, (("content-type", "application/json"),), b'{"status": "accepted", "price": 20}', sent=True
)
LAPSED = timedelta(seconds=1)


@pytest.mark.parametrize(("policy", "ends"), [("hold", {"sold", "held"}), ("resend", {"sold"})])
def test_f12_the_database_restarts_while_the_buyer_answers(house: House, policy: str, ends: set[str]) -> None:
    """As F4: a buyer that said yes is booked once, or asked again under the same key, or held; never sold elsewhere."""
    source = open_source(
        house, ["slow?ms=700", "accept"], endpoint={"unknown_policy": policy, "timeout_ms": 5000}
    )
    history = History(house, [source])
    before = len(house.simulator.requests)
    assert all(posted.accepted for posted in source.at_once(6))
    assert house.simulator.wait_for(before + 6)
    house.kill_server(house.postgres)
    time.sleep(1.0)  # The buyer has answered all of them meanwhile, and nobody could write it down.
    house.start_server(house.postgres)
    assert history.settled()
    assert set(history.statuses()) <= ends
    assert history.verdict().clean


@pytest.mark.django_db(transaction=True)
def test_f36_a_delivery_keeps_the_version_it_began_with(simulator: Running) -> None:
    scene = market(simulator, ["flaky?failures=1", "accept"])
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("pending", "in_flight")
    first, endpoint = scene.orders[0], scene.endpoint(0)
    type(first).objects.filter(pk=first.pk).update(priority=500)
    type(endpoint).objects.filter(pk=endpoint.pk).update(url=simulator.buyer("elsewhere", "accept", ""))
    scene.world.publish()
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["retryable", "accepted"]
    assert [order for order, *_ in sales(delivery)] == [first.pk]
    assert [received.buyer for received in simulator.requests] == ["buyer0", "buyer0"]
    later = scene.lead()
    services.drain()
    assert [order for order, *_ in sales(later)] == [scene.orders[1].pk]


@pytest.mark.django_db(transaction=True)
def test_f36_edited_while_the_buyer_thinks(simulator: Running) -> None:
    """Between request and answer the order leaves for another place in the line and the next buyer is paused: the
    answer counts for the order that was asked, and nobody else is.
    """
    scene = market(simulator, ["reject", "slow?ms=600", "accept"])
    delivery = scene.lead()
    worker = threading.Thread(target=_drained)
    worker.start()
    assert simulator.wait_for(2)
    second, third = scene.orders[1:]
    type(second).objects.filter(pk=second.pk).update(priority=1, price="99.00")
    type(third.buyer).objects.filter(pk=third.buyer_id).update(is_active=False)
    scene.world.publish()
    worker.join(timeout=30)
    assert not worker.is_alive()
    assert [order for order, *_ in sales(delivery)] == [second.pk]
    assert Attempt.objects.filter(delivery=delivery).count() == 2


def _drained() -> None:
    try:
        services.drain()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_f37_two_sweepers_quarantine_each_delivery_once(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    deliveries = scene.leads(40)
    killers = [one.pk for one in deliveries[:20]]
    Delivery.objects.filter(pk__in=killers).update(claims=3, leased_until=now() - LAPSED)
    swept = at_once([services.sweep, services.sweep, services.drain, services.drain])
    again = services.sweep().quarantined
    assert sum(one.quarantined for one in swept if isinstance(one, services.Swept)) + again == 20
    services.drain()
    assert {stands(one)[0] for one in deliveries[:20]} == {"quarantined"}
    assert {stands(one)[0] for one in deliveries[20:]} == {"sold"}
    assert LeadEvent.objects.filter(kind="held").count() == 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(6))
def test_f37_a_worker_that_wakes_and_sweepers(simulator: Running, round_: int) -> None:
    """A worker that stood still settles at the moment its delivery is swept: one of them wins, and the books say the
    same as the delivery.
    """
    scene = market(simulator, ["accept"])
    delivery = scene.lead()
    (journey,) = start(claims.claim(10)).sending
    Delivery.objects.filter(pk=delivery.pk).update(claims=3)
    # The lease the worker holds has run out by the clock, and is still the one it knows.
    lease = now() - LAPSED
    Delivery.objects.filter(pk=delivery.pk).update(leased_until=lease)
    journey.lease = lease
    calls = [partial(settle, [(journey, SOLD)]), services.sweep, services.sweep]
    at_once(calls if round_ % 2 else calls[::-1])
    status = stands(delivery)
    sold = Sale.objects.filter(lead_id=delivery.lead_id).count()
    assert (status, sold) in ((("sold", "sold"), 1), (("quarantined", "held"), 0))
    assert outcomes(delivery) == ["accepted" if sold else "unknown"]
