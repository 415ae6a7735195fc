"""The preview of an endpoint on a real lead: masked until a look is put on record; and how its access token stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from apps.buyers.models import Endpoint
from apps.companies.models import AuditEvent
from apps.core.clock import now
from apps.deliveries.models import Attempt, EndpointToken
from apps.leads.models import LeadEvent
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.monitoring.desk import html, member, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(simulator: Running) -> Market:
    return market(simulator, ["accept"])


def preview(scene: Market) -> str:
    return reverse("admin:buyers_endpoint_preview", args=(scene.endpoint(0).pk,))


def on_record() -> tuple[int, int]:
    return AuditEvent.objects.count(), LeadEvent.objects.filter(kind="revealed").count()


@pytest.mark.parametrize("sees", [True, False])
def test_a_real_lead_is_masked_and_looking_is_not_on_record(scene: Market, sees: bool) -> None:
    lead = post(scene.world, email="jane.roe@example.com", last_name="Roebuck")
    client = member(scene.world, sees_personal_data=sees)
    before = on_record()
    text = html(client.get(preview(scene), {"preview_lead": lead.public_id}))
    assert f"lead {lead.public_id}" in text
    assert "jane.roe" not in text
    assert "Roebuck" not in text
    assert ("Show personal values" in text) is sees
    assert on_record() == before
    assert not Attempt.objects.exists()


def test_a_press_reveals_it_on_record(scene: Market) -> None:
    lead = post(scene.world, email="jane.roe@example.com", last_name="Roebuck")
    client = member(scene.world, sees_personal_data=True)
    before = on_record()
    text = html(client.post(preview(scene), {"preview_lead": lead.public_id, "reveal": "yes"}))
    assert "jane.roe@example.com" in text
    assert on_record() != before


def test_who_sees_no_personal_data_cannot_reveal(scene: Market) -> None:
    lead = post(scene.world, email="jane.roe@example.com")
    before = on_record()
    answer = member(scene.world).post(preview(scene), {"preview_lead": lead.public_id, "reveal": "yes"})
    assert answer.status_code == 403
    assert on_record() == before


def test_a_lead_of_another_company_is_none(scene: Market, simulator: Running) -> None:
    foreign = post(market(simulator, ["accept"]).world, last_name="Roebuck")
    text = html(member(scene.world).get(preview(scene), {"preview_lead": foreign.public_id}))
    assert "this is none of a lead that you may see" in text
    assert "Roebuck" not in text


TOKENS = (
    (None, "No access token was fetched yet"),
    ({"expires_at": timedelta(hours=1)}, "Access token fetched at"),
    (
        {"expires_at": -timedelta(hours=1), "failed_at": timedelta(0), "error": "invalid_client"},
        "invalid_client",
    ),
)


@pytest.mark.parametrize(("stands", "told"), TOKENS)
def test_the_token_is_told_of_without_the_token(scene: Market, stands: Any, told: str) -> None:
    endpoint = scene.endpoint(0)
    Endpoint.objects.filter(pk=endpoint.pk).update(auth_kind="oauth2", auth_name="us")
    if stands is not None:
        at = now()
        values = {
            name: at + value if isinstance(value, timedelta) else value for name, value in stands.items()
        }
        EndpointToken.objects.create(
            endpoint_id=endpoint.pk, token="the-token-itself", obtained_at=at, **values
        )
    text = html(member(scene.world).get(reverse("admin:buyers_endpoint_change", args=(endpoint.pk,))))
    assert told in text
    assert "the-token-itself" not in text
