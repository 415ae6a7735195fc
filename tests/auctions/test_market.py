"""The market itself: what it publishes is what its bidders were told to be."""

from decimal import Decimal

import pytest
import requests

from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Outcome, read
from apps.simulator.running import Running
from tests.auctions.market import Bidder, auction_market, fixed

pytestmark = pytest.mark.django_db


def test_bidders_fixed_prices_and_groups_are_published(simulator: Running) -> None:
    market = auction_market(
        simulator,
        [
            "bid?price=12.50",
            Bidder("bid?price=9&shared=4", order={"share": "either", "minimum_bid": "5.00"}),
            fixed("11.00", group=1, share="shared", shared_price="6.00"),
        ],
        campaign={"auction_ms": 400, "max_buyers": 2},
        terms={"payout_kind": "fixed", "payout_amount": "3.00"},
        groups=[{"max_buyers": 2}, {"method": "priority", "max_buyers": 2}],
    )
    spec = market.world.spec
    assert (spec.traffic, spec.auction.deadline_ms) == ("exchange", 400)
    assert [(group.method, group.max_buyers) for group in spec.groups] == [
        ("highest_price", 2),
        ("priority", 2),
    ]
    kinds = [(order.price_kind, order.share, order.minimum_bid, order.shared_price) for order in spec.orders]
    assert kinds == [
        ("bid", "exclusive", None, None),
        ("bid", "either", Decimal("5.00"), None),
        ("fixed", "shared", None, Decimal("6.00")),
    ]
    assert [order.group_id for order in spec.orders][:2] == [spec.groups[0].id] * 2
    assert spec.orders[2].group_id == spec.groups[1].id
    assert [endpoint.ping is not None for endpoint in spec.endpoints] == [True, True, False]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_bidders_say_is_what_their_rules_read(simulator: Running, form: str) -> None:
    market = auction_market(
        simulator, [f"bid?price=12.50&shared=4.00&format={form}", f"no-bid?format={form}"]
    )
    for endpoint, expected in zip(
        market.world.spec.endpoints, (Outcome.ACCEPTED, Outcome.REJECTED), strict=True
    ):
        assert endpoint.ping is not None
        answer = requests.post(endpoint.ping.url, json={}, timeout=5)
        headers = (("Content-Type", answer.headers["Content-Type"]),)
        reading = read(
            OutboundResponse(answer.status_code, headers, answer.content, sent=True), endpoint.ping.rules
        )
        assert reading.outcome is expected
        if expected is Outcome.ACCEPTED:
            assert reading.price == Decimal("12.50")
            assert reading.promise.startswith("SIMP.")
        else:
            assert reading.reason
    assert len(market.pings(0)) == len(market.pings(1)) == 1
    assert not market.posts(0)


def test_a_source_sends_ids_and_the_fields_of_the_phase(simulator: Running) -> None:
    market = auction_market(simulator, ["bid"])
    pinged, posted = market.ping_body(zip=None), market.post_body("PING-1")
    assert set(pinged) == {"SRC", "KEY", "data"}
    assert pinged["data"] == {"state": "CA"}
    assert posted["ping_id"] == "PING-1"
    assert posted["data"]["email"] != market.direct_body()["data"]["email"]
