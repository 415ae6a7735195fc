"""The webhook: mapped leads, tests, flags, several leads at once."""

import json

import pytest

from apps.intake.choices import PayloadStatus
from apps.intake.models import WebhookPayload
from apps.leads.choices import LeadMethod, LeadStatus
from apps.leads.models import Lead
from apps.leads.sealing import unseal
from apps.sources.services import webhook_map
from tests.intake.hooking import RECEIVED, ROWS, answers, call, fields_of, hook_of, hooked
from tests.intake.posting import documented

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mapped_lead_is_told_what_a_simple_post_is() -> None:
    world = hooked()
    response = call(world, answers())
    body = documented(response)
    assert (response.status_code, body["leadStatus"], body["message"]) == (
        200,
        True,
        "Success Lead = Accepted",
    )
    lead = Lead.objects.get()
    assert (lead.method, lead.status, lead.is_test) == (LeadMethod.WEBHOOK, LeadStatus.IN_FLIGHT, False)
    data = unseal(lead)
    assert (data.normal("first_name"), data.normal("last_name"), data.normal("zip")) == (
        "Jane",
        "Doe",
        "90210",
    )
    assert data.unknown == {"answers[key=color].value": "blue"}
    assert not WebhookPayload.objects.exists()


def test_a_mapped_lead_is_refused_as_a_simple_post_is() -> None:
    world = hooked()
    body = documented(call(world, answers(mail="nonsense")))
    assert (body["leadStatus"], body["message"]) == (False, "Email format")
    body = documented(call(world, answers(mail="", tel=None)))
    assert body["message"] == "Missing email, phone"
    person = answers()
    assert documented(call(world, person))["leadStatus"] is True
    assert documented(call(world, person))["message"] in ("Duplicate email", "Success Lead = Accepted")


def test_terms_in_testing_take_nothing_but_tests() -> None:
    world = hooked(approved=False)
    response = call(world, answers())
    body = response.json()
    assert (response.status_code, body["message"], body["leadStatus"]) == (200, RECEIVED, True)
    assert "source_not_approved" in {item["code"] for item in body["warnings"]} or body["warnings"]
    assert Lead.objects.get().status == LeadStatus.TEST
    assert WebhookPayload.objects.get().status == PayloadStatus.TEST


def test_a_test_is_told_all_that_is_wrong_and_nothing_of_what_is_not_mapped() -> None:
    world = hooked()
    body = call(world, answers(mail="x", tel="1") | {"is_test": "yes"}).json()
    assert (body["message"], body["leadStatus"]) == (RECEIVED, False)
    assert [item["message"] for item in body["errors"]] == ["Email format", "Phone format"]
    assert body["warnings"] == []


def test_a_flag_that_cannot_be_read_is_never_live() -> None:
    for mapped in (True, False):
        world = hooked(mapped=mapped)
        body = documented(call(world, answers() | {"test": "perhaps"}))
        assert (body["leadStatus"], body["message"]) == (False, "Test format")
        assert not Lead.objects.filter(terms=world.terms, status=LeadStatus.IN_FLIGHT).exists()
        assert not WebhookPayload.objects.filter(terms=world.terms).exists()


def test_a_repeated_key_records_one_lead() -> None:
    world = hooked()
    body = json.dumps([answers(), answers()]).encode()
    first, again = (call(world, body, **{"Idempotency-Key": "a-2"}) for _ in range(2))
    assert first.content == again.content
    assert Lead.objects.count() == 2


def test_several_leads_of_one_body_are_told_apart() -> None:
    world = hooked()
    body = documented(call(world, [answers(), answers(mail="nonsense")]))
    assert (body["leadStatus"], body["message"]) == (False, "Email format")
    assert [one["leadStatus"] for one in body["leads"]] == [True, False]
    assert sorted(Lead.objects.values_list("status", flat=True)) == [
        LeadStatus.IN_FLIGHT,
        LeadStatus.REJECTED,
    ]


def test_the_query_counts_and_the_mapping_stays_that_of_the_version() -> None:
    world = hooked()
    webhook_map(hook_of(world), ROWS[:2], fields=fields_of(world), by=world.user)
    assert documented(call(world, answers(), query="?test=0"))["leadStatus"] is True
    assert call(world, answers(), query="?test=1").json()["message"] == RECEIVED
