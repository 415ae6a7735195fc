"""The page of a webhook: opened, protected, mapped from what came, published; masked, scoped, for those who may."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.core.clock import now
from apps.intake.flows import held
from apps.intake.models import WebhookChange
from apps.leads.models import Lead
from apps.leads.sealing import unseal
from apps.sources.models import Webhook
from apps.sources.services import terms_approve, webhook_create
from tests.admin.conftest import House
from tests.factories.worlds import lead_values

BODY = {"user_column_data": [
    {"column_id": "FULL_NAME", "column_name": "Full Name", "string_value": "Kittiwake Bird"},
    {"column_id": "EMAIL", "column_name": "User Email", "string_value": "kittiwake@example.com"},
    {"column_id": "PHONE_NUMBER", "column_name": "User Phone", "string_value": "+15552223344"},
    {"column_id": "REGION", "column_name": "Region", "string_value": "California"},
    {"column_id": "POSTAL_CODE", "column_name": "Postal code", "string_value": "90210"},
], "api_version": "1.0", "lead_id": "abc", "google_key": "k"}  # fmt: skip


def page_url(house: House, name: str = "webhook") -> str:
    """The page of the house's webhook."""
    return reverse(f"admin:sources_terms_{name}", args=(house.world.terms.pk,))


def came(house: House, body: Any = BODY) -> HttpResponse:
    """A payload at the house's webhook."""
    hook = webhook_create(house.world.terms, by=house.world.user)
    path = f"/webhook/{hook.token}"
    return Client().generic("POST", path, json.dumps(body).encode(), content_type="application/json")


def as_shown(client: Client, url: str, **more: str) -> dict[str, str]:
    """What a browser would post of the page as it is shown."""
    lines = client.get(url).context["lines"]
    posted = {}
    for line in lines:
        for name in ("kind", "source", "part", "value", "value_format", "format_argument", "default"):
            posted[f"{name}:{line.field.name}"] = getattr(line.row, name)
        posted[f"table:{line.field.name}"] = line.table
    return {**posted, "payload": "", **more}


def test_a_webhook_is_opened_and_says_what_to_do(ours: House) -> None:
    client = ours.client(Role.OWNER)
    assert "No webhook yet" in client.get(page_url(ours)).content.decode()
    client.post(page_url(ours), {"do": "create"})
    text = client.get(page_url(ours)).content.decode()
    assert Webhook.objects.get().token in text
    assert "Nothing has come yet" in text
    terms = reverse("admin:sources_terms_change", args=(ours.world.terms.pk,))
    assert page_url(ours) in client.get(terms).content.decode()


def test_what_came_is_proposed_with_its_vendor_and_confidence(ours: House) -> None:
    came(ours, BODY | {"is_test": True})
    response = ours.client(Role.OWNER).get(page_url(ours))
    rows = {line.field.name: line for line in response.context["lines"]}
    text = response.content.decode()
    assert "Google Ads lead form" in text
    assert rows["email"].row.source == "user_column_data[column_id=EMAIL].string_value"
    assert rows["email"].percent is not None
    assert (rows["first_name"].row.kind, rows["first_name"].row.part) == ("split", "first_word")
    assert "It would be accepted" in text


def test_values_are_masked_until_somebody_who_may_asks_and_that_is_on_record(ours: House) -> None:
    came(ours, BODY | {"is_test": True})
    owner = ours.client(Role.OWNER, sees_personal_data=True)
    assert "kittiwake" not in owner.get(page_url(ours)).content.decode().lower()
    assert "kittiwake" in owner.post(page_url(ours), {"unmasked": "1"}).content.decode().lower()
    assert AuditEvent.objects.filter(action="webhook_payload.revealed").count() == 1
    other = ours.client(Role.OWNER, sees_personal_data=False)
    assert "kittiwake" not in other.post(page_url(ours), {"unmasked": "1"}).content.decode().lower()
    assert AuditEvent.objects.filter(action="webhook_payload.revealed").count() == 1


def test_saved_as_proposed_and_published_it_takes_up_what_was_held(ours: House) -> None:
    client = ours.client(Role.OWNER)
    terms_approve(ours.world.terms, by=ours.world.user)
    assert came(ours).status_code == 202
    response = client.post(page_url(ours), as_shown(client, page_url(ours), do="publish"))
    publish = reverse("admin:campaigns_campaign_publish", args=(ours.world.campaign.pk,))
    assert response["Location"] == publish
    assert "webhook: email" in client.get(publish).content.decode()
    client.post(publish, {"note": "Google"})
    assert held.take_up() == 1
    data = unseal(Lead.objects.get())
    assert (data.normal("first_name"), data.normal("state")) == ("Kittiwake", "CA")


