"""The buttons of a lead's page: deliver again, say what an unknown answer was."""

import pytest

from apps.companies.models import AuditEvent
from apps.deliveries import services
from apps.deliveries.models import Delivery
from apps.leads.models import Lead
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.deliveries.market import market, outcomes
from tests.monitoring.desk import delivered, html, member, url_of

pytestmark = pytest.mark.django_db(transaction=True)


def status(lead: Lead) -> str:
    return Lead.objects.values_list("status", flat=True).get(pk=lead.pk)


def test_deliver_again_goes_through_all_orders(simulator: Running) -> None:
    scene = market(simulator, ["reject", "reject"])
    lead = delivered(scene)
    answer = member(scene.world).post(url_of(lead, "redeliver"), {"order": ""}, follow=True)
    assert "The lead is on its way again" in html(answer)
    again = Delivery.objects.latest("id")
    assert (again.lead_id, again.status, again.only_order_id) == (lead.pk, "pending", None)
    services.drain()
    assert outcomes(again) == ["rejected", "rejected"]
    assert AuditEvent.objects.filter(action="delivery.redelivered").count() == 1


def test_deliver_again_to_one_order_only(simulator: Running) -> None:
    scene = market(simulator, ["reject", "reject"])
    lead = delivered(scene)
    second = scene.orders[1]
    client = member(scene.world)
    assert f'<option value="{second.pk}">{second.name} ({second.buyer})</option>' in html(
        client.get(url_of(lead))
    )
    client.post(url_of(lead, "redeliver"), {"order": str(second.pk)})
    services.drain()
    again = Delivery.objects.latest("id")
    assert list(again.attempts.values_list("order_id", flat=True)) == [second.pk]
    assert "Not the order that was chosen for this delivery" in html(client.get(url_of(lead)))


def test_a_second_delivery_is_refused_while_one_is_open(simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    lead = delivered(scene)
    client = member(scene.world)
    client.post(url_of(lead, "redeliver"))
    answer = client.post(url_of(lead, "redeliver"), follow=True)
    assert "Another delivery of this lead is under way" in html(answer)
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("order", ["999999", "abc", "-1", "1 OR 1=1", "9" * 30])
def test_an_order_that_is_not_the_versions_is_refused(order: str, simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    lead = delivered(scene)
    answer = member(scene.world).post(url_of(lead, "redeliver"), {"order": order}, follow=True)
    assert "has no such order" in html(answer)
    assert Delivery.objects.count() == 1


def test_a_sold_lead_is_not_sold_again(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=9"])
    lead = delivered(scene)
    client = member(scene.world)
    assert "Deliver again to" not in html(client.get(url_of(lead)))
    answer = client.post(url_of(lead, "redeliver"), follow=True)
    assert "Only a lead that was not sold can be delivered again" in html(answer)
    services.drain()
    assert (Delivery.objects.count(), Sale.objects.count()) == (1, 1)


def test_a_yes_books_the_sale(simulator: Running) -> None:
    scene = market(simulator, ["garbage", "accept?price=9"])
    lead = delivered(scene)
    answer = member(scene.world).post(url_of(lead, "resolve"), {"bought": "yes"}, follow=True)
    page = html(answer)
    assert "The sale is booked." in page
    assert f"Sold to {scene.orders[0].buyer} for $40.00" in page
    assert "Somebody has said since what the answer was." in page
    assert Sale.objects.get().order_id == scene.orders[0].pk
    services.drain()
    assert Sale.objects.count() == 1


def test_a_no_goes_on_to_the_next_order(simulator: Running) -> None:
    scene = market(simulator, ["garbage", "accept?price=9"])
    lead = delivered(scene)
    answer = member(scene.world).post(url_of(lead, "resolve"), {"bought": "no"}, follow=True)
    assert "The lead goes on to the next order." in html(answer)
    services.drain()
    assert Sale.objects.get().order_id == scene.orders[1].pk
    assert AuditEvent.objects.filter(action="delivery.resolved").count() == 1


@pytest.mark.parametrize("said", ["", "maybe"])
def test_without_a_yes_or_a_no_nothing_is_resolved(said: str, simulator: Running) -> None:
    scene = market(simulator, ["garbage", "accept"])
    lead = delivered(scene)
    answer = member(scene.world).post(url_of(lead, "resolve"), {"bought": said}, follow=True)
    assert "Say whether the buyer took the lead." in html(answer)
    assert (status(lead), Sale.objects.count()) == ("held", 0)


def test_what_is_not_in_doubt_cannot_be_resolved(simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    lead = delivered(scene)
    answer = member(scene.world).post(url_of(lead, "resolve"), {"bought": "yes"}, follow=True)
    assert "does not wait for an answer" in html(answer)
    assert not Sale.objects.exists()
