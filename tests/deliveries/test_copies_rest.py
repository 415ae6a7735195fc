"""Copies to an endpoint whose breaker is open: they wait, one of them is the probe, their answers count."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.buyers.models import Endpoint
from apps.deliveries import services
from apps.deliveries.facts import load_breakers
from apps.deliveries.models import Attempt, EndpointBreaker, LeadCopy
from apps.deliveries.specs import breaker_dump
from apps.engine.breaker import IN_A_ROW, BreakerState
from apps.simulator.running import Running
from tests.deliveries.test_copies import due, of_crm, with_copy

pytestmark = pytest.mark.django_db(transaction=True)


def resting(ago_s: float) -> int:
    """The CRM's breaker opened so many seconds ago; the endpoint's id."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    state = breaker_dump(BreakerState(in_a_row=IN_A_ROW, opened_at=at))
    endpoint_id = Endpoint.objects.get(name="CRM").pk
    EndpointBreaker.objects.update_or_create(
        endpoint_id=endpoint_id, defaults={"state": state, "opened_at": at, "updated_at": at}
    )
    return endpoint_id


def waits_s() -> list[float]:
    """How long each copy that is on its way waits, the shortest first."""
    waiting = LeadCopy.objects.filter(status="pending").exclude(next_attempt_at=None)
    return sorted((one.next_attempt_at - datetime.now(UTC)).total_seconds() for one in waiting)  # type: ignore[operator]


def test_copies_wait_while_their_endpoint_rests_and_one_is_the_probe(simulator: Running) -> None:
    scene = with_copy(simulator, "accept")
    scene.leads(3)
    services.drain()
    endpoint_id = resting(ago_s=1)
    services.copies_send()
    assert of_crm(simulator) == []
    assert set(LeadCopy.objects.values_list("tries", flat=True)) == {0}
    assert all(50 < one < 60 for one in waits_s())
    assert not Attempt.objects.filter(kind="copy").exists()
    resting(ago_s=61)
    due()
    services.copies_send()
    assert len(of_crm(simulator)) == 1
    assert len(waits_s()) == 2
    assert load_breakers([endpoint_id])[endpoint_id].opened_at is None
    due()
    services.copies_send()
    assert len(of_crm(simulator)) == 3
    assert set(LeadCopy.objects.values_list("status", "tries")) == {("done", 1)}


def test_what_copies_are_answered_counts_as_what_offers_are(simulator: Running) -> None:
    scene = with_copy(simulator, "error")
    scene.leads(IN_A_ROW)
    services.drain()
    services.copies_send()
    assert len(of_crm(simulator)) == IN_A_ROW
    assert EndpointBreaker.objects.get(endpoint_id=Endpoint.objects.get(name="CRM").pk).opened_at is not None
    due()
    services.copies_send()
    assert len(of_crm(simulator)) == IN_A_ROW
    assert set(LeadCopy.objects.values_list("tries", flat=True)) == {1}


def test_a_probe_that_fails_begins_the_rest_again_and_is_a_try(simulator: Running) -> None:
    scene = with_copy(simulator, "error")
    scene.leads(2)
    services.drain()
    endpoint_id = resting(ago_s=61)
    services.copies_send()
    assert len(of_crm(simulator)) == 1
    state = load_breakers([endpoint_id])[endpoint_id]
    assert state.opened_at is not None
    assert (datetime.now(UTC) - state.opened_at).total_seconds() < 30
    assert state.probe_at is None
    assert sorted(LeadCopy.objects.values_list("tries", flat=True)) == [0, 1]


def test_a_copy_that_cannot_be_built_leaves_the_probe_to_another(simulator: Running) -> None:
    scene = with_copy(simulator, "accept")
    row = Endpoint.objects.get(name="CRM").mappings.get(target="last_name")
    row.on_empty = "fail"
    row.save()
    scene.world.publish()
    scene.lead(last_name=None)
    services.drain()
    endpoint_id = resting(ago_s=61)
    services.copies_send()
    assert LeadCopy.objects.get().last_error == "unbuildable"
    state = load_breakers([endpoint_id])[endpoint_id]
    assert state.opened_at is not None
    assert state.probe_at is None
    scene.lead()
    services.drain()
    services.copies_send()
    assert len(of_crm(simulator)) == 1
