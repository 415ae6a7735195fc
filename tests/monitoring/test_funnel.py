"""The funnel: its numbers by value, from the rows and from counted hours; what an obstacle cost; who sees it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.auctions.models import Ping
from apps.companies.choices import Role
from apps.monitoring.models import CountedHour, FunnelHour
from apps.monitoring.selectors.funnel import Funnel, funnels
from apps.monitoring.selectors.what_if import Asked, what_if
from apps.monitoring.services import funnel_count_due
from apps.monitoring.services.funnel import is_due
from tests.factories import published_campaign
from tests.monitoring.auctions import Lot, bid, lot, posted, put_up, sent_to
from tests.monitoring.desk import html, member

pytestmark = pytest.mark.django_db

DENVER, BOULDER = "Denver roofs", "Boulder roofs"
HOUR = timedelta(hours=1)
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
THEN = NOW - 3 * HOUR
"""An hour that is over."""


@pytest.fixture
def scene() -> Lot:
    return lot([DENVER, BOULDER])


def market(scene: Lot, at: datetime) -> None:
    """Seven pings: one sold, one sold to the second, one expired, one without a bid, two that nobody could take, one
    refused at the door; and a test.
    """

    def up(denver: tuple[str, str], boulder: tuple[str, str], **columns: object) -> Ping:
        lines = [scene.line(DENVER, *denver), scene.line(BOULDER, *boulder)]
        return put_up(scene, at=at + timedelta(minutes=7), lines=lines, **columns)

    won, second = ("won", "exclusive at 30.00"), ("lost_on_price", "2, exclusive at 20.00")
    lead = posted(up(won, second))
    sent_to(lead, scene.orders[DENVER], "accepted", "30.00")
    lead = posted(up(won, second))
    sent_to(lead, scene.orders[DENVER], "rejected")
    sent_to(lead, scene.orders[BOULDER], "accepted", "20.00")
    up(won, ("cap", "order, 5 per day"), status="expired")
    up(("no_bid", ""), ("cap", "order, 5 per day"), status="rejected", reason="no_eligible_buyer")
    up(("state", "UT"), ("outside_hours", "Mon"), status="rejected", reason="no_eligible_buyer")
    up(("state", "UT"), ("state", "UT"), status="rejected", reason="no_eligible_buyer")
    put_up(scene, at=at + timedelta(minutes=9), status="rejected", reason="duplicate")
    put_up(scene, at=at + timedelta(minutes=9), status="test")


def seen(scene: Lot, since: datetime = THEN, until: datetime = NOW) -> dict[str, Funnel]:
    orders = {order.pk: name for name, order in scene.orders.items()}
    found = funnels(scene.world.campaign.pk, orders, since=since, until=until)
    return {"": found[0], **{name: found[pk] for pk, name in orders.items()}}


def numbers(found: Funnel) -> list[tuple[str, int, int]]:
    return [(step.name.partition(",")[0], step.pings, step.lost) for step in found.steps]


def reasons(found: Funnel) -> dict[str, dict[str, int]]:
    return {
        step.name.partition(",")[0]: {loss.reason: loss.pings for loss in step.losses}
        for step in found.steps
        if step.losses
    }


def check(found: dict[str, Funnel]) -> None:
    assert numbers(found[""]) == [
        ("Pings", 7, 1), ("Considered", 6, 2), ("Eligible", 4, 0), ("Asked", 4, 1), ("Bid", 3, 0), ("Won", 3, 1),
        ("Posted", 2, 0), ("Accepted", 2, 0),
    ]  # fmt: skip
    assert reasons(found[""]) == {
        "Pings": {"duplicate": 1},
        "Considered": {"state": 2, "outside_hours": 1},
        "Asked": {"no_bid": 1},
        "Won": {"expired": 1},
    }
    assert numbers(found[DENVER]) == [
        ("Considered", 6, 2), ("Eligible", 4, 0), ("Asked", 4, 1), ("Bid", 3, 0), ("Won", 3, 1), ("Posted", 2, 1),
        ("Accepted", 1, 0),
    ]  # fmt: skip
    assert reasons(found[DENVER])["Posted"] == {"rejected": 1}
    assert found[DENVER].money == Decimal("30.00")
    assert found[DENVER].later == 0
    assert reasons(found[BOULDER]) == {
        "Considered": {"cap": 2, "outside_hours": 1, "state": 1},
        "Bid": {"lost_on_price": 2},
    }
    assert (found[BOULDER].later, found[BOULDER].later_money) == (1, Decimal("20.00"))
    assert found[BOULDER].steps[0].losses[0].share == pytest.approx(2 / 6)


def test_a_funnel_from_the_pings_themselves(scene: Lot) -> None:
    market(scene, NOW - HOUR)
    check(seen(scene))


def test_a_funnel_from_counted_hours_says_the_same(scene: Lot) -> None:
    market(scene, THEN)
    assert funnel_count_due(now=NOW) == 3
    check(seen(scene))
    # It is read from what was counted, not from the pings.
    Ping.objects.all().delete()
    check(seen(scene))
    assert numbers(seen(scene, since=THEN + HOUR)[""])[0] == ("Pings", 0, 0)


def test_counting_again_counts_nothing_twice(scene: Lot) -> None:
    market(scene, THEN)
    funnel_count_due(now=NOW)
    before = FunnelHour.objects.count()
    assert funnel_count_due(now=NOW) == 0
    CountedHour.objects.update(counted_at=THEN)
    assert funnel_count_due(now=NOW) == 3
    assert FunnelHour.objects.count() == before
    check(seen(scene))


def test_hours_are_counted_again_while_posts_may_change() -> None:
    end = THEN + HOUR

    def due(counted: timedelta | None, at: timedelta) -> bool:
        return is_due(THEN, None if counted is None else end + counted, end + at)

    minute = timedelta(minutes=1)
    assert not due(None, -minute)
    assert due(None, minute)
    assert not due(minute, 59 * minute)
    assert due(minute, 61 * minute)
    assert not due(61 * minute, 5 * HOUR)
    assert due(61 * minute, 7 * HOUR)
    assert due(7 * HOUR, 25 * HOUR)
    assert not due(25 * HOUR, 6 * 24 * HOUR)
    assert due(25 * HOUR, 8 * 24 * HOUR)
    assert not due(8 * 24 * HOUR, 99 * 24 * HOUR)


def test_a_cap_that_filled_while_it_was_asked_ends_at_the_bid(scene: Lot) -> None:
    ping = put_up(scene, at=NOW - HOUR / 2, lines=[scene.line(DENVER, "cap", "order, 5 per day")])
    bid(ping, scene.orders[DENVER], "bid", exclusive="20.00")
    assert reasons(seen(scene)[DENVER]) == {"Bid": {"cap": 1}}


def test_hours_that_nobody_counted_are_told(scene: Lot) -> None:
    market(scene, THEN)
    found = seen(scene)[""]
    assert found.missing == 1
    assert found.is_empty


def lost(scene: Lot, price: str, **columns: object) -> Ping:
    won = scene.line(DENVER, "won", f"exclusive at {price}") if price != "0" else scene.line(DENVER, "no_bid")
    return put_up(
        scene, at=NOW - HOUR / 2, price=price, lines=[won, scene.line(BOULDER, "cap", "order, 5 per day")], **columns
    )  # fmt: skip


def estimate(scene: Lot, name: str, obstacle: str) -> object:
    spec = next(one for one in scene.world.spec.orders if one.id == scene.orders[name].pk)
    return what_if(Asked(scene.world.campaign.pk, spec, obstacle, THEN, NOW + 2 * HOUR))


def test_what_a_cap_cost_is_estimated_from_the_pings_it_lost(scene: Lot) -> None:
    for price in ("18.00", "24.00", "30.00"):
        posted(lost(scene, price))
    lost(scene, "0", status="rejected")
    lost(scene, "20.00", status="expired")
    other = put_up(scene, at=NOW - HOUR / 2, status="rejected", lines=[scene.line(BOULDER, "state", "UT")])
    for amount in ("22.00", "25.00", "90.00"):
        bid(other, scene.orders[BOULDER], "bid", exclusive=amount)
    lead = posted(put_up(scene, at=NOW - HOUR / 2, lines=[scene.line(BOULDER, "won", "exclusive at 25.00")]))
    sent_to(lead, scene.orders[BOULDER], "accepted", "25.00")
    sent_to(lead, scene.orders[BOULDER], "rejected")
    found = estimate(scene, BOULDER, "cap")
    # Five lost; its median bid is 25: more than 18, 24, 0 and 20 were, by 7 + 1 + 25 + 5.
    assert (found.lost, found.price, found.bids) == (5, Decimal("25"), 3)
    assert (found.outbids, found.gain) == (4, Decimal("38"))
    assert (found.sampled, found.alone) == (5, 5)
    # Of five that were won four were posted; of two posts to it one was accepted.
    assert (found.posted_share, found.accepted_share) == (0.8, 0.5)
    assert found.sales == pytest.approx(1.6)
    assert found.money == pytest.approx(Decimal("15.2"))


def test_what_another_rule_would_have_kept_out_does_not_count() -> None:
    def only_utah(scene: Lot) -> None:
        order = scene.orders[BOULDER]
        order.states_mode, order.states = "include", ["UT"]
        order.save()

    scene = lot([DENVER, BOULDER], prepare=only_utah)
    lost(scene, "0", status="rejected")
    found = estimate(scene, BOULDER, "cap")
    assert (found.lost, found.sampled, found.alone) == (1, 1, 0)
    assert found.sales == 0
    by_state = put_up(scene, at=NOW - HOUR / 2, status="rejected", lines=[scene.line(BOULDER, "state", "CO")])
    assert by_state.pk
    found = estimate(scene, BOULDER, "state")
    assert (found.lost, found.sampled, found.alone) == (1, 1, 1)


def page_of(scene: Lot) -> str:
    return reverse("admin:campaigns_campaign_funnel", args=(scene.world.campaign.pk,))


def test_the_page_leads_to_the_pings_behind(scene: Lot) -> None:
    market(scene, NOW)
    client = member(scene.world)
    page = html(client.get(page_of(scene), {"period": "day"}))
    assert "sales brought $50.00" in page
    denver = scene.orders[DENVER]
    address = f"order={denver.pk}%3Ano_bid"
    assert address in page
    link = next(part.split('"')[0] for part in page.split('href="') if address in part).replace("&amp;", "&")
    listed = html(client.get(link))
    behind = Ping.objects.get(lines__contains=[{"order": denver.pk, "verdict": "no_bid"}])
    assert [ping.pk for ping in Ping.objects.all() if f">{ping.public_id}<" in listed] == [behind.pk]


def test_the_page_of_a_campaign_without_pings_says_so(scene: Lot) -> None:
    page = html(member(scene.world).get(page_of(scene), {"period": "dates", "since": "2026-02-03"}))
    assert "No ping came in this time" in page
    assert "Give both dates." in page


def test_the_estimate_is_labelled_as_one(scene: Lot) -> None:
    market(scene, NOW)
    ping = Ping.objects.filter(status="expired").get()
    bid(ping, scene.orders[BOULDER], "bid", exclusive="20.00")
    query = {"period": "day", "order": scene.orders[BOULDER].pk, "obstacle": "outside_hours"}
    page = html(member(scene.world).get(page_of(scene), query))
    assert "An estimate:" in page
    assert "median of 1 bid<" in page


def test_a_foreign_funnel_is_not_there(scene: Lot) -> None:
    stranger = member(published_campaign(), Role.OWNER)
    assert stranger.get(page_of(scene)).status_code == 404
