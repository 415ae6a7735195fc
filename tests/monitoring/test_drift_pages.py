"""Changed answers in the admin: listed, shown beside a usual answer with the person masked, closed on record."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.buyers.models import Endpoint
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.deliveries.models import AnswerShape, DriftItem, EndpointCanary
from apps.deliveries.services.drift import drifting
from apps.simulator.running import Running
from tests.deliveries.buyer import Buyer
from tests.deliveries.market import Market, market
from tests.factories import CompanyFactory, MemberFactory
from tests.monitoring.desk import delivered, html, member

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/deliveries/driftitem/"
EMAIL = "jane.canary@example.com"


@pytest.fixture
def scene(simulator: Running, buyer: Buyer) -> Market:
    return market(simulator, [buyer.url])


@pytest.fixture
def item(scene: Market, buyer: Buyer) -> DriftItem:
    """An endpoint with a history that now repeats the person in a new form."""
    delivered(scene)
    AnswerShape.objects.update(seen=drifting.ENOUGH_ANSWERS)
    buyer.says({"outcome": "taken", "contact": EMAIL})
    delivered(scene, email=EMAIL)
    return DriftItem.objects.get()


def page(item: DriftItem, name: str = "change") -> str:
    return reverse(f"admin:deliveries_driftitem_{name}", args=(item.pk,))


def test_it_is_listed_counted_and_shown_beside_a_usual_answer(scene: Market, item: DriftItem) -> None:
    client = member(scene.world, Role.OPERATOR)
    listed = html(client.get(LIST))
    assert item.told in listed
    assert LIST in html(client.get("/admin/"))
    assert "1 answered otherwise" in html(client.get("/admin/"))
    text = html(client.get(page(item)))
    assert "outcome" in text
    assert "&quot;accepted&quot;" in text  # the usual one
    assert EMAIL not in text
    assert "at stake" in text


def test_known_now_closes_it_on_record(scene: Market, item: DriftItem) -> None:
    client = member(scene.world, Role.OPERATOR)
    assert client.get(page(item, "known")).status_code == 405
    text = html(client.post(page(item, "known"), follow=True))
    assert item.told not in text
    assert item.told in html(client.get(LIST, {"standing": "known"}))
    assert AuditEvent.objects.filter(action="drift.closed", object_id=item.pk).count() == 1
    assert "Known now" not in html(client.get(page(item))).split("<main")[-1].split("<button")[-1]


def test_viewers_look_and_strangers_do_not(scene: Market, item: DriftItem) -> None:
    viewer = member(scene.world, Role.VIEWER)
    assert page(item, "known") not in html(viewer.get(page(item)))
    assert viewer.post(page(item, "known")).status_code == 403
    stranger = Client()
    stranger.force_login(MemberFactory(company=CompanyFactory(), role=Role.OWNER).user)
    assert item.told not in html(stranger.get(LIST))
    assert stranger.get(page(item)).status_code == 404
    assert stranger.post(page(item, "known")).status_code == 404
    assert "0 answered otherwise" in html(stranger.get("/admin/"))
    item.refresh_from_db()
    assert item.closed_at is None


def test_an_item_whose_endpoint_and_samples_are_gone_is_still_readable(
    scene: Market, item: DriftItem
) -> None:
    DriftItem.objects.update(endpoint_id=4711, samples=[1])
    assert "No sample is kept any more" in html(member(scene.world).get(page(item)))


def test_a_failing_canary_is_on_the_overview_of_its_company_only(scene: Market) -> None:
    endpoint = scene.endpoint(0)
    Endpoint.objects.filter(pk=endpoint.pk).update(canary_minutes=5)
    told = "TLS: The certificate was not accepted."
    EndpointCanary.objects.create(
        endpoint_id=endpoint.pk, due_at=timezone.now(), failing_since=timezone.now(), failures=3, told=told
    )
    assert told in html(member(scene.world).get("/admin/"))
    stranger = Client()
    stranger.force_login(MemberFactory(company=CompanyFactory(), role=Role.OWNER).user)
    assert told not in html(stranger.get("/admin/"))
    tests = reverse("admin:buyers_endpoint_tests", args=(endpoint.pk,))
    assert told in html(member(scene.world).get(tests))
