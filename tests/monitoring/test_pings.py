"""Pings: the list and the page of one, its numbers by value, its personal data by role."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.auctions.models import Bid, Ping
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.core.crypto import new_data_key
from apps.monitoring.auction import auction_trace
from apps.monitoring.selectors.auctions import pulse
from tests.factories import published_campaign
from tests.monitoring.auctions import EMAIL, Lot, bid, lot, posted, put_up, sent_to
from tests.monitoring.desk import html, member

pytestmark = pytest.mark.django_db

PINGS = "/admin/auctions/ping/"
DENVER, BOULDER, SLOW, SHY = "Denver roofs", "Boulder roofs", "Slow roofs", "Shy roofs"


@pytest.fixture
def scene() -> Lot:
    return lot([DENVER, BOULDER, SLOW, SHY], campaign={"minimum_bid": "10.00"})


def url_of(ping: Ping, name: str = "change") -> str:
    return reverse(f"admin:auctions_ping_{name}", args=(ping.pk,))


def auctioned(scene: Lot, **columns: Any) -> Ping:
    """Denver won at 42.126, Boulder came second, one bid late and one refused in words that name the person."""
    key = new_data_key()
    ping = put_up(
        scene, key=key, asked=4, payout="33.70", price="42.126",
        lines=[
            scene.line(DENVER, "won", "exclusive at 42.126"),
            scene.line(BOULDER, "lost_on_price", "2, exclusive at 40.00"),
            scene.line(SLOW, "no_bid"),
            scene.line(SHY, "no_bid"),
        ],
        plan=scene.plan((DENVER, "42.126", "exclusive"), (BOULDER, "40.00", "exclusive")),
        **columns,
    )  # fmt: skip
    sent = {
        "method": "POST",
        "url": "https://bids.example.com/ping",
        "headers": [],
        "body": f'{{"email": "{EMAIL}"}}',
    }
    came = {"status": 200, "headers": [], "body": f'{{"status": "bid", "bid": "42.126", "for": "{EMAIL}"}}'}
    spent = {"assembly_ms": 2.0, "connect_ms": 20.0, "wait_ms": 110.0, "total_ms": 132.0}
    bid(ping, scene.orders[DENVER], "bid", key=key, exclusive="42.126", timings=spent, sent=sent, came=came,
        http_status=200, rule_index=0)  # fmt: skip
    bid(ping, scene.orders[BOULDER], "bid", exclusive="40.00", timings={"wait_ms": 300.0, "total_ms": 310.0})
    bid(ping, scene.orders[SLOW], "late", exclusive="90.00", timings={"wait_ms": 890.0, "total_ms": 900.0},
        http_status=200)  # fmt: skip
    bid(
        ping,
        scene.orders[SHY],
        "no_bid",
        reason=f"We know {EMAIL}",
        timings={"total_ms": 55.0},
        http_status=200,
    )
    return ping


def test_a_ping_tells_its_outcome_and_who_answered(scene: Lot) -> None:
    told = auction_trace(auctioned(scene), unmasked=False)
    denver = scene.orders[DENVER].buyer.name
    assert told.sentence.startswith(
        f"Won by {denver} at $42.13 (42.126 unrounded); {scene.world.source} was bid $33.70 after 212 ms."
    )
    assert "Of 4 buyers asked 2 bid, 1 came late." in told.sentence
    asked = {one.order: (one.words, one.exclusive, one.took, one.against) for one in told.asked}
    assert asked == {
        DENVER: ("✓ Bid", "$42.13 (42.126 unrounded)", "132 ms", "618 ms before 750 ms"),
        BOULDER: ("✓ Bid", "$40.00", "310 ms", "440 ms before 750 ms"),
        SLOW: ("▲ Late", "$90.00", "900 ms", "150 ms over 750 ms"),
        SHY: ("✕ No bid", "", "55 ms", "695 ms before 750 ms"),
    }
    assert [(line.order, line.offered) for line in told.orders][:2] == [
        (DENVER, "$42.13 (42.126 unrounded)"),
        (BOULDER, "$40.00"),
    ]


def test_the_award_is_worked_out_in_numbers(scene: Lot) -> None:
    found = auction_trace(auctioned(scene), unmasked=False).award
    assert found is not None
    (winner,) = found.winners
    assert [(one.what, one.amount) for one in winner.sums] == [
        ("Price", "$42.13 (42.126 unrounded)"),
        ("Campaign's minimum bid", "$10.00"),
        ("Margin kept at least", "$0.00"),
        ("Left for the source at most", "$42.13"),
        ("To the source", "$33.70"),
    ]
    assert [(one.what, one.rule, one.amount) for one in found.totals] == [
        ("The source is bid", "80 % of the price", "$33.70"),
        ("What stays", "$42.13 less $33.70", "$8.43"),
    ]
    assert found.notes == (
        "A post goes down the ranking no further than prices of $33.70, what the source was promised and gets in any"
        " case.",
    )


def test_the_shadow_award_is_told_beside(scene: Lot) -> None:
    other = [[str(scene.orders[BOULDER].pk), "exclusive", "40.00", "32.00"]]
    notes = auction_trace(auctioned(scene, shadow=other), unmasked=False).award.notes
    boulder = scene.orders[BOULDER].buyer.name
    assert notes[-1] == (
        f"Ranked by expected value (only looked on): {boulder} (exclusive) at $40.00, $32.00 to the source."
    )
    same = [[str(scene.orders[DENVER].pk), "exclusive", "42.126", "33.70"]]
    notes = auction_trace(auctioned(scene, shadow=same), unmasked=False).award.notes
    assert notes[-1] == "Ranked by expected value (only looked on): the same."


def test_the_picture_stands_to_scale(scene: Lot) -> None:
    drawn = auction_trace(auctioned(scene), unmasked=False).picture
    assert drawn is not None
    # The longest call, 900 ms, leaves 8 % of air: the whole is 972 ms.
    assert drawn.deadline_x == "77.16%"
    assert [row.label.partition(" · ")[2] for row in drawn.rows] == [
        "✕ No bid · 55 ms", "✓ Bid · 132 ms", "✓ Bid · 310 ms", "▲ Late · 900 ms",
    ]  # fmt: skip
    denver = drawn.rows[1]
    assert [(part.kind, part.x, part.width) for part in denver.parts] == [
        ("assembly", "0.00%", "0.21%"), ("connect", "0.21%", "2.06%"), ("wait", "2.26%", "11.32%"),
    ]  # fmt: skip
    assert denver.end == "13.58%"
    assert drawn.told.startswith("Deadline 750 ms. ")
    assert "late, after 900 ms" in drawn.told


def test_a_buyer_that_never_answered_has_a_bar_without_end(scene: Lot) -> None:
    ping = put_up(
        scene, asked=1, lines=[scene.line(SLOW, "no_bid")], status="rejected", message="No eligible buyer"
    )
    bid(ping, scene.orders[SLOW], "late")
    told = auction_trace(ping, unmasked=False)
    assert told.picture.rows[0].unanswered == "100.00%"
    assert told.asked[0].against == "no answer within 750 ms"
    assert (
        told.sentence
        == "Nobody won after 212 ms: “No eligible buyer”. Of 1 buyer asked none bid, 1 came late."
    )


def test_personal_data_is_masked_until_a_look_is_on_record(scene: Lot) -> None:
    ping = auctioned(scene)
    masked = html(member(scene.world).get(url_of(ping)))
    assert EMAIL not in masked
    assert "We know •••" in masked
    assert member(scene.world).post(url_of(ping, "reveal")).status_code == 403
    insider = member(scene.world, sees_personal_data=True)
    assert EMAIL not in html(insider.get(url_of(ping)))
    assert not AuditEvent.objects.filter(action="ping.revealed").exists()
    open_page = html(insider.post(url_of(ping, "reveal")))
    assert f"We know {EMAIL}" in open_page
    assert f"&quot;for&quot;: &quot;{EMAIL}&quot;" in open_page
    assert AuditEvent.objects.filter(action="ping.revealed", object_id=ping.pk).count() == 1


def test_a_refused_ping_shows_its_checks(scene: Lot) -> None:
    problem = {"message": "State", "code": "state"}
    ping = put_up(
        scene, status="rejected", reason="state", message="State", sealed=None, wrapped_key=None,
        checks=[{"check": "states", "passed": False, "detail": "include 2", "problems": [problem]}],
    )  # fmt: skip
    page = html(member(scene.world).get(url_of(ping)))
    assert "Refused after 212 ms: “State”. No buyer was asked." in page
    assert "Nothing is kept of what was sent" in page
    assert "Taken: 2 states" in page


def test_the_post_and_its_lead_are_linked_both_ways(scene: Lot) -> None:
    ping = auctioned(scene)
    lead = posted(ping)
    sent_to(lead, scene.orders[DENVER], "rejected")
    sent_to(lead, scene.orders[BOULDER], "accepted", "40.00")
    client = member(scene.world)
    page = html(client.get(url_of(ping)))
    assert lead.public_id in page
    ping.refresh_from_db()
    came = {one.order: one.came for one in auction_trace(ping, unmasked=False).orders}
    assert came == {DENVER: "✕ Rejected", BOULDER: "✓ Accepted", SLOW: "", SHY: ""}
    assert ping.public_id in html(client.get(reverse("admin:leads_lead_change", args=(lead.pk,))))


def found(client: Client, **query: str) -> set[str]:
    page = html(client.get(PINGS, query))
    return {ping.public_id for ping in Ping.objects.all() if f">{ping.public_id}<" in page}


def test_pings_are_found_and_filtered(scene: Lot) -> None:
    won = auctioned(scene, sub_id="fall-3")
    refused = put_up(scene, status="rejected", reason="no_eligible_buyer", message="No buyer")
    lead = posted(won)
    client = member(scene.world)
    assert found(client) == {won.public_id, refused.public_id}
    for term in (won.public_id, won.public_id.lower(), lead.public_id, "fall-3"):
        assert found(client, q=term) == {won.public_id}
    assert found(client, q="%") == found(client, q="nobody") == set()
    assert (
        found(client, status__exact="rejected")
        == found(client, reason="no_eligible_buyer")
        == {refused.public_id}
    )
    order = scene.orders[SHY].pk
    assert found(client, order=f"{order}:no_bid") == found(client, order=str(order)) == {won.public_id}
    assert found(client, order=f"{order}:won") == set()
    page = html(client.get(PINGS))
    assert "2 of 4, 1 late" in page
    assert "✕ Rejected: No buyer" in page


def test_an_empty_list_says_what_to_do_next() -> None:
    assert "Give an order the price kind" in html(member(published_campaign()).get(PINGS))


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_a_foreign_ping_is_not_there(role: Role, scene: Lot) -> None:
    ping = auctioned(scene)
    stranger = member(published_campaign(), role, sees_personal_data=True)
    assert found(stranger) == found(stranger, q=ping.public_id) == set()
    assert stranger.get(url_of(ping)).status_code == 404
    assert stranger.post(url_of(ping, "reveal")).status_code == 404


def test_a_list_asks_as_much_for_many_rows_as_for_few(scene: Lot, django_assert_max_num_queries: Any) -> None:
    client = member(scene.world)
    auctioned(scene)
    client.get(PINGS)
    for _ in range(6):
        auctioned(scene)
    assert Bid.objects.count() == 28
    with django_assert_max_num_queries(16):
        client.get(PINGS)


def test_the_overview_tells_how_auctions_go(scene: Lot) -> None:
    for _ in range(4):
        auctioned(scene)
    put_up(scene, status="rejected", reason="no_eligible_buyer")
    put_up(scene, status="test")
    put_up(scene, at=datetime.now(UTC) - timedelta(hours=2))
    found = pulse([scene.world.company.pk], now=datetime.now(UTC))
    assert (found.per_minute, found.pings, found.won, found.deadline_ms) == (1.0, 5, 4, 750)
    assert (found.asked, found.bids, found.late, found.answer_ms) == (16, 8, 4, 221.0)
    assert (found.bid_share, found.won_share, found.is_slow) == (0.5, 0.8, False)
    page = html(member(scene.world).get("/admin/overview/"))
    assert "80.0 % won" in page
    assert "50.0 % of those asked bid" in page
    assert "answers after 221 of 750 ms" in page
    assert "no ping in the last hour" in html(member(published_campaign()).get("/admin/overview/"))