def test_what_is_edited_is_previewed_and_not_written(ours: House) -> None:
    client = ours.client(Role.OWNER)
    came(ours, BODY | {"is_test": True})
    posted = as_shown(client, page_url(ours), do="preview")
    posted |= {"kind:state": "constant", "value:state": "TX", "kind:email": ""}
    response = client.post(page_url(ours), posted)
    assert {one.name: one.is_valid for one in response.context["lead"]}["state"] is True
    assert "Missing email" in response.context["problems"]
    assert response.context["missing"] == ("email",)
    assert Webhook.objects.get().mapping == []


def test_a_mapping_that_cannot_run_is_refused_and_what_was_typed_stays(ours: House) -> None:
    client = ours.client(Role.OWNER)
    came(ours, BODY | {"is_test": True})
    posted = as_shown(client, page_url(ours), do="save") | {"kind:email": "field", "source:email": "a[[b"}
    response = client.post(page_url(ours), posted)
    assert response.status_code == 200
    assert response.context["faults"][0][0] == "email"
    assert Webhook.objects.get().mapping == []


def test_secrets_are_written_and_never_shown(ours: House) -> None:
    client = ours.client(Role.OWNER)
    hook = webhook_create(ours.world.terms, by=ours.world.user)
    told = {"do": "protect", "secret_in": "body", "secret_name": "google_key", "secret": "shearwater"}
    client.post(page_url(ours), told)
    hook.refresh_from_db()
    assert hook.secret == "shearwater"
    assert "shearwater" not in client.get(page_url(ours)).content.decode()
    client.post(page_url(ours), told | {"secret": "", "secret_name": "key"})
    hook.refresh_from_db()
    assert (hook.secret, hook.secret_name) == ("shearwater", "key")
    refused = client.post(page_url(ours), {"do": "protect", "signed": "hex"}).content.decode()
    assert "A signature needs the secret it is made with." in refused


def test_a_new_address_is_asked_for(ours: House) -> None:
    client = ours.client(Role.OWNER)
    token = webhook_create(ours.world.terms, by=ours.world.user).token
    assert "leads nowhere at once" in client.get(page_url(ours, "webhook_new")).content.decode()
    assert Webhook.objects.get().token == token


@pytest.mark.parametrize("name", ["webhook", "webhook_new"])
def test_it_is_nobody_elses(ours: House, theirs: House, name: str) -> None:
    came(theirs, BODY | {"is_test": True})
    client = ours.client(Role.OWNER)
    assert client.get(page_url(theirs, name)).status_code == 404
    assert client.post(page_url(theirs, name), {"do": "save"}).status_code == 404


def test_viewers_read_and_change_nothing(ours: House) -> None:
    came(ours, BODY | {"is_test": True})
    client = ours.client(Role.VIEWER)
    text = client.get(page_url(ours)).content.decode()
    assert Webhook.objects.get().token not in text
    assert client.post(page_url(ours), {"do": "save"}).status_code == 403


def test_what_has_changed_is_shown_until_it_is_known(ours: House) -> None:
    client = ours.client(Role.OWNER)
    came(ours, BODY | {"is_test": True})
    client.post(page_url(ours), as_shown(client, page_url(ours), do="save"))
    assert Webhook.objects.get().known != []
    change = WebhookChange.objects.create(
        company=ours.world.company,
        terms=ours.world.terms,
        kind="new",
        path="size",
        seen=3,
        first_at=now(),
        last_at=now(),
    )
    assert "Payloads have changed since this was mapped" in client.get(page_url(ours)).content.decode()
    client.post(page_url(ours), {"do": "known"})
    change.refresh_from_db()
    assert change.closed_at is not None
    assert "Payloads have changed" not in client.get(page_url(ours)).content.decode()


def test_hostile_values_are_text(ours: House) -> None:
    person = lead_values()
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    came(ours, {"email": person["email"], hostile: hostile, "x-data": {"@click": "alert(1)"}, "test": 1})
    client = ours.client(Role.OWNER, sees_personal_data=True)
    text = client.post(page_url(ours), {"unmasked": "1"}).content.decode()
    assert "<script>alert" not in text
    assert "<img src=x" not in text
