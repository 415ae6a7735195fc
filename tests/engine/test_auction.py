"""What the exemplars of awards do not tell: the values around an award."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest

from apps.engine.auction import Offer, Winner, award, offer
from apps.engine.campaign import PayoutSpec
from apps.engine.orders import GroupSpec
from apps.engine.routing import Considered, Step
from tests.engine.auctions import GROUP, TERMS, bid, campaign, decide, order

TEN, SIX = Decimal(10), Decimal(6)


@pytest.mark.parametrize(
    ("change", "exclusive", "shared"),
    [
        ({"share": "exclusive"}, TEN, None),
        ({"share": "shared"}, None, TEN),
        ({"share": "either"}, TEN, TEN),
        ({"share": "either", "shared_price": SIX}, TEN, SIX),
        ({"share": "shared", "shared_price": SIX}, None, SIX),
        ({"share": "exclusive", "shared_price": SIX}, TEN, None),
        ({"share": "either", "shared_price": SIX, "price_kind": "bid"}, TEN, TEN),
    ],
)
def test_what_an_order_offers(
    change: dict[str, object], exclusive: Decimal | None, shared: Decimal | None
) -> None:
    made = offer(order(1, priority=7, weight=3, **change), TEN, expected=Decimal("0.8"))
    kind = change.get("price_kind", "fixed")
    assert made == Offer(1, 101, 1, 7, 3, exclusive, shared, kind, Decimal("0.8"))


def test_a_whole_award() -> None:
    made = decide(bid(1, "10.005"), bid(2, "9"), bid(3))
    assert made.winners == (Winner(1, "exclusive", Decimal("10.005"), Decimal("7.00")),)
    assert (made.payout, made.price, made.group_id) == (Decimal("7.00"), Decimal("10.005"), 1)
    assert made.ranking == (
        Step(1, 101, 1, Decimal("10.005"), "exclusive", Decimal("10.00"), Decimal("7.00")),
        Step(2, 102, 1, Decimal(9), "exclusive", Decimal("9.00"), Decimal("7.00")),
    )
    assert made.lines == (
        Considered(1, "won", "exclusive at 10.005"),
        Considered(2, "lost_on_price", "2, exclusive at 9.00"),
        Considered(3, "no_bid"),
    )
    assert (made.shadow, made.reason) == ((), "")


def test_nobody_wins() -> None:
    made = decide(bid(1, "0"))
    assert (made.winners, made.ranking, made.payout, made.group_id) == ((), (), Decimal(0), None)
    assert made.reason == "no_eligible_buyer"


def test_steps_need_what_is_owed_where_the_floor_is_the_margin() -> None:
    fixed = replace(TERMS, payout=PayoutSpec("fixed", SIX))
    floor = {"auction": {"post_floor": "margin"}}
    offers = bid(1, "10"), bid(2, "7")
    assert {step.needs for step in decide(*offers, **floor).ranking} == {Decimal(0)}
    assert {step.needs for step in decide(*offers, terms=fixed, **floor).ranking} == {SIX}
    assert {step.needs for step in decide(*offers, terms=fixed).ranking} == {SIX}


def test_a_margin_counts_against_what_a_share_brings_to_a_fixed_payout() -> None:
    fixed = replace(TERMS, payout=PayoutSpec("fixed", SIX))
    offers = bid(1, shared="5"), bid(2, shared="4")
    spec = campaign(*offers)
    first, second = spec.orders
    spec = replace(
        spec,
        orders=(replace(first, margin=replace(spec.auction.margin, kind="fixed", amount=TEN / 10)), second),
    )
    assert [step.brings for step in award(spec, fixed, offers, {}).ranking] == [Decimal(4), Decimal(4)]


def test_many_shares_with_margins_of_their_own_are_searched_through() -> None:
    """The more a share pays the less it leaves, so the set that pays most does not fit and the best that does is far
    down."""
    offers = [bid(number, shared=str(20 - number)) for number in range(1, 19)]
    spec = campaign(*offers, max_buyers=4, groups=(replace(GROUP, max_buyers=4),))
    keeps = spec.auction.margin
    orders = tuple(
        replace(one, margin=replace(keeps, kind="fixed", amount=Decimal(20 - 2 * at)))
        for at, one in enumerate(spec.orders[:9], start=1)
    )
    spec = replace(spec, orders=(*orders, *spec.orders[9:]))
    fixed = replace(TERMS, payout=PayoutSpec("fixed", Decimal(34)))
    made = award(spec, fixed, offers, {})
    left = {one.order_id: (one.shared or 0) - max(20 - 2 * one.order_id, 0) for one in offers}
    fit = [
        sum(20 - number for number in some)
        for some in combinations(left, 4)
        if sum(left[number] for number in some) >= 34
    ]
    assert made.price == max(fit) == 46
    assert {one.order_id for one in made.winners} == {7, 8, 9, 10}


def test_a_group_without_orders_is_passed() -> None:
    empty = GroupSpec(5, "Empty", -1)
    assert decide(bid(1, "10"), groups=(empty, GROUP)).group_id == 1
