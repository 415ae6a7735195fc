"""Copies after a sale: until they have arrived, without touching the sale."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.buyers.models import Endpoint
from apps.core.errors import ApplicationError
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, LeadCopy, StoredLead
from apps.deliveries.services import copies
from apps.engine.retry import ASSURED_WAITS_S
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, outcomes, sales, stands
from tests.factories import EndpointFactory

pytestmark = pytest.mark.django_db(transaction=True)


def with_copy(simulator: Running, behaviour: str, sale: str = "accept", **endpoint: Any) -> Market:
    scene = market(simulator, [sale])
    buyer = scene.orders[0].buyer
    attributes = {"url": simulator.buyer("crm", behaviour), **endpoint}
    other = EndpointFactory(buyer=buyer, name="CRM", **attributes)
    scene.orders[0].copies.create(endpoint=other)
    scene.world.publish()
    return scene


def of_crm(simulator: Running) -> list[Any]:
    return [one for one in simulator.requests if one.buyer == "crm"]


def due() -> None:
    LeadCopy.objects.filter(status="pending").update(next_attempt_at=datetime.now(UTC) - timedelta(seconds=1))


def test_a_sold_lead_is_copied_once_and_the_sale_stays_as_it_is(simulator: Running) -> None:
    scene = with_copy(simulator, "accept?price=99")
    delivery = scene.lead()
    services.drain()
    before = list(Sale.objects.values())
    assert of_crm(simulator) == []
    assert services.copies_send() == 1
    assert services.copies_send() == 0
    (sent,) = of_crm(simulator)
    order, endpoint = scene.orders[0].pk, LeadCopy.objects.get().endpoint_id
    assert sent.key == f"{delivery.public_id}-{order}-{endpoint}"
    assert LeadCopy.objects.get().status == "done"
    assert list(Sale.objects.values()) == before
    kinds = list(Attempt.objects.order_by("id").values_list("kind", "outcome"))
    assert kinds == [("sale", "accepted"), ("copy", "accepted")]
    event = LeadEvent.objects.get(lead_id=delivery.lead_id, kind="copied")
    assert (event.data["endpoint"], event.data["arrived"]) == ("CRM", True)


def test_an_unsold_lead_is_copied_to_nobody(simulator: Running) -> None:
    scene = with_copy(simulator, "accept", sale="reject")
    scene.lead()
    services.drain()
    assert services.copies_send() == 0
    assert LeadCopy.objects.count() == 0


def test_a_doubt_resolved_as_sold_is_copied_too(simulator: Running) -> None:
    scene = with_copy(simulator, "accept", sale="garbage?kind=json")
    delivery = scene.lead()
    services.drain()
    assert LeadCopy.objects.count() == 0
    services.resolve_unknown(delivery, accepted=True, by=scene.world.user)
    assert services.copies_send() == 1
    assert len(of_crm(simulator)) == 1


def test_what_does_not_arrive_is_tried_for_hours_and_in_the_end_given_up(simulator: Running) -> None:
    scene = with_copy(simulator, "error")
    delivery = scene.lead()
    services.drain()
    for tries in range(1, len(ASSURED_WAITS_S) + 2):
        due()
        assert services.copies_send() == 1
        assert LeadCopy.objects.get().tries == tries
    copy = LeadCopy.objects.get()
    assert (copy.status, copy.next_attempt_at, copy.last_error) == ("failed", None, "http_500")
    assert len({one.key for one in of_crm(simulator)}) == 1
    assert stands(delivery) == ("sold", "sold")
    assert LeadEvent.objects.get(lead_id=delivery.lead_id, kind="copied").data["arrived"] is False


def test_a_process_that_ended_while_sending_is_followed_by_another_try(simulator: Running) -> None:
    scene = with_copy(simulator, "accept")
    scene.lead()
    services.drain()
    copies._start(copies._claim(5))
    assert services.copies_send() == 0
    Attempt.objects.filter(kind="copy").update(started_at=datetime.now(UTC) - copies.LEASE)
    due()
    assert services.copies_send() == 1
    assert list(Attempt.objects.filter(kind="copy").order_by("id").values_list("outcome", flat=True)) == [
        "unknown",
        "accepted",
    ]


def test_an_attempt_of_a_copy_is_no_doubt_about_the_sale(simulator: Running) -> None:
    scene = with_copy(simulator, "accept")
    delivery = scene.lead()
    services.drain()
    copies._start(copies._claim(5))
    Delivery.objects.filter(pk=delivery.pk).update(
        status="pending", claims=1, leased_until=delivery.created_at, next_attempt_at=delivery.created_at
    )
    services.drain()
    assert outcomes(delivery) == ["accepted", ""]
    assert len(sales(delivery)) == 1


def test_a_paused_endpoint_gets_its_copies_later(simulator: Running) -> None:
    scene = with_copy(simulator, "accept")
    scene.lead()
    services.drain()
    Endpoint.objects.filter(name="CRM").update(is_active=False)
    assert services.copies_send() == 0
    Endpoint.objects.filter(name="CRM").update(is_active=True)
    assert services.copies_send() == 1


def test_a_copy_can_be_stored(simulator: Running) -> None:
    scene = with_copy(simulator, "accept", kind="store", url="")
    scene.lead()
    services.drain()
    assert StoredLead.objects.count() == 0
    services.copies_send()
    assert StoredLead.objects.get().endpoint_id == LeadCopy.objects.get().endpoint_id


def test_a_copy_can_be_sent_again_by_hand(simulator: Running) -> None:
    scene = with_copy(simulator, "accept")
    scene.lead()
    services.drain()
    with pytest.raises(ApplicationError):
        services.copy_send_again(LeadCopy.objects.get(), by=scene.world.user)
    services.copies_send()
    services.copy_send_again(LeadCopy.objects.get(), by=scene.world.user)
    assert services.copies_send() == 1
    assert len(of_crm(simulator)) == 2
