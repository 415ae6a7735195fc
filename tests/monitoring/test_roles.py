"""Who may see and do what with leads: members theirs, operators the buttons, nobody another company's (S15)."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, reverse

from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.deliveries.models import Attempt, Delivery, EndpointBreaker
from apps.intake.models import Refusal
from apps.leads.models import LeadEvent
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.factories import published_campaign
from tests.monitoring.desk import delivered, html, member, url_of

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = ("leads_lead", "deliveries_delivery", "deliveries_attempt", "intake_refusal")


@pytest.fixture
def scene(simulator: Running) -> Market:
    return market(simulator, ["reject"])


def addresses() -> list[str]:
    """The names of every address in the data plane's admins that names a row."""
    found = []
    for model_admin in admin.site._registry.values():
        for entry in model_admin.get_urls():
            if isinstance(entry, URLPattern) and entry.name and "object_id" in entry.pattern.converters:
                found.append(entry.name)
    return sorted(name for name in set(found) if name.startswith(MODELS))


def keys(scene: Market) -> dict[str, int]:
    lead = delivered(scene)
    refusal, _ = Refusal.objects.get_or_create(
        terms_id=scene.world.terms.pk, code="invalid_auth", hour=lead.received_at, count=3
    )
    return {
        "leads_lead": lead.pk,
        "deliveries_delivery": Delivery.objects.get(lead=lead).pk,
        "deliveries_attempt": Attempt.objects.get(lead=lead).pk,
        "intake_refusal": refusal.pk,
    }


@pytest.mark.parametrize("role", Role)
def test_every_address_of_a_foreign_row_answers_not_found(role: Role, scene: Market) -> None:
    rows = keys(scene)
    stranger = member(published_campaign(), role, sees_personal_data=True)
    before = (AuditEvent.objects.count(), LeadEvent.objects.count(), Delivery.objects.count())
    names = addresses()
    assert {"leads_lead_change", "leads_lead_reveal", "leads_lead_redeliver", "leads_lead_resolve"} <= set(
        names
    )
    open_doors = {}
    for name in names:
        url = reverse(
            f"admin:{name}", args=(rows[next(model for model in MODELS if name.startswith(model))],)
        )
        answers = {stranger.get(url).status_code, stranger.post(url, {"bought": "yes"}).status_code}
        if not answers <= {404, 403} or (name.startswith("leads_lead_r") and answers != {404}):
            open_doors[url] = answers
    assert open_doors == {}
    assert (AuditEvent.objects.count(), LeadEvent.objects.count(), Delivery.objects.count()) == before


def test_lists_show_no_foreign_row(scene: Market) -> None:
    lead = delivered(scene)
    Refusal.objects.create(terms_id=scene.world.terms.pk, code="invalid_auth", hour=lead.received_at, count=3)
    stranger = member(published_campaign(), Role.OWNER)
    for path in ("leads/lead", "deliveries/delivery", "deliveries/attempt", "intake/refusal"):
        page = html(stranger.get(f"/admin/{path}/"))
        assert lead.public_id not in page
        assert scene.world.source.name not in page
    assert lead.public_id not in html(stranger.get("/admin/"))
    assert scene.orders[0].buyer.name not in html(stranger.get("/admin/deliveries/attempt/"))


@pytest.mark.parametrize("object_id", ["999999999999", "abc", "1e5", "9" * 40, "L-0000000000000001"])
def test_addresses_of_nothing_answer_not_found(object_id: str, scene: Market) -> None:
    client = member(scene.world, Role.OWNER, sees_personal_data=True)
    for name in ("change", "reveal", "redeliver", "resolve"):
        url = reverse(f"admin:leads_lead_{name}", args=(object_id,))
        assert {client.get(url).status_code, client.post(url).status_code} == {404}


@pytest.mark.parametrize("name", ["redeliver", "resolve"])
def test_viewers_neither_redeliver_nor_resolve(name: str, scene: Market) -> None:
    lead = delivered(scene)
    client = member(scene.world, Role.VIEWER)
    page = html(client.get(url_of(lead)))
    assert "Deliver again" not in page
    before = AuditEvent.objects.count()
    assert client.post(url_of(lead, name), {"bought": "yes"}).status_code == 403
    assert Delivery.objects.count() == 1
    assert AuditEvent.objects.count() == before


def test_a_look_changes_nothing(scene: Market) -> None:
    lead = delivered(scene)
    client = member(scene.world, Role.OWNER)
    for name in ("redeliver", "resolve"):
        assert client.get(url_of(lead, name)).status_code == 302
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("name", ["add", "delete"])
def test_nothing_is_added_or_deleted_by_hand(name: str, scene: Market) -> None:
    rows = keys(scene)
    client = member(scene.world, Role.OWNER)
    for model in MODELS:
        arguments = () if name == "add" else (rows[model],)
        url = reverse(f"admin:{model}_{name}", args=arguments)
        assert {client.get(url).status_code, client.post(url, {"post": "yes"}).status_code} <= {403, 404}
    assert Delivery.objects.count() == 1


def test_visitors_are_sent_to_the_login(scene: Market) -> None:
    lead = delivered(scene)
    for path in (url_of(lead), "/admin/", "/admin/overview/", url_of(lead, "reveal")):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


@pytest.mark.parametrize(
    ("role", "expected"), [(Role.VIEWER, 403), (Role.OPERATOR, 302), (None, 404)], ids=str
)
def test_the_breaker_button_is_the_operators(role: Role | None, expected: int, scene: Market) -> None:
    endpoint = scene.endpoint(0)
    opened = delivered(scene).received_at
    state: dict[str, Any] = {"in_a_row": 10, "opened_at": opened.isoformat()}
    EndpointBreaker.objects.update_or_create(
        endpoint_id=endpoint.pk, defaults={"state": state, "opened_at": opened, "updated_at": opened}
    )
    client = member(scene.world, role) if role else member(published_campaign(), Role.OWNER)
    url = reverse("monitoring:breaker_reset", args=(endpoint.pk,))
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == expected
    resting = EndpointBreaker.objects.get(endpoint_id=endpoint.pk).opened_at is not None
    assert resting is (expected != 302)
    assert AuditEvent.objects.filter(action="endpoint.breaker_closed").exists() is (expected == 302)
