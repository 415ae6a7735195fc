"""Pings that run at once: places that are taken meanwhile, breakers that are counted together, rows as they were."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from apps.auctions.models import Bid, Ping
from apps.auctions.offered import Offered
from apps.auctions.services import holding, pings, settling, speeds, whole
from apps.auctions.services.holding import Held
from apps.auctions.services.pings import Pinged
from apps.buyers.models import LeadOrder
from apps.buyers.services import order_cap_add
from apps.core.prepared import insert
from apps.deliveries.choices import CallPhase
from apps.deliveries.facts import live_of
from apps.deliveries.journeys import Journey
from apps.deliveries.models import EndpointBreaker
from apps.deliveries.services.endpoint import tally
from apps.deliveries.specs import breaker_load
from apps.engine.normalise import PING
from apps.engine.outcome import Outcome
from apps.leads.models import CapCounter
from apps.simulator.running import Running
from tests.auctions.market import AuctionMarket, auction_market, fixed
from tests.auctions.sending import ping, submission, used, verdicts
from tests.faults.harness.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    speeds.forget()
    tally.forget()


def test_a_place_that_is_taken_while_buyers_think_gives_way_to_the_next(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00", "bid?price=20.00"])
    cap = order_cap_add(scene.orders[0], by=None, period="total", limit=1)
    scene.world.publish()
    came = [submission(scene, scene.ping_body()["data"], phase=PING) for _ in range(2)]
    offers = [pings.offered_of(one) for one in came]
    rows = [pings.row_of(one, offered, "open") for one, offered in zip(came, offers, strict=True)]
    held = [holding.ask(offered, settling.put_up(row)) for row, offered in zip(rows, offers, strict=True)]
    decided = [settling.settle(row, one) for row, one in zip(rows, held, strict=True)]
    assert [one.award.winners[0].order_id for one in decided] == [scene.orders[0].pk, scene.orders[1].pk]
    first, second = Ping.objects.order_by("pk")
    assert verdicts(second)[scene.orders[0].name] == "cap"
    assert (first.payout, second.payout) == (Decimal("24.00"), Decimal("16.00"))
    assert used()[cap.cap_key] == 1
    assert Bid.objects.filter(status="bid").count() == 4


def test_as_many_pings_win_as_there_are_places(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=30.00", "bid?price=20.00"])
    caps = [order_cap_add(order, by=None, period="total", limit=3) for order in scene.orders]
    scene.world.publish()
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: _apart(scene), range(12)))
    assert (
        sorted(one.payout for one in told)
        == [Decimal(0)] * 6 + [Decimal("16.00")] * 3 + [Decimal("24.00")] * 3
    )
    assert [used()[cap.cap_key] for cap in caps] == [3, 3]


class Other:
    """Somebody else's transaction, in a thread of its own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._pool.submit(transaction.set_autocommit, False).result()

    def locks(self, query: str, value: object) -> None:
        """Lock rows at once; an error where somebody has them."""
        self._pool.submit(_run, f"{query} FOR UPDATE NOWAIT", value).result()

    def ends(self) -> None:
        """Give everything back."""
        self._pool.submit(_end).result()
        self._pool.shutdown()


def _run(query: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, [value])


def _end() -> None:
    transaction.rollback()
    transaction.set_autocommit(True)
    connection.close()


DELIVERY = "SELECT 1 FROM deliveries_delivery WHERE id = %s"
COUNTER = "SELECT 1 FROM leads_capcounter WHERE cap_key = %s"
_WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return bool(cursor.fetchone()[0])


def _auctioned(journeys: list[Journey]) -> None:
    try:
        whole._auction(journeys)
    finally:
        connection.close()


def test_a_lead_is_locked_before_its_winners_caps(simulator: Running) -> None:
    """So whoever has the lead and wants a cap does not wait for one who has the cap and wants the lead."""
    scene = auction_market(simulator, ["bid?price=30.00"])
    cap = order_cap_add(scene.orders[0], by=None, period="total", limit=5)
    scene.world.publish()
    CapCounter.objects.create(cap_key=cap.cap_key, period_key="total")
    recorded = whole.lead_record(submission(scene, scene.direct_body()["data"]))
    taken = whole._taken("id = %s", [recorded.delivery_id, 1, 30])
    other = Other()
    with ThreadPoolExecutor(1) as pool:
        try:
            other.locks(DELIVERY, recorded.delivery_id)
            auction = pool.submit(_auctioned, taken)
            assert wait_until(_somebody_waits)
            other.locks(COUNTER, cap.cap_key)
        finally:
            other.ends()
        auction.result()
    assert used() == {cap.cap_key: 1}


