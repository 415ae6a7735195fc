from dataclasses import replace
from decimal import Decimal

import pytest

from apps.engine import balance
from apps.engine.entrants import entrants
from apps.engine.order_facts import OrderFacts
from apps.engine.orders import OrderSpec
from apps.engine.requirements import ScheduleSpec
from apps.engine.routing import VERDICTS, Considered, describe
from apps.engine.schedule import Window
from apps.engine.selling import AuctionSpec
from tests.engine.test_routing import FACTS, campaign, lead, order, plan, steps


def funds(cents: int, *, buyer: int = 101, currency: str = "USD") -> OrderFacts:
    return OrderFacts(funds={buyer: {currency: cents}})


@pytest.mark.parametrize(
    ("has", "price", "said"),
    [
        (1000, "10", ""),
        (999, "10", "9.99 left, 10.00 needed"),
        (0, "0.01", "0.00 left, 0.01 needed"),
        (-500, "3", "-5.00 left, 3.00 needed"),
        (-500, "0", ""),
        (-500, "0.005", ""),  # half-even: nothing
        (1000, "10.005", ""),
        (1000, "10.006", "10.00 left, 10.01 needed"),
        (None, "999999", ""),
    ],
)
def test_what_is_left_pays_or_not(has: int | None, price: str, said: str) -> None:
    assert balance.short(has, Decimal(price)) == said


def test_buyers_without_a_limit_have_no_part_in_it() -> None:
    assert balance.left({}, 7, "USD") is None
    assert balance.left({7: {"USD": 5}}, 7, "USD") == 5
    assert balance.left({7: {"USD": 5}}, 7, "EUR") == 0
    assert balance.is_balance(balance.key(7))
    assert not balance.is_balance("buyer:7")


def test_an_order_without_the_money_is_passed_over_and_says_so() -> None:
    made = plan(campaign(order(1), order(2)), funds(999))
    assert steps(made) == [2]
    assert made.considered[0] == Considered(1, "balance", "9.99 left, 10.00 needed")
    assert describe(made.considered[0]) == (
        "Its buyer's balance does not pay for it (9.99 left, 10.00 needed)"
    )
    assert "balance" in VERDICTS
    assert steps(plan(campaign(order(1), order(2)), funds(1000))) == [1, 2]


def test_ignoring_caps_does_not_make_money() -> None:
    live = replace(funds(0), ignores=frozenset({"caps", "hours", "duplicates"}))
    assert steps(plan(campaign(order(1)), live)) == []


def test_another_currency_is_not_covered() -> None:
    assert steps(plan(campaign(order(1)), funds(100_000, currency="EUR"))) == []


def test_what_is_left_now_says_nothing_of_the_day_it_opens() -> None:
    waiting = order(1, schedule=ScheduleSpec("UTC", (Window(0, 480, 1200),)), outside_hours="queue")
    assert steps(plan(campaign(waiting), funds(0))) == [1]


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ({}, "10"),
        ({"share": "shared", "shared_price": Decimal(4)}, "4"),
        ({"share": "either", "shared_price": Decimal(4)}, "4"),
        ({"share": "either"}, "10"),
        ({"share": "exclusive", "shared_price": Decimal(4)}, "10"),
        ({"price_kind": "bid"}, "0.01"),
        ({"price_kind": "bid", "minimum_bid": Decimal(6)}, "6"),
        ({"price_kind": "bid", "minimum_bid": Decimal(2)}, "5"),
    ],
)
def test_the_least_that_a_lead_may_cost_an_order(change: dict, least: str) -> None:
    floor = Decimal(5) if change.get("minimum_bid") == 2 else Decimal("0.01")
    found: OrderSpec = order(1, **change)
    assert balance.least(found, Decimal(10), floor=floor, shares=True) == Decimal(least)


@pytest.mark.parametrize(("cents", "asked"), [(499, []), (500, [1])])
def test_nobody_is_asked_who_could_not_pay_the_lowest_bid_allowed(cents: int, asked: list[int]) -> None:
    spec = campaign(order(1, price_kind="bid"), auction=AuctionSpec(minimum_bid=Decimal(5)))
    live = replace(funds(cents), auctions=True)
    found = entrants(spec, lead(), live, FACTS)
    assert [one.id for one in found.bidding] == asked
    assert [one.verdict for one in found.considered] == ([] if asked else ["balance"])
