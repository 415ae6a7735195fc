"""The lists: found by id, e-mail, phone and sub id, filtered by what people ask first, without a query a row."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.buyers.services import order_set_active
from apps.companies.choices import Role
from apps.core.ids import first_id_at
from apps.intake.models import Refusal
from apps.leads.models import Lead
from apps.monitoring.admin import base
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.factories import SourceFactory, UserFactory, published_campaign
from tests.monitoring.desk import delivered, html, member, post, url_of

pytestmark = pytest.mark.django_db(transaction=True)

LEADS = "/admin/leads/lead/"
ATTEMPTS = "/admin/deliveries/attempt/"


@pytest.fixture
def scene(simulator: Running) -> Market:
    return market(simulator, ["mixed?accept=1", "accept"])


def found(client: Client, **query: str) -> set[str]:
    """The public ids of the leads on the list."""
    page = html(client.get(LEADS, query))
    return {lead.public_id for lead in Lead.objects.all() if f">{lead.public_id}<" in page}


@pytest.mark.parametrize(
    "term",
    ["{id}", "{id_small}", "jane.canary@example.com", "Jane.Canary@EXAMPLE.com", "5552347788", "(555) 234-7788",
     "+1 555 234 7788", "summer-7"],
)  # fmt: skip
def test_a_lead_is_found_by(term: str, scene: Market) -> None:
    post(scene.world)
    wanted = post(scene.world, email="Jane.Canary@Example.com", phone="5552347788", sub_id="summer-7")
    post(scene.world)
    words = term.format(id=wanted.public_id, id_small=wanted.public_id.lower())
    assert found(member(scene.world), q=words) == {wanted.public_id}


@pytest.mark.parametrize("term", ["L-FFFFFFFFFFFFFFFF", "nobody@example.com", "'; DROP TABLE", "%", "jane"])
def test_other_words_find_nothing(term: str, scene: Market) -> None:
    post(scene.world)
    assert found(member(scene.world), q=term) == set()


@pytest.mark.parametrize(
    "query",
    [{"q": "\x00"}, {"received_at_from_0": "x", "received_at_from_1": "y"}, {"period": "x"}, {"e": "1"}],
)
def test_an_odd_question_is_no_server_error(query: dict[str, str], scene: Market) -> None:
    lead = post(scene.world)
    assert lead.public_id in html(member(scene.world).get(LEADS, query, follow=True))


def test_a_foreign_lead_is_not_found_by_any_word(scene: Market) -> None:
    post(scene.world, email="jane.canary@example.com")
    stranger = member(published_campaign(), Role.OWNER)
    lead = Lead.objects.get()
    assert found(stranger, q=lead.public_id) == found(stranger, q="jane.canary@example.com") == set()


def test_leads_are_filtered_by_state_and_time(scene: Market) -> None:
    sold = delivered(scene)
    rejected = delivered(scene, email="none")
    client = member(scene.world)
    assert found(client, status__exact="sold") == {sold.public_id}
    assert found(client, status__exact="rejected") == {rejected.public_id}
    day = timedelta(days=1)
    now = datetime.now(UTC)

    def span(begin: datetime, end: datetime) -> dict[str, str]:
        return {
            "received_at_from_0": f"{begin:%Y-%m-%d}", "received_at_from_1": "00:00:00",
            "received_at_to_0": f"{end:%Y-%m-%d}", "received_at_to_1": "23:59:59",
        }  # fmt: skip

    assert found(client, **span(now - day, now + day)) == {sold.public_id, rejected.public_id}
    assert found(client, **span(now - 9 * day, now - 8 * day)) == set()


def test_attempts_are_filtered_by_outcome_endpoint_and_time(simulator: Running) -> None:
    scene = market(simulator, ["reject?reason=Full", "accept"])
    lead = delivered(scene)
    client = member(scene.world)

    def rows(**query: Any) -> list[str]:
        page = html(client.get(ATTEMPTS, query))
        return [order.name for order in scene.orders if f">{order.name}<" in page]

    first, second = (order.name for order in scene.orders)
    assert rows() == [first, second]
    assert rows(outcome="rejected") == [first]
    assert rows(outcome="none") == []
    assert rows(endpoint=scene.endpoint(1).pk) == [second]
    assert rows(endpoint="1 OR 1=1") == [first, second]
    assert rows(error="timeout") == []
    assert rows(period="hour") == [first, second]
    assert rows(period="never") == [first, second]
    old = first_id_at(datetime.now(UTC) - timedelta(hours=2))
    lead.attempts.filter(order_id=scene.orders[0].pk).update(id=old)
    assert rows(period="hour") == [second]
    assert "“Full”" in html(client.get(ATTEMPTS))


def test_filters_offer_nothing_foreign(scene: Market) -> None:
    delivered(scene)
    other = published_campaign(endpoint={"name": "Foreign endpoint"}, campaign={"name": "Foreign campaign"})
    SourceFactory(company=other.company, name="Foreign source")
    client = member(scene.world, Role.OWNER)
    for path in (LEADS, ATTEMPTS, "/admin/deliveries/delivery/", "/admin/intake/refusal/"):
        assert "Foreign" not in html(client.get(path))


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        html(client.get(path))
    return len(captured)


def _refusals(scene: Market, number: int) -> None:
    for hour in range(number):
        Refusal.objects.create(
            terms_id=scene.world.terms.pk, code="invalid_auth", count=1,
            hour=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=hour),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "budget"),
    [(LEADS, 16), ("/admin/deliveries/delivery/", 12), (ATTEMPTS, 14), ("/admin/intake/refusal/", 12),
     ("/admin/overview/", 20)],
)  # fmt: skip
def test_a_list_asks_as_much_for_many_rows_as_for_few(
    path: str, budget: int, simulator: Running, django_assert_max_num_queries: Callable
) -> None:
    scene = market(simulator, ["reject?reason=Full", "accept"])
    client = member(scene.world)
    delivered(scene)
    _refusals(scene, 1)
    _queries(client, path)
    few = _queries(client, path)
    Refusal.objects.all().delete()
    _refusals(scene, 8)
    for _ in range(8):
        delivered(scene)
    assert _queries(client, path) == few
    with django_assert_max_num_queries(budget):
        client.get(path)


def test_a_lead_page_asks_as_much_for_many_calls_as_for_few(
    simulator: Running, django_assert_max_num_queries: Callable
) -> None:
    scene = market(simulator, ["mixed?accept=1", *["reject"] * 4, "accept"])
    client = member(scene.world)
    short = delivered(scene)
    order_set_active(scene.orders[0], active=False, by=None)
    long = delivered(scene)
    assert (short.attempts.count(), long.attempts.count()) == (1, 5)
    _queries(client, url_of(short))
    assert _queries(client, url_of(short)) == _queries(client, url_of(long))
    with django_assert_max_num_queries(16):
        client.get(url_of(long))


def test_counting_ends_somewhere(scene: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "COUNT_LIMIT", 2)
    for _ in range(3):
        post(scene.world)
    assert base.BoundedPaginator(Lead.objects.order_by("-id"), 1).count == 2


def test_refusals_say_whose_terms_and_why(scene: Market) -> None:
    _refusals(scene, 1)
    Refusal.objects.create(terms_id=0, code="invalid_auth", hour=datetime(2026, 11, 2, tzinfo=UTC), count=70)
    page = html(member(scene.world).get("/admin/intake/refusal/"))
    assert f"{scene.world.source} on {scene.world.campaign}" in page
    assert ">70<" not in page
    operator = Client()
    operator.force_login(UserFactory(is_superuser=True))
    everything = html(operator.get("/admin/intake/refusal/"))
    assert ">70<" in everything
    assert ">unknown<" in everything


def test_an_empty_list_says_what_to_do_next() -> None:
    client = member(published_campaign())
    assert "as soon as a source posts one" in html(client.get(LEADS))
    assert "before it leaves" in html(client.get(ATTEMPTS))
