"""Many at once from the lists: sending leads again, and settling what waits for a person."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.core.clock import now
from apps.deliveries import services
from apps.deliveries.models import Delivery, Redelivery
from apps.leads.models import Lead
from apps.ledger.models import Sale
from apps.monitoring import selectors
from apps.monitoring.admin import again, stuck
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, stands
from tests.factories import published_campaign
from tests.monitoring.desk import delivered, html, member

pytestmark = pytest.mark.django_db(transaction=True)

LEADS, DELIVERIES = "/admin/leads/lead/", "/admin/deliveries/delivery/"
STUCK, JOBS = "/admin/deliveries/stuckdelivery/", "/admin/deliveries/redelivery/"
FAST = {"timeout_ms": 150}


def ticked(action: str, rows: list, **more: str) -> dict[str, object]:
    return {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}


def three(simulator: Running) -> tuple[Market, list[Lead]]:
    """Three unsold leads and a sold one."""
    scene = market(simulator, ["reject"])
    leads = [delivered(scene) for _ in range(4)]
    Lead.objects.filter(pk=leads[3].pk).update(status="sold")
    return scene, leads


@pytest.mark.parametrize("path", [LEADS, DELIVERIES])
def test_asks_in_numbers_then_sends_in_a_task(simulator: Running, path: str) -> None:
    scene, leads = three(simulator)
    client = member(scene.world)
    rows = leads if path == LEADS else list(Delivery.objects.all())
    page = html(client.post(path, ticked("deliver_again", rows)))
    assert "4 leads: 3 can be sent again, 1 was sold or is under way." in page
    assert not Redelivery.objects.exists()
    answer = ticked("deliver_again", rows, confirmed="yes", note="New hours", ignores="hours")
    told = html(client.post(path, answer, follow=True))
    assert "3 leads on the way again" in told
    while services.redeliveries_go_on():
        pass
    assert Delivery.objects.filter(status="pending", ignores=["hours"]).count() == 3
    assert "✓ done" in html(client.get(JOBS))
    event = AuditEvent.objects.get(action="redelivery.begun")
    assert (event.data["note"], event.data["leads"]) == ("New hours", 3)


def test_without_a_reason_nothing_is_sent(simulator: Running) -> None:
    scene, leads = three(simulator)
    page = html(member(scene.world).post(LEADS, ticked("deliver_again", leads, confirmed="yes")))
    assert "This field is required" in page
    assert not Redelivery.objects.exists()


def test_one_order_can_be_chosen_and_only_one_that_is(simulator: Running) -> None:
    scene, leads = three(simulator)
    client = member(scene.world)
    order = scene.orders[0]
    answer = ticked("deliver_again", leads, confirmed="yes", note="x")
    page = html(client.post(LEADS, answer | {"order": "999"}))
    assert not Redelivery.objects.exists()
    assert f'value="{order.pk}"' in page
    client.post(LEADS, answer | {"order": str(order.pk)})
    assert Redelivery.objects.get().order_id == order.pk


def test_of_a_whole_list_only_what_was_asked_about(simulator: Running) -> None:
    scene, leads = three(simulator)
    client = member(scene.world)
    page = html(client.post(LEADS, ticked("deliver_again", leads[:1], select_across="1")))
    assert "4 leads: 3 can be sent again" in page
    up_to = re.search(r'name="up_to" value="(\d+)"', page)
    assert up_to is not None
    delivered(scene)
    answer = ticked("deliver_again", leads[:1], select_across="1", confirmed="yes", note="x")
    client.post(LEADS, answer | {"up_to": up_to.group(1)})
    assert len(Redelivery.objects.get().lead_ids) == 3


def test_more_than_a_day_can_bear_is_refused(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "MOST", 2)
    scene, leads = three(simulator)
    answer = member(scene.world).post(LEADS, ticked("deliver_again", leads), follow=True)
    assert "No more than 2 leads at a time" in html(answer)


@pytest.mark.parametrize("who", ["viewer", "stranger"])
def test_viewers_and_strangers_send_nothing(simulator: Running, who: str) -> None:
    scene, leads = three(simulator)
    client = member(scene.world, Role.VIEWER) if who == "viewer" else member(published_campaign(), Role.OWNER)
    for path, rows in ((LEADS, leads), (DELIVERIES, list(Delivery.objects.all()))):
        client.post(path, ticked("deliver_again", rows, confirmed="yes", note="x"), follow=True)
    assert not Redelivery.objects.exists()
    assert Delivery.objects.count() == 4


# --- What waits for a person -----------------------------------------------------------------------------------------
def held(simulator: Running, count: int = 2) -> tuple[Market, list[Delivery], Client]:
    scene = market(simulator, ["garbage?kind=json", "reject"], endpoint=FAST, orders=[{"price": "25.00"}])
    deliveries = scene.leads(count)
    services.drain()
    return scene, deliveries, member(scene.world)


def test_the_queue_says_buyer_order_money_and_policy(simulator: Running) -> None:
    scene, deliveries, client = held(simulator)
    page = html(client.get(STUCK))
    for words in (scene.orders[0].name, scene.orders[0].buyer.name, "$25.00", "Hold the lead until somebody"):
        assert words in page
    lead = Lead.objects.get(pk=deliveries[0].lead_id)
    assert f"/admin/leads/lead/{lead.pk}/change/" in page
    assert lead.public_id not in html(member(published_campaign(), Role.OWNER).get(STUCK))
    assert "Waiting for you" in page


@pytest.mark.parametrize(
    ("action", "ends", "sold"), [("was_sold", "sold", 2), ("was_not_sold", "pending", 0)]
)
def test_many_are_resolved_at_once(simulator: Running, action: str, ends: str, sold: int) -> None:
    _, deliveries, client = held(simulator)
    page = html(client.post(STUCK, ticked(action, deliveries)))
    assert "At stake: $50.00." in page
    assert not Sale.objects.exists()
    told = html(client.post(STUCK, ticked(action, deliveries, confirmed="yes"), follow=True))
    assert "Done for 2 leads" in told
    assert {stands(one)[0] for one in deliveries} == {ends}
    assert Sale.objects.count() == sold
    assert AuditEvent.objects.filter(action="delivery.resolved").count() == 2


@pytest.mark.parametrize(("action", "ends"), [("try_again", "pending"), ("give_up", "unsold")])
def test_quarantined_ones_are_tried_again_or_given_up(simulator: Running, action: str, ends: str) -> None:
    scene = market(simulator, ["accept"])
    delivery = scene.lead()
    Delivery.objects.update(status="quarantined", next_attempt_at=None, claims=3)
    Lead.objects.update(status="held")
    client = member(scene.world)
    html(client.post(STUCK, ticked(action, [delivery])))
    assert stands(delivery) == ("quarantined", "held")
    client.post(STUCK, ticked(action, [delivery], confirmed="yes"))
    assert stands(delivery)[0] == ends
    client.post(STUCK, ticked("was_sold", [delivery], confirmed="yes"))
    assert stands(delivery)[0] == ends
    assert not Sale.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "stranger"])
def test_viewers_and_strangers_settle_nothing(simulator: Running, who: str) -> None:
    scene, deliveries, _ = held(simulator)
    client = member(scene.world, Role.VIEWER) if who == "viewer" else member(published_campaign(), Role.OWNER)
    for action in stuck.StuckDeliveryAdmin.actions:
        client.post(STUCK, ticked(action, deliveries, confirmed="yes"), follow=True)
    assert {stands(one) for one in deliveries} == {("held", "held")}
    assert not Sale.objects.exists()


def test_an_expired_choice_is_told_one_by_one(simulator: Running) -> None:
    scene, deliveries, client = held(simulator)
    services.resolve_unknown(deliveries[0], accepted=True, by=scene.world.user)
    told = html(client.post(STUCK, ticked("was_sold", deliveries, confirmed="yes"), follow=True))
    assert "Done for 1 lead." in told
    assert Sale.objects.count() == 2


# --- What the waterfall saved ----------------------------------------------------------------------------------------
def test_recovered_leads_and_money_are_shown(simulator: Running) -> None:
    scene = market(simulator, ["reject", "accept?price=12.50"])
    for _ in range(2):
        delivered(scene)
    other = market(simulator, ["accept?price=80", "accept"])
    delivered(other)
    companies = [scene.world.company.pk, other.world.company.pk]
    found, none = selectors.recovered(companies, since=[now() - timedelta(days=1), now()])
    assert found.leads == 2
    assert [(currency, str(amount)) for currency, amount in found.money] == [("USD", "25.00")]
    assert (none.leads, none.money) == (0, ())
    page = html(member(scene.world).get("/admin/overview/"))
    assert "2 leads, $25.00" in page
    assert "30 days: 2 leads, $25.00" in page
