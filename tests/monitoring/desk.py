"""Posting leads to a market as a source does, and looking at them as its people do."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.companies.choices import Role
from apps.deliveries import services
from apps.leads.models import Lead
from tests.deliveries.market import Market
from tests.factories import MemberFactory, World, lead_body


def post(world: World, **values: Any) -> Lead:
    """A lead that came in by the door, not delivered yet."""
    body = json.dumps(lead_body(world, **values))
    answer = Client().post("/ca/submit", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return Lead.objects.latest("id")


def delivered(scene: Market, **values: Any) -> Lead:
    """A lead that came in and went to whoever was due."""
    lead = post(scene.world, **values)
    services.drain()
    lead.refresh_from_db()
    return lead


def member(world: World, role: Role = Role.OPERATOR, **attributes: Any) -> Client:
    """Somebody of the world's company, logged in."""
    client = Client()
    client.force_login(MemberFactory(company=world.company, role=role, **attributes).user)
    return client


def url_of(lead: Lead, name: str = "change") -> str:
    return reverse(f"admin:leads_lead_{name}", args=(lead.pk,))


def html(response: HttpResponse) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()
