"""Live leads without a mapping: held, never lost, taken up once when it is published."""

import json
from datetime import timedelta
from typing import Any

import pytest

from apps.core.clock import now
from apps.intake import payloads
from apps.intake.choices import PayloadStatus
from apps.intake.flows import held
from apps.intake.models import WebhookPayload
from apps.leads.choices import LeadMethod, LeadStatus
from apps.leads.models import Lead
from apps.sources.services import terms_withdraw
from tests.intake.hooking import HELD, RECEIVED, answers, call, hooked, publish_mapping
from tests.intake.posting import documented
from tests.intake.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_a_mapping_a_test_is_received_and_kept() -> None:
    world = hooked(mapped=False)
    response = call(world, answers() | {"test": True})
    assert (response.status_code, response.json()) == (200, {"message": RECEIVED})
    payload = WebhookPayload.objects.get()
    assert (payload.status, payload.company_id) == (PayloadStatus.TEST, world.company.pk)
    document = payloads.document_of(payloads.opened(payload))
    assert document.tree["answers"][0] == {"key": "name", "value": "Jane Doe"}
    assert not Lead.objects.exists()


def test_a_live_lead_without_a_mapping_is_held_and_taken_up_once_it_is_published() -> None:
    world = hooked(mapped=False)
    response = call(world, answers())
    assert (response.status_code, documented(response)["message"]) == (202, HELD)
    assert held.take_up() == 0
    assert not Lead.objects.exists()
    publish_mapping(world)
    assert held.take_up() == 1
    lead = Lead.objects.get()
    assert (lead.status, lead.method) == (LeadStatus.IN_FLIGHT, LeadMethod.WEBHOOK)
    payload = WebhookPayload.objects.get()
    assert (payload.status, payload.done) == (PayloadStatus.DONE, 1)
    assert held.take_up() == 0
    assert Lead.objects.count() == 1


def test_held_leads_wait_while_the_source_is_in_testing() -> None:
    world = hooked(mapped=False)
    call(world, answers())
    publish_mapping(world)
    terms_withdraw(world.terms, by=world.user)
    assert held.take_up() == 0
    assert WebhookPayload.objects.get().status == PayloadStatus.HELD


def test_many_take_up_at_once_and_each_lead_once() -> None:
    world = hooked(mapped=False)
    for _ in range(6):
        call(world, answers())
    call(world, [answers(), answers(), answers()])
    publish_mapping(world)
    assert sum(at_once([held.take_up] * 4)) == 9
    assert Lead.objects.count() == 9
    assert set(WebhookPayload.objects.values_list("status", flat=True)) == {PayloadStatus.DONE}


def test_who_is_killed_in_between_leaves_the_rest_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    world = hooked(mapped=False)
    call(world, [answers(), answers(), answers()])
    publish_mapping(world)
    real, calls = held.auctions.lead_record, []

    def dies_at_the_second(submission: Any) -> Any:
        calls.append(submission)
        if len(calls) == 2:
            raise SystemExit
        return real(submission)

    monkeypatch.setattr(held.auctions, "lead_record", dies_at_the_second)
    with pytest.raises(SystemExit):
        held.take_up()
    payload = WebhookPayload.objects.get()
    assert (payload.status, payload.done, Lead.objects.count()) == (PayloadStatus.HELD, 1, 1)
    assert held.take_up() == 0
    WebhookPayload.objects.update(claimed_until=now() - held.LEASE)
    assert held.take_up() == 2
    assert Lead.objects.count() == 3


def test_what_cannot_be_taken_up_is_put_aside_and_not_deleted() -> None:
    world = hooked(mapped=False)
    call(world, answers())
    WebhookPayload.objects.update(claims=held.MOST_CLAIMS)
    publish_mapping(world)
    assert held.take_up() == 0
    assert WebhookPayload.objects.get().status == PayloadStatus.STUCK


def test_a_repeated_key_holds_one_lead_and_gets_the_same_bytes() -> None:
    world = hooked(mapped=False)
    body = json.dumps(answers()).encode()
    first, again = (call(world, body, **{"Idempotency-Key": "a-1"}) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotent-Replay"] == "true"
    assert WebhookPayload.objects.count() == 1
    assert call(world, answers(), **{"Idempotency-Key": "a-1"}).status_code == 409


def test_of_many_tests_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "MOST_TESTS", 3)
    world = hooked(mapped=False)
    call(world, answers())
    for _ in range(5):
        call(world, answers() | {"test": 1})
    statuses = WebhookPayload.objects.values_list("status", flat=True)
    assert sorted(statuses) == [PayloadStatus.HELD, *[PayloadStatus.TEST] * 3]


def test_payloads_are_forgotten_but_those_that_wait() -> None:
    world = hooked(mapped=False)
    call(world, answers() | {"test": 1})
    call(world, answers())
    assert payloads.forget() == 0
    WebhookPayload.objects.update(received_at=now() - timedelta(days=40))
    assert payloads.forget() == 1
    assert WebhookPayload.objects.get().status == PayloadStatus.HELD
