"""The calls of an endpoint: numbers, filters, one call with its payloads, the CSV; for whom and at what cost."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.buyers.models import Endpoint
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.core.ids import first_id_at
from apps.deliveries.models import Attempt
from apps.monitoring.selectors.calls import health
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.factories import CompanyFactory, MemberFactory
from tests.monitoring.desk import delivered, html, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(simulator: Running) -> Market:
    """Refused by the first buyer, in a sentence that names the person; bought by the second."""
    return market(simulator, ["reject?reason=Jane+Canary+is+known", "accept?price=25"])


def page(client: Client, endpoint: Endpoint, **query: str) -> str:
    return html(client.get(reverse("admin:buyers_endpoint_calls", args=(endpoint.pk,)), query))


def one(endpoint: Endpoint) -> Attempt:
    return Attempt.objects.get(endpoint_id=endpoint.pk)


def test_a_call_is_told_with_its_time_zone_lead_stages_and_key(scene: Market) -> None:
    lead = delivered(scene, first_name="Jane", last_name="Canary")
    endpoint = scene.endpoint(0)
    text, row = page(member(scene.world), endpoint), one(endpoint)
    for told in (
        lead.public_id,
        scene.orders[0].name,
        "Rejected",
        "HTTP 200",
        row.idempotency_key,
        "assembly",
    ):
        assert told in text
    zone = scene.world.company.time_zone
    assert zone
    assert "Jane" not in text
    assert "100.0 %" in text  # all its answers were noes: application


def test_filters_by_outcome_status_and_period(scene: Market) -> None:
    delivered(scene)
    client, endpoint = member(scene.world), scene.endpoint(0)
    key = one(endpoint).idempotency_key
    assert key in page(client, endpoint, outcome="rejected", status="2xx", period="hour")
    assert key in page(client, endpoint, status="200")
    for query in ({"outcome": "accepted"}, {"status": "5xx"}, {"status": "none"}, {"outcome": "none"}):
        assert key not in page(client, endpoint, **query), query
    assert "A code such as 503" in page(client, endpoint, status="'; DROP TABLE")
    old = first_id_at(datetime.now(UTC) - timedelta(hours=2))
    Attempt.objects.filter(endpoint_id=endpoint.pk).update(id=old)
    assert key not in page(client, endpoint, period="hour")
    assert key in page(client, endpoint, period="day")


def test_errors_are_sorted_into_transport_http_and_application(scene: Market) -> None:
    delivered(scene)
    endpoint, row = scene.endpoint(0), one(scene.endpoint(0))
    made = [
        {"outcome": "retryable", "error": "connect_error", "http_status": None, "rule_index": None},
        {"outcome": "unknown", "error": "timeout", "http_status": None, "rule_index": None},
        {"outcome": "retryable", "error": "", "http_status": 503, "rule_index": None},
        {"outcome": "rejected", "error": "", "http_status": 422, "rule_index": 1},
        {"outcome": "unknown", "error": "", "http_status": 200, "rule_index": None},
        {"outcome": "accepted", "error": "", "http_status": 200, "rule_index": 0},
        {"outcome": "failed", "error": "unbuildable", "http_status": None, "rule_index": None},
    ]
    for place, values in enumerate(made, start=1):
        row.pk = one_id = first_id_at(datetime.now(UTC)) + place
        assert one_id
        for name, value in values.items():
            setattr(row, name, value)
        row.save(force_insert=True)
    found = health(endpoint.pk, since=datetime.now(UTC) - timedelta(days=1))
    assert (found.calls, found.accepted) == (8, 1)
    assert (found.transport, found.http, found.application, found.ours) == (2, 1, 3, 1)


def test_payloads_are_masked_and_a_look_is_put_on_record(scene: Market) -> None:
    delivered(scene, email="jane.canary@example.com")
    endpoint, row = scene.endpoint(0), one(scene.endpoint(0))
    url = reverse("admin:buyers_endpoint_call", args=(endpoint.pk, row.pk))
    viewer = member(scene.world, Role.VIEWER)
    assert "jane.canary@example.com" not in html(viewer.get(url))
    assert viewer.post(url).status_code == 403
    assert not AuditEvent.objects.filter(action="lead.revealed").exists()
    seer = member(scene.world, Role.VIEWER, sees_personal_data=True)
    assert "jane.canary@example.com" in html(seer.post(url))
    assert AuditEvent.objects.filter(action="lead.revealed", object_id=row.lead_id).count() == 1


def test_another_companys_calls_are_not_there(scene: Market) -> None:
    delivered(scene)
    endpoint, row = scene.endpoint(0), one(scene.endpoint(0))
    stranger = Client()
    stranger.force_login(MemberFactory(company=CompanyFactory(), role=Role.OWNER).user)
    for name, args in (("calls", ()), ("calls_csv", ()), ("call", (row.pk,))):
        url = reverse(f"admin:buyers_endpoint_{name}", args=(endpoint.pk, *args))
        assert stranger.get(url).status_code == 404
    foreign = one(scene.endpoint(1))
    url = reverse("admin:buyers_endpoint_call", args=(endpoint.pk, foreign.pk))
    assert member(scene.world).get(url).status_code == 404


def test_the_csv_holds_no_person_and_no_formula(scene: Market) -> None:
    lead = delivered(scene, first_name="Jane", last_name="Canary", email="jane.canary@example.com")
    endpoint = scene.endpoint(0)
    Attempt.objects.filter(endpoint_id=endpoint.pk).update(order_name="=cmd()")
    response = member(scene.world).get(reverse("admin:buyers_endpoint_calls_csv", args=(endpoint.pk,)))
    text = b"".join(response.streaming_content).decode()
    (line,) = csv.DictReader(text.splitlines())
    assert (line["lead"], line["outcome"], line["http_status"]) == (lead.public_id, "rejected", "200")
    assert line["order"] == "'=cmd()"
    assert float(line["total_ms"]) > 0
    assert "anary" not in text


def test_the_page_asks_the_same_number_of_questions_for_any_number_of_calls(scene: Market) -> None:
    client, endpoint = member(scene.world), scene.endpoint(0)
    delivered(scene)
    page(client, endpoint)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, endpoint)
    for _ in range(6):
        delivered(scene)
    with CaptureQueriesContext(connection) as many:
        page(client, endpoint)
    assert len(many) == len(few)


def test_older_calls_are_on_the_next_page(scene: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.monitoring.admin.calls.PAGE", 2)
    for _ in range(3):
        delivered(scene)
    client, endpoint = member(scene.world), scene.endpoint(0)
    keys = list(
        Attempt.objects.filter(endpoint_id=endpoint.pk).order_by("-id").values_list("idempotency_key", "pk")
    )
    first = page(client, endpoint)
    assert keys[0][0] in first
    assert keys[2][0] not in first
    second = page(client, endpoint, before=str(keys[1][1]))
    assert keys[2][0] in second
    assert keys[1][0] not in second
