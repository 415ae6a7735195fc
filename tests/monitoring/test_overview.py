"""The dashboard: numbers that agree, endpoints by trouble, one button for what is red."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from apps.buyers.services import order_set_active
from apps.companies.choices import Role
from apps.core.ids import new_id
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery, EndpointBreaker
from apps.engine.orders import ResponseRule
from apps.leads.models import Lead
from apps.ledger.models import Entry, Sale
from apps.monitoring import selectors
from apps.monitoring.overview import curve, overview
from apps.monitoring.selectors.calls import health
from apps.monitoring.selectors.leads import Recovered
from apps.monitoring.stages import stage_times
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.factories import MemberFactory, published_campaign
from tests.monitoring.desk import delivered, html, member, post

pytestmark = pytest.mark.django_db(transaction=True)


def now() -> datetime:
    return datetime.now(UTC)


def numbers(scene: Market) -> selectors.Conservation:
    return selectors.conservation([scene.world.company.pk], since=now() - timedelta(hours=24))


@pytest.fixture
def busy(simulator: Running) -> Market:
    """One lead of each kind: sold, rejected, unsold, held, in flight, and a test."""
    scene = market(simulator, ["accept?price=9", "garbage"])
    delivered(scene)
    delivered(scene, email="none")
    delivered(scene, test="true")
    order_set_active(scene.orders[0], active=False, by=None)
    delivered(scene)
    order_set_active(scene.orders[1], active=False, by=None)
    delivered(scene)
    post(scene.world)
    return scene


def test_received_is_the_sum_of_where_they_are(busy: Market) -> None:
    told = numbers(busy)
    assert (told.sold, told.rejected, told.unsold, told.held, told.in_flight) == (1, 1, 1, 1, 1)
    assert (told.received, told.difference, told.at_fault) == (5, 0, ())
    assert "difference 0" in html(member(busy.world).get("/admin/"))


@pytest.mark.parametrize("fault", ["sold", "in_flight", "held", "unsold"])
def test_a_state_with_nothing_behind_it_is_a_difference(fault: str, busy: Market) -> None:
    lead = Lead.objects.get(status=fault)
    if fault == "sold":
        Lead.objects.filter(status="unsold").update(status="sold")
        lead = Lead.objects.filter(status="sold").latest("id")
    elif fault == "unsold":
        Lead.objects.filter(status="sold").update(status="unsold")
        lead = Lead.objects.filter(status="unsold").earliest("id")
    else:
        Delivery.objects.filter(lead=lead).update(status="cancelled")
    told = numbers(busy)
    assert (told.difference, told.at_fault) == (1, ((lead.pk, lead.public_id),))
    page = html(member(busy.world).get("/admin/"))
    assert "difference 1" in page
    assert f">{lead.public_id}</a>" in page
    assert "Nothing stands behind the state of 1 lead:" in page


def test_numbers_are_those_of_ones_own_companies(busy: Market) -> None:
    stranger = MemberFactory(company=published_campaign().company).user
    shown = overview(stranger, now=now())
    assert shown["conservation"].received == 0
    assert shown["endpoints"] == shown["leads"] == []
    assert (shown["waiting"].held, shown["waiting"].pending) == (0, 0)
    assert sum(hour.calls for hour in selectors.calls_by_hour([busy.world.company.pk], now=now())) == 2


def test_what_waits_is_counted_and_linked(busy: Market) -> None:
    told = selectors.waiting([busy.world.company.pk], now=now() + timedelta(seconds=30))
    assert (told.held, told.quarantined, told.pending) == (1, 0, 1)
    assert told.oldest_due_s is not None
    assert told.oldest_due_s >= 30
    page = html(member(busy.world).get("/admin/"))
    assert 'href="/admin/deliveries/stuckdelivery/?status=held"><span class="mark mark-warn">▲ 1 held' in page


def test_endpoints_stand_by_trouble_and_tell_their_numbers(simulator: Running) -> None:
    scene = market(simulator, ["error", "accept?price=9"], endpoint={"retries": 0})
    for _ in range(2):
        delivered(scene)
    first, second = selectors.endpoints([scene.world.company.pk], since=now() - timedelta(hours=1), now=now())
    assert (first.endpoint_id, first.attempts, first.failures, first.trouble) == (
        scene.endpoint(0).pk,
        2,
        2,
        "failing",
    )
    assert (second.endpoint_id, second.accepted, second.trouble) == (scene.endpoint(1).pk, 2, "")
    assert second.p50_ms is not None
    assert second.p50_ms <= (second.p95_ms or 0)


def test_copies_and_questions_are_no_offers(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=9"])
    delivered(scene)
    company, endpoint = [scene.world.company.pk], scene.endpoint(0).pk
    offer = Attempt.objects.get()
    for kind in ("copy", "status"):
        offer.pk, offer.kind, offer.outcome, offer.error = new_id(), kind, "failed", "timeout"
        offer.save(force_insert=True)
    since = now() - timedelta(hours=1)
    (row,) = selectors.endpoints(company, since=since, now=now())
    assert (row.attempts, row.accepted, row.failures) == (1, 1, 0)
    hour = selectors.calls_by_hour(company, now=now())[-1]
    assert (hour.calls, hour.answered) == (1, 1)
    found = health(endpoint, since=since)
    assert (found.calls, found.accepted, found.transport) == (1, 1, 0)


def test_a_sale_that_was_reversed_recovered_nothing(simulator: Running) -> None:
    scene = market(simulator, ["error", "accept?price=9"], endpoint={"retries": 0})
    delivered(scene)
    company, since = [scene.world.company.pk], now() - timedelta(hours=1)
    assert [one.leads for one in selectors.recovered(company, since=[since])] == [1]
    sold = Attempt.objects.get(outcome="accepted")
    services.reclassify(sold, (ResponseRule("rejected", reason_path="status"),), by=scene.world.user)
    assert selectors.recovered(company, since=[since]) == [Recovered(0)]
    assert numbers(scene).difference == 0


def test_a_slow_endpoint_is_marked(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    delivered(scene)
    Attempt.objects.update(timings={"wait_ms": 1200, "total_ms": 1600.4, "parse_ms": 11})
    (row,) = selectors.endpoints([scene.world.company.pk], since=now() - timedelta(hours=1), now=now())
    assert row.slowness is not None
    assert (row.slowness.tone, row.slowness.words) == ("bad", "● over 1,500 ms")
    page = html(member(scene.world).get("/admin/"))
    assert "● 1,600" in page


def test_stages_are_judged_by_their_budget() -> None:
    told = stage_times({"wait_ms": 501, "dns_ms": 51, "connect_ms": 50, "total_ms": 650})
    assert [(one.label, one.tone, one.words) for one in told] == [
        ("DNS", "bad", "● over 50 ms"),
        ("connect", "", ""),
        ("buyer", "warn", "▲ over 500 ms"),
        ("total", "", ""),
    ]


def open_breaker(scene: Market, client: Client, phase: str = "post") -> str:
    opened = now() - timedelta(seconds=10)
    state: dict[str, Any] = {"in_a_row": 10, "opened_at": opened.isoformat()}
    EndpointBreaker.objects.create(
        endpoint_id=scene.endpoint(0).pk, phase=phase, state=state, opened_at=opened, updated_at=opened
    )
    return html(client.get("/admin/"))


def test_a_resting_endpoint_is_woken_by_its_button(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=9", "accept?price=5"])
    client = member(scene.world, Role.OPERATOR)
    page = open_breaker(scene, client)
    url = f"/admin/overview/endpoints/{scene.endpoint(0).pk}/send-again/"
    assert "● resting" in page
    assert f'formaction="{url}"' in page
    assert delivered(scene).price == 5
    answer = client.post(url, follow=True)
    assert f"{scene.endpoint(0)} gets leads again from now on." in html(answer).replace("&#x27;", "'")
    assert "● resting" not in html(client.get("/admin/"))
    assert delivered(scene).price == 9
    assert "was not resting any more" in html(client.post(url, follow=True))


def test_pings_that_rest_are_told_beside_the_posts(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    client = member(scene.world, Role.OPERATOR)
    page = open_breaker(scene, client, "ping")
    assert "● pings rest" in page
    assert "● resting" not in page
    assert "Ask again now" in page
    client.post(f"/admin/overview/endpoints/{scene.endpoint(0).pk}/send-again/")
    assert "● pings rest" not in html(client.get("/admin/"))


def test_a_viewer_sees_the_rest_and_no_button(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    page = open_breaker(scene, member(scene.world, Role.VIEWER))
    assert "● resting" in page
    assert "Send again now" not in page


def test_the_fragment_is_the_pages_own_content(busy: Market) -> None:
    client = member(busy.world)
    part = client.get("/admin/overview/")
    assert "no-store" in part["Cache-Control"]
    text = html(part)
    assert "<html" not in text
    for name in ("conservation", "now", "endpoints", "leads", "as-of"):
        assert f'id="{name}"' in text
        assert f'id="{name}"' in html(client.get("/admin/"))


def test_an_empty_house_says_what_to_do_next() -> None:
    page = html(member(published_campaign()).get("/admin/"))
    assert "No lead has come yet." in page
    assert "No lead was delivered in the last 24 hours." in page
    assert "difference 0" in page


def test_a_curve_is_scaled_and_leaves_out_what_is_not_known() -> None:
    drawn = curve([0, None, 4, 2])
    assert drawn.peak == 4
    assert drawn.points == "0.0,38.0 160.0,2.0 240.0,20.0"
    assert curve([None, None]).points == ""


def test_sold_money_agrees_with_the_ledger(busy: Market) -> None:
    services.drain()
    sold = Lead.objects.filter(status="sold")
    assert sum(sold.values_list("price", flat=True)) == sum(Sale.objects.values_list("price", flat=True))
    assert sum(Entry.objects.values_list("amount", flat=True)) == 0
