"""Answering on acceptance or on the buyers' answer, against real local buyers."""

from datetime import time
from urllib.parse import urlsplit

import pytest
from django.test import Client

from apps.buyers.models import LeadOrder, OrderWindow
from apps.buyers.services import response_rules_set
from apps.core.clock import now
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.models import Attempt, Delivery, SourceCallback
from apps.deliveries.services import drain
from apps.intake.models import StoredReply
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.simulator.running import Running
from tests.deliveries.market import RULES
from tests.factories.worlds import World, lead_body, published_campaign
from tests.faults.harness.processes import wait_until
from tests.intake.posting import documented, post, submit

pytestmark = pytest.mark.django_db(transaction=True)


def world_with(simulator: Running, behaviour: str, **campaign: object) -> World:
    name, _, query = behaviour.partition("?")
    return published_campaign(
        url=simulator.buyer("acme", name, query),
        prepare=lambda world: response_rules_set(world.endpoint, rows=RULES, by=None),
        campaign={"answer_mode": "buyer", "answer_budget_ms": 3000} | campaign,
        terms={"payout_amount": "7.25", "callback_url": simulator.buyer("source", "accept", "")},
    )


def test_on_acceptance_the_answer_comes_before_the_delivery(simulator: Running) -> None:
    world = world_with(simulator, "reject", answer_mode="acceptance")
    answer = post(world)
    assert (answer["leadStatus"], answer["price"]) == (True, 7.25)
    assert not Attempt.objects.exists()
    drain(for_s=5)
    assert Lead.objects.get().status == LeadStatus.UNSOLD


def test_a_buyer_who_takes_the_lead(simulator: Running) -> None:
    answer = post(world_with(simulator, "accept"))
    assert (answer["leadStatus"], answer["message"], answer["price"]) == (
        True,
        "Success Lead = Accepted",
        7.25,
    )
    assert Lead.objects.get().status == LeadStatus.SOLD
    assert not SourceCallback.objects.exists()


def test_a_buyer_who_declines(simulator: Running) -> None:
    answer = post(world_with(simulator, "reject"))
    assert (answer["leadStatus"], answer["message"], answer["price"]) == (False, "Buyer rejected", 0.0)
    assert Lead.objects.get().status == LeadStatus.UNSOLD


def test_nobody_to_ask(simulator: Running) -> None:
    world = world_with(simulator, "accept")
    world.order.is_active = False
    world.order.save()
    assert post(world)["message"] == "No eligible buyer"
    assert not Attempt.objects.exists()


def test_a_slow_buyer_is_answered_202_and_told_later(simulator: Running) -> None:
    world = world_with(simulator, "slow?ms=1500", answer_budget_ms=500)
    body = lead_body(world)
    answer = submit(body, **{"Idempotency-Key": "slow"})
    assert answer.status_code == 202
    told = documented(answer)
    assert (told["leadStatus"], told["reason"]) == (True, "Pending")
    assert body["email"] not in told["status_url"]
    callback = SourceCallback.objects.get()
    assert callback.next_attempt_at is None
    replayed = submit(body, **{"Idempotency-Key": "slow"})
    assert (replayed.status_code, replayed.content) == (202, answer.content)
    assert Lead.objects.count() == StoredReply.objects.count() == 1
    path = urlsplit(told["status_url"]).path
    assert Client().get(path).status_code in (200, 202)
    assert wait_until(lambda: Delivery.objects.get().status == DeliveryStatus.SOLD)
    final = Client().get(path)
    assert final.status_code == 200
    assert documented(final)["price"] == 7.25
    callback.refresh_from_db()
    assert callback.next_attempt_at is not None


def test_rejected_and_test_leads_do_not_wait_for_anybody(simulator: Running) -> None:
    world = world_with(simulator, "accept")
    assert post(world, zip=None)["message"] == "Missing zip"
    assert post(world, test=True)["testLead"] is True
    assert not Delivery.objects.exists()
    assert not Attempt.objects.exists()


def test_a_status_url_cannot_be_made_up(simulator: Running) -> None:
    post(world_with(simulator, "accept"))
    token = f"{Lead.objects.get().public_id}:1abcde:forged"
    assert Client().get(f"/ca/status/{token}").status_code == 404
    assert Client().post(f"/ca/status/{token}").status_code == 405


def test_a_lead_that_waits_for_an_opening_is_answered_as_pending_without_waiting(simulator: Running) -> None:
    world = world_with(simulator, "accept", answer_budget_ms=60_000)
    LeadOrder.objects.update(outside_hours="queue", time_zone="UTC")
    OrderWindow.objects.create(
        order=world.order, weekday=(now().weekday() + 2) % 7, opens=time(9), closes=time(17)
    )
    world.publish()
    answer = submit(lead_body(world))
    # Within the test client's patience, though the budget is a minute.
    assert answer.status_code == 202
    assert (Delivery.objects.get().status, Lead.objects.get().status) == ("pending", "in_flight")
    assert SourceCallback.objects.get().status == "pending"
    assert simulator.requests == []
