"""Leads that are stored for their buyer: sold at once, without network."""

import json

import pytest

from apps.buyers.models import Endpoint
from apps.core.crypto import unwrap
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, StoredLead
from apps.deliveries.services.attempt.records import open_request
from apps.deliveries.services.journey.claims import claim
from apps.deliveries.services.journey.starting import start
from apps.leads.models import Lead
from apps.simulator.running import Running
from tests.deliveries.market import due_now, market, outcomes, sales, stands

pytestmark = pytest.mark.django_db(transaction=True)
STORE = {"kind": "store", "url": ""}


def test_a_stored_lead_is_sold_at_once_and_kept_sealed(simulator: Running) -> None:
    scene = market(simulator, ["accept"], endpoint=STORE)
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert [price for _, price, _ in sales(delivery)] == ["40.00"]
    row = StoredLead.objects.get()
    assert (row.endpoint_id, row.buyer_id) == (scene.endpoint(0).pk, scene.orders[0].buyer_id)
    attempt = Attempt.objects.get(pk=row.attempt_id)
    kept = open_request(unwrap(Lead.objects.get(pk=delivery.lead_id).wrapped_key), attempt)
    assert json.loads(kept["body"])["first_name"] == "Jane"
    assert simulator.requests == []


def test_inline_delivery_stores_as_well(simulator: Running) -> None:
    scene = market(simulator, ["accept"], endpoint=STORE)
    delivery = scene.lead()
    assert services.deliver_now(delivery.pk, deadline_ms=2000).status == "sold"
    assert StoredLead.objects.count() == 1


def test_a_process_that_ended_before_storing_leaves_nothing_in_doubt(simulator: Running) -> None:
    scene = market(simulator, ["accept"], endpoint=STORE)
    delivery = scene.lead()
    assert start(claim(1)).sending
    Delivery.objects.update(leased_until=delivery.created_at)
    services.drain()
    assert outcomes(delivery) == ["retryable"]
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["retryable", "accepted"]
    assert StoredLead.objects.count() == 1


def test_kinds_can_be_mixed_in_one_batch(simulator: Running) -> None:
    scene = market(simulator, ["reject", "accept"])
    Endpoint.objects.filter(pk=scene.endpoint(1).pk).update(**STORE)
    scene.world.publish()
    deliveries = scene.leads(5)
    services.drain()
    assert [outcomes(one) for one in deliveries] == [["rejected", "accepted"]] * 5
    assert StoredLead.objects.count() == len(simulator.requests) == 5
