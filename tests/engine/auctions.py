"""Auctions for engine tests, as short as a test wants them, and how hypothesis draws them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from apps.engine.auction import Award, Offer, award
from apps.engine.campaign import CampaignSpec, PayoutSpec, TermsSpec
from apps.engine.orders import GroupSpec, OrderSpec
from apps.engine.selling import AuctionSpec, MarginBand, MarginSpec
from apps.engine.strategies import STRATEGIES, Turns

GROUP = GroupSpec(1, "Buyers", 0, method="highest_price", max_buyers=3)
TERMS = TermsSpec(1, 1, 501, "Acme Leads", payout=PayoutSpec("percent", Decimal(70)))


def order(number: int, **changes: Any) -> OrderSpec:
    base = OrderSpec(number, f"Order {number}", 100 + number, f"Buyer {number}", 200 + number, 1)
    return replace(base, **changes)


def bid(number: int, exclusive: Any = None, shared: Any = None, **changes: Any) -> Offer:
    base = Offer(
        number, 100 + number, 1, 100, 1,
        None if exclusive is None else Decimal(exclusive), None if shared is None else Decimal(shared),
    )  # fmt: skip
    return replace(base, **changes)


def campaign(*offers: Offer, **changes: Any) -> CampaignSpec:
    """A campaign with the orders of these offers; `auction` may be a dict of settings."""
    orders = tuple(
        order(one.order_id, buyer_id=one.buyer_id, group_id=one.group_id)
        for one in sorted(offers, key=lambda one: one.order_id)
    )
    auction = AuctionSpec(**changes.pop("auction", {}))
    options = {"groups": (GROUP,), "orders": orders, "max_buyers": 3, "auction": auction} | changes
    return CampaignSpec(1, 1, 1001, "Company", 2001, "Campaign", 1, "America/New_York", **options)


def decide(*offers: Offer, terms: TermsSpec = TERMS, **changes: Any) -> Award:
    return award(campaign(*offers, **changes), terms, offers, {})


MONEY = st.one_of(
    st.integers(0, 12).map(Decimal),
    st.decimals(0, 12, places=4, allow_nan=False),
)
MARGINS = st.builds(
    MarginSpec,
    st.sampled_from(["none", "fixed", "percent"]),
    MONEY,
    st.lists(
        st.builds(MarginBand, MONEY, st.sampled_from(["fixed", "percent", "none"]), MONEY), max_size=2
    ).map(tuple),
)
UNSET_MARGINS = st.none() | MARGINS
MINIMUMS = st.none() | st.none() | MONEY


@st.composite
def auctions(draw: st.DrawFn, method: str | None = None) -> tuple[CampaignSpec, TermsSpec, list[Offer]]:
    """A campaign with one to three groups, terms, and up to eight offers of up to five buyers."""
    groups = tuple(
        GroupSpec(
            number,
            f"Group {number}",
            draw(st.integers(0, 2)),
            method or draw(st.sampled_from(sorted(STRATEGIES))),
            draw(st.integers(1, 4)),
            draw(st.sampled_from(["stop", "go_on"])),
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    )
    offers = [draw(_offers(number, len(groups))) for number in range(1, draw(st.integers(0, 8)) + 1)]
    payout = PayoutSpec(draw(st.sampled_from(["fixed", "percent", "margin"])), draw(MONEY))
    terms = replace(TERMS, payout=payout, minimum_bid=draw(MINIMUMS), margin=draw(UNSET_MARGINS))
    orders = tuple(
        order(one.order_id, group_id=one.group_id, minimum_bid=draw(MINIMUMS), margin=draw(UNSET_MARGINS))
        for one in offers
    )
    auction = {
        "minimum_bid": draw(MINIMUMS),
        "margin": draw(MARGINS),
        "post_floor": draw(st.sampled_from(["payout", "margin"])),
        "expected_value": draw(st.sampled_from(["off", "shadow", "on"])),
    }
    spec = campaign(groups=groups, orders=orders, max_buyers=draw(st.integers(1, 4)), auction=auction)
    return spec, terms, offers


@st.composite
def _offers(draw: st.DrawFn, number: int, groups: int) -> Offer:
    return Offer(
        number,
        draw(st.integers(101, 105)),
        draw(st.integers(1, groups)),
        draw(st.integers(1, 2)),
        draw(st.integers(1, 3)),
        draw(st.none() | MONEY),
        draw(st.none() | MONEY),
        draw(st.sampled_from(["bid", "fixed"])),
        draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.9"), Decimal(0)])),
    )


@st.composite
def turns_of(draw: st.DrawFn, spec: CampaignSpec) -> dict[int, Turns]:
    """What each group remembers of its orders."""
    return {
        group.id: Turns(
            {one.id: draw(st.sampled_from([Decimal(0), Decimal("-0.5"), Decimal(1)])) for one in spec.orders},
            {one.id: draw(st.integers(0, 9)) for one in spec.orders if draw(st.booleans())},
        )
        for group in spec.groups
    }
