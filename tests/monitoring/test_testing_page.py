"""Test Endpoint in the admin: who may, what is said before, what is shown after."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.companies.choices import Role
from apps.deliveries.models import Attempt, EndpointTest
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.monitoring.desk import html, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(simulator: Running) -> Market:
    return market(simulator, ["accept?price=25"])


def address(scene: Market) -> str:
    return reverse("admin:buyers_endpoint_tests", args=(scene.endpoint(0).pk,))


def posted(client: Client, scene: Market) -> str:
    return html(client.post(address(scene), follow=True))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MANAGER])
def test_it_warns_tests_and_tells(role: Role, scene: Market) -> None:
    client = member(scene.world, role)
    assert "This sends a sample lead to the buyer." in html(client.get(address(scene)))
    text = posted(client, scene)
    assert "✓ passed" in text
    assert "rule 1 of 3 reads it" in text
    assert not Attempt.objects.exists()
    assert "▲ passed, with a warning" in html(client.get(address(scene)))  # it has no TLS


def test_viewers_read_and_do_not_test(scene: Market) -> None:
    client = member(scene.world, Role.VIEWER)
    assert "Send a sample lead" not in html(client.get(address(scene)))
    assert client.post(address(scene)).status_code == 403
    assert not EndpointTest.objects.exists()


def test_the_endpoint_leads_there(scene: Market) -> None:
    page = reverse("admin:buyers_endpoint_change", args=(scene.endpoint(0).pk,))
    assert address(scene) in html(member(scene.world).get(page))
