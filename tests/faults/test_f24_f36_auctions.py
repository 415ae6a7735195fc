"""F24 and F36 where leads are auctioned: caps hold however many pings come at once, and give back what was not sold; a
ping is decided and posted by the version it was pinged under, while switches act at once.
"""

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection

from apps.auctions import services
from apps.auctions.choices import PingStatus
from apps.auctions.models import Ping
from apps.auctions.services import Pinged, speeds
from apps.buyers.services import buyer_set_active, order_cap_add
from apps.core.clock import now
from apps.deliveries import services as deliveries
from apps.leads.models import Lead
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.auctions.market import AuctionMarket, Bidder, auction_market, fixed
from tests.auctions.sending import ping, post, used, verdicts
from tests.intake.exchanging import told as door
from tests.intake.racing import at_once

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

CROWD, LIMIT = 60, 10
PATIENT = {"auction_ms": 10_000}
"""Sixty auctions at once on a busy machine: nobody is to be late here."""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    speeds.forget()
    yield
    speeds.forget()


def capped(simulator: Running, bidder: Bidder, **cap: Any) -> tuple[AuctionMarket, str]:
    """An auction of one bidder whose order has this cap, and the key of its counter."""
    scene = auction_market(simulator, [bidder], campaign=PATIENT)
    made = order_cap_add(scene.orders[0], by=None, period="total", **cap)
    scene.world.publish()
    return scene, made.cap_key


def crowd(scene: AuctionMarket) -> list[Pinged]:
    """The answers to sixty pings of the same moment."""
    return at_once([partial(ping, scene)] * CROWD)


def accepted(answers: list[Pinged]) -> list[Pinged]:
    return [one for one in answers if not one.problems]


def test_f24_sixty_pings_at_an_order_cap_of_ten(simulator: Running) -> None:
    scene, key = capped(simulator, Bidder("bid?price=20.00"), limit=LIMIT)
    won = accepted(crowd(scene))
    assert len(won) == used()[key] == LIMIT
    lost = Ping.objects.filter(status=PingStatus.REJECTED)
    assert lost.count() == CROWD - LIMIT
    assert {next(iter(verdicts(row).values())) for row in lost} == {"cap"}

    # Four are never posted: their places are free again, and just these.
    idle = [row.pk for row in Ping.objects.filter(status=PingStatus.ACCEPTED).order_by("pk")[:4]]
    Ping.objects.filter(pk__in=idle).update(expires_at=now() - timedelta(seconds=1))
    assert sum(at_once([services.pings_expire] * 4)) == len(idle)
    assert used()[key] == LIMIT - len(idle)
    assert len(accepted(crowd(scene))) == len(idle)
    assert used()[key] == LIMIT

    # All that are open are posted at once: ten sales, and the places stay taken.
    open_ids = [row.public_id for row in Ping.objects.filter(status=PingStatus.ACCEPTED)]
    at_once([partial(post, scene, ping_id) for ping_id in open_ids])
    deliveries.drain()
    assert Sale.objects.count() == len(scene.posts(0)) == used()[key] == LIMIT
    assert services.pings_expire() == 0
    assert not accepted(crowd(scene))


def test_f24_sixty_pings_against_a_budget_in_cents(simulator: Running) -> None:
    """Bids differ by cents: never over the budget, and refused is only what no longer fits into it."""
    limit = Decimal("213.37")
    bidder = Bidder("bid?price=20.00&spread=4.99")
    scene, key = capped(simulator, bidder, limit=limit, basis="spend")
    won = accepted(crowd(scene))
    rows = Ping.objects.filter(status=PingStatus.ACCEPTED)
    reserved = sum((row.price for row in rows), Decimal(0))
    assert len(won) == rows.count() > 0
    assert used()[key] == reserved * 100 <= limit * 100
    refused = Ping.objects.filter(status=PingStatus.REJECTED)
    assert refused.count() == CROWD - len(won)
    bids = [row.bids.get().exclusive for row in refused]
    assert all(bid is None or bid > limit - reserved for bid in bids)
    at_once([partial(post, scene, one.ping_id) for one in won])
    deliveries.drain()
    sold = sum(Sale.objects.values_list("price", flat=True), Decimal(0))
    assert sold == reserved
    assert used()[key] == sold * 100