def test_the_winners_lock_is_given_back_before_those_of_all_are_taken(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The winner's cap fills while buyers think. Caps are locked from the highest key down: who holds the higher one
    and wants the winner's does not wait for this auction, which waits for him."""
    scene = auction_market(simulator, ["no-bid", fixed("20.00"), fixed("20.00")])
    caps = {order_cap_add(one, by=None, period="total", limit=1).cap_key: one for one in scene.orders[1:]}
    low, high = sorted(caps)
    LeadOrder.objects.filter(pk=caps[low].pk).update(price="30.00")
    scene.world.publish()
    for key in caps:
        CapCounter.objects.create(cap_key=key, period_key="total")
    recorded = whole.lead_record(submission(scene, scene.direct_body()["data"]))
    taken = whole._taken("id = %s", [recorded.delivery_id, 1, 30])
    ask, other = holding.ask, Other()

    def asked(offered: Offered, now: datetime) -> Held:
        held = ask(offered, now)
        CapCounter.objects.filter(cap_key=low).update(used=1)
        return held

    monkeypatch.setattr(holding, "ask", asked)
    with ThreadPoolExecutor(1) as pool:
        try:
            other.locks(COUNTER, high)
            auction = pool.submit(_auctioned, taken)
            assert wait_until(_somebody_waits)
            other.locks(COUNTER, low)
        finally:
            other.ends()
        auction.result()
    told = verdicts(Ping.objects.get())
    assert (told[caps[low].name], told[caps[high].name]) == ("cap", "won")
    assert used() == {low: 1, high: 1}


def _apart(scene: AuctionMarket) -> Pinged:
    try:
        return ping(scene)
    finally:
        connection.close()


def test_healthy_answers_are_counted_together_and_trouble_at_once() -> None:
    good, bad = [(1, Outcome.ACCEPTED), (2, Outcome.REJECTED)], [(2, Outcome.UNKNOWN)]
    tally.count_pings(good, probes=frozenset())
    assert not EndpointBreaker.objects.exists()
    tally.count_pings([*good, *bad], probes=frozenset())
    row = EndpointBreaker.objects.get()
    state = breaker_load(row.state)
    assert (row.endpoint_id, row.phase, state.in_a_row) == (2, CallPhase.PING, 1)
    assert [(slot.passed, slot.failed) for slot in state.slots] == [(2, 1)]


def test_a_probe_is_counted_at_once() -> None:
    tally.count_pings([(1, Outcome.ACCEPTED), (2, Outcome.ACCEPTED)], probes=frozenset({2}))
    assert [row.endpoint_id for row in EndpointBreaker.objects.all()] == [2]


def test_an_endpoint_that_is_in_trouble_comes_to_rest(simulator: Running) -> None:
    scene = auction_market(simulator, ["error?status=503", "bid?price=20.00"])
    for _ in range(10):
        ping(scene)
    live = live_of([scene.world.spec], datetime.now(UTC))
    assert list(live.ping_breakers) == [scene.endpoint(0).pk]
    ping(scene)
    assert verdicts(Ping.objects.first())[scene.orders[0].name] == "resting"
    assert len(scene.pings(0)) == 10


def test_rows_are_stored_as_they_are() -> None:
    now = datetime.now(UTC)
    row = Ping(
        id=2**62 + 1, company_id=1, campaign_id=2, source_id=3, terms_id=4, status="open", received_at=now,
        message='Mother\'s "note" \\ ü 😀', payout=Decimal("12.30"), price=Decimal("15.123456"),
        lines=[{"order": 2**62 + 1, "detail": "€ \u2028"}], plan=None, sealed=bytes(range(256)), wrapped_key=None,
    )  # fmt: skip
    insert([row])
    found = Ping.objects.get()
    for field in Ping._meta.concrete_fields:
        stored = getattr(found, field.attname)
        assert (bytes(stored) if field.attname == "sealed" else stored) == getattr(row, field.attname), field
