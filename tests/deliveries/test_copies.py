"""Copies after a sale: until they have arrived, without touching the sale."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.buyers.models import Endpoint
from apps.core import http
from apps.core.errors import ApplicationError
from apps.deliveries import services
from apps.deliveries.models import (
    Attempt,
    Delivery,
    EndpointPace,
    EndpointToken,
    LeadCopy,
    StoredLead,
)
from apps.deliveries.services.afterwards import copies
from apps.engine.orders import ResponseRule
from apps.engine.retry import ASSURED_WAITS_S
from apps.leads.models import LeadEvent
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.buyer import running_buyer
from tests.deliveries.market import Market, market, outcomes, sales, stands
from tests.deliveries.test_inline import wait_until
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


def test_a_permanent_no_ends_the_copy_at_once_and_somebody_is_told(
    simulator: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with running_buyer() as crm:
        crm.says({"error": "no such list"}, status=404)
        scene = with_copy(simulator, "", url=crm.url)
        delivery = scene.lead()
        services.drain()
        assert services.copies_send() == 1
    copy = LeadCopy.objects.get()
    assert (copy.status, copy.tries, copy.last_error) == ("failed", 1, "http_404")
    assert copy.next_attempt_at is None
    assert {"copy_given_up", "endpoint_failed"} <= {one.getMessage() for one in caplog.records}
    assert LeadEvent.objects.get(kind="copied").data["arrived"] is False
    assert stands(delivery) == ("sold", "sold")


@pytest.mark.parametrize("why", ["address_refused", "unbuildable"])
def test_a_copy_that_may_not_or_cannot_leave_is_given_up_at_once(
    simulator: Running, settings: Any, why: str
) -> None:
    scene = with_copy(simulator, "accept")
    if why == "unbuildable":
        row = Endpoint.objects.get(name="CRM").mappings.get(target="last_name")
        row.on_empty = "fail"
        row.save()
        scene.world.publish()
    scene.lead(last_name=None)
    services.drain()
    assert LeadCopy.objects.count() == 1
    if why == "address_refused":
        settings.OUTBOUND_ALLOW_NETWORKS = []
        http.close()
    services.copies_send()
    http.close()
    copy = LeadCopy.objects.get()
    assert (copy.status, copy.tries, copy.last_error) == ("failed", 1, why)
    assert of_crm(simulator) == []


@pytest.mark.parametrize(
    "limit", [{"rate_limit": 1, "rate_seconds": 60}, {"concurrency": 1}], ids=["rate", "concurrency"]
)
def test_copies_keep_within_what_their_endpoint_takes(simulator: Running, limit: dict[str, int]) -> None:
    scene = with_copy(simulator, "accept", **limit)
    scene.leads(3)
    services.drain()
    services.copies_send()
    assert len(of_crm(simulator)) == 1
    waiting = LeadCopy.objects.filter(status="pending")
    assert list(waiting.values_list("tries", flat=True)) == [0, 0]
    assert all(one.next_attempt_at and one.next_attempt_at > one.created_at for one in waiting)
    EndpointPace.objects.update(level=1)
    due()
    services.copies_send()
    assert len(of_crm(simulator)) == 2


def test_copies_to_a_buyer_with_oauth_wait_for_its_token_and_go_with_it(simulator: Running) -> None:
    with running_buyer() as token_server:
        token_server.says({"access_token": "tok-1", "expires_in": 3600})
        scene = with_copy(
            simulator,
            "accept",
            auth_kind="oauth2",
            auth_name="us",
            auth_secret="s",
            token_url=token_server.url,
        )
        scene.lead()
        services.drain()
        assert services.copies_send() == 1
        assert (of_crm(simulator), LeadCopy.objects.get().tries) == ([], 0)
        assert wait_until(lambda: EndpointToken.objects.exclude(obtained_at=None).exists())
    due()
    services.copies_send()
    (sent,) = of_crm(simulator)
    assert sent.header("Authorization") == "Bearer tok-1"
    assert LeadCopy.objects.get().status == "done"


def test_a_token_refused_twice_ends_the_copy(simulator: Running) -> None:
    with running_buyer() as token_server, running_buyer() as crm:
        token_server.says({"access_token": "tok-1", "expires_in": 3600})
        crm.says({}, status=401)
        settings = {
            "auth_kind": "oauth2",
            "auth_name": "us",
            "auth_secret": "s",
            "token_url": token_server.url,
        }
        scene = with_copy(simulator, "", **settings | {"url": crm.url})
        scene.lead()
        services.drain()
        services.tokens_renew()
        services.copies_send()
        assert LeadCopy.objects.get().last_error == "token_refused"
        services.tokens_renew()
        due()
        services.copies_send()
    copy = LeadCopy.objects.get()
    assert (copy.status, copy.tries, copy.last_error) == ("failed", 2, "http_401")


def test_a_reversed_sale_is_copied_no_more_and_a_sale_after_all_is(simulator: Running) -> None:
    scene = with_copy(simulator, "accept")
    delivery = scene.lead()
    services.drain()
    attempt = Attempt.objects.get(delivery=delivery)
    refused, sold = (ResponseRule("rejected", reason_path="status"),), (ResponseRule("accepted"),)
    services.reclassify(attempt, refused, by=scene.world.user)
    assert services.copies_send() == 0
    assert (LeadCopy.objects.get().status, LeadCopy.objects.get().last_error) == ("failed", "sale_reversed")
    services.reclassify(attempt, sold, by=scene.world.user)
    assert services.copies_send() == 1
    assert LeadCopy.objects.get().status == "done"


def test_a_no_that_was_a_sale_is_copied(simulator: Running) -> None:
    scene = with_copy(simulator, "accept", sale="reject")
    delivery = scene.lead()
    services.drain()
    attempt = Attempt.objects.get(delivery=delivery)
    services.reclassify(attempt, (ResponseRule("accepted"),), by=scene.world.user)
    assert services.copies_send() == 1
    assert len(of_crm(simulator)) == 1