def test_f24_what_the_buyer_refuses_gives_its_places_back(simulator: Running) -> None:
    scene, key = capped(simulator, Bidder("bid?price=20.00", "promised?say=rejected"), limit=LIMIT)
    for _ in range(2):
        won = accepted(crowd(scene))
        assert len(won) == used()[key] == LIMIT
        at_once([partial(post, scene, one.ping_id) for one in won])
        deliveries.drain()
        assert used()[key] == 0
    assert Lead.objects.filter(status="unsold").count() == len(scene.posts(0)) == 2 * LIMIT
    assert not Sale.objects.exists()
    assert Ping.objects.exclude(reservations={}).count() == 0


def edited(scene: AuctionMarket, place: int, **changes: Any) -> None:
    """The order is edited and published."""
    order = scene.orders[place]
    type(order).objects.filter(pk=order.pk).update(**changes)
    scene.world.publish()


def test_f36_edited_while_buyers_think(simulator: Running) -> None:
    """The award uses the prices and the orders the auction began with; what comes after, the new ones."""
    bidders = [Bidder("bid?price=20.00&ms=1500"), fixed("25.00"), fixed("10.00")]
    scene = auction_market(simulator, bidders, campaign=PATIENT)
    told: list[Pinged] = []
    thread = threading.Thread(target=_into, args=(told, scene))
    thread.start()
    assert simulator.wait_for(1)
    began = scene.world.version
    buyer_set_active(scene.orders[1].buyer, active=False, by=None)
    edited(scene, 2, price=Decimal("99.00"))
    thread.join(timeout=30)
    assert not thread.is_alive()
    row = Ping.objects.get()
    assert began is not None
    assert (row.version_id, row.price, told[0].payout) == (began.pk, Decimal("25.00"), Decimal("20.00"))
    assert {line["order"] for line in row.lines} == {order.pk for order in scene.orders}
    speeds.forget()
    later = Ping.objects.get(pk=_row_id(ping(scene)))
    assert (later.price, later.version_id) == (Decimal("99.00"), scene.world.version.pk)


def _into(told: list[Pinged], scene: AuctionMarket) -> None:
    try:
        told.append(ping(scene))
    finally:
        connection.close()


def _row_id(pinged: Pinged) -> int:
    return next(row.pk for row in Ping.objects.all() if row.public_id == pinged.ping_id)


def test_f36_a_price_changed_between_ping_and_post(simulator: Running) -> None:
    """Sold at the price that was pinged, paid as promised, the lead under the ping's version."""
    scene = auction_market(simulator, [fixed("30.00"), fixed("25.00")], campaign=PATIENT)
    told, began = ping(scene), scene.world.version
    edited(scene, 0, price=Decimal("5.00"))
    edited(scene, 1, price=Decimal("90.00"))
    answer = _posted(scene, told)
    lead = Lead.objects.get()
    assert answer["status"] == "delivered"
    assert began is not None
    assert (lead.version_id, lead.price, lead.payout) == (began.pk, Decimal("30.00"), told.payout)
    assert Sale.objects.get().order_id == scene.orders[0].pk


def test_f36_a_buyer_paused_between_ping_and_post_is_not_posted(simulator: Running) -> None:
    """The next in the ranking is, at its own price of that ping; the paused one's place is free again."""
    bidders = [fixed("30.00"), fixed("25.00")]
    scene = auction_market(simulator, bidders, campaign={**PATIENT, "post_floor": "margin"})
    cap = order_cap_add(scene.orders[0], by=None, period="total", limit=LIMIT)
    scene.world.publish()
    told = ping(scene)
    assert used()[cap.cap_key] == 1
    buyer_set_active(scene.orders[0].buyer, active=False, by=None)
    edited(scene, 1, price=Decimal("90.00"))
    answer = _posted(scene, told)
    assert answer["status"] == "delivered"
    assert (scene.posts(0), len(scene.posts(1))) == ([], 1)
    assert Sale.objects.get().price == Decimal("25.00")
    assert Lead.objects.get().payout == Decimal("20.00")
    assert used()[cap.cap_key] == 0


def test_f36_terms_paused_between_ping_and_post(simulator: Running) -> None:
    """The source's own switch acts at the post, too, and leaves the ping as it is."""
    scene = auction_market(simulator, [fixed("30.00")], campaign=PATIENT)
    told = ping(scene)
    type(scene.world.terms).objects.filter(pk=scene.world.terms.pk).update(is_active=False)
    answer = _posted(scene, told)
    assert (answer["status"], answer["reason"]) == ("rejected", "source_not_approved")
    assert scene.posts(0) == []
    assert Ping.objects.get().status == PingStatus.ACCEPTED


def _posted(scene: AuctionMarket, told: Pinged) -> dict[str, Any]:
    return door("post", scene.post_body(told.ping_id))
