from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.engine import routing
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.order_facts import OrderFacts
from apps.engine.orders import GroupSpec, OrderSpec, PriceBand
from apps.engine.requirements import (
    CapSpec,
    Expression,
    ScheduleSpec,
    Targeting,
    ValueList,
    Window,
    ZipTargeting,
)
from apps.engine.routing import VERDICTS, Considered, Plan
from apps.engine.strategies import Turns
from apps.engine.values import Facts, LeadData, Value

SATURDAY_NOON_UTC = datetime(2026, 11, 21, 12, tzinfo=UTC)
FACTS = Facts(now=SATURDAY_NOON_UTC)
GROUP = GroupSpec(1, "Buyers", 0)
AGED = Expression("test", field="age", operator="gte", value="65")


def order(number: int, **changes: object) -> OrderSpec:
    base = OrderSpec(
        number, f"Order {number}", 100 + number, f"Buyer {number}", 200 + number, 1, price=Decimal(10)
    )
    return replace(base, **changes)


def campaign(*orders: OrderSpec, **changes: object) -> CampaignSpec:
    fields = (
        FieldSpec("st", "state", role="state"),
        FieldSpec("zip", "zip", role="zip"),
        FieldSpec("age", "integer"),
    )
    base = CampaignSpec(
        1,
        1,
        1001,
        "Company",
        2001,
        "Campaign",
        1,
        "America/New_York",
        fields=fields,
        groups=(GROUP,),
        orders=orders,
    )
    return replace(base, **changes)


def lead(**values: object) -> LeadData:
    values = {"st": "TX", "zip": "78701-1234", "age": Decimal(70), **values}
    return LeadData({name: Value(value, value) for name, value in values.items() if value is not None})


def plan(spec: CampaignSpec, live: OrderFacts | None = None, data: LeadData | None = None) -> Plan:
    return routing.plan(spec, data or lead(), live or OrderFacts(), FACTS)


def steps(made: Plan) -> list[int]:
    return [step.order_id for step in made.steps]


LIST = ValueList(frozenset({"78701"}), ("902",))
FULL = CapSpec("order:9", "order", "accepted", "day", 50, "UTC")


@pytest.mark.parametrize(
    ("change", "live", "data", "verdict"),
    [
        ({}, {"paused_orders": frozenset({1})}, {}, ("paused", "")),
        ({}, {"paused_buyers": frozenset({101})}, {}, ("buyer_paused", "")),
        ({}, {"paused_endpoints": frozenset({201})}, {}, ("endpoint_paused", "")),
        ({"states": Targeting("include", frozenset({"CA"}))}, {}, {}, ("state", "TX")),
        ({"states": Targeting("include", frozenset({"CA"}))}, {}, {"st": None}, ("state", "none")),
        ({"states": Targeting("exclude", frozenset({"TX"}))}, {}, {}, ("state", "TX")),
        ({"zips": ZipTargeting("include", "h", "Austin")}, {}, {"zip": "10001"}, ("zip", "Austin")),
        ({"zips": ZipTargeting("include", "h", "Austin")}, {}, {"zip": None}, ("zip", "Austin")),
        ({"zips": ZipTargeting("exclude", "h", "Austin")}, {}, {"zip": "90210"}, ("zip", "Austin")),
        ({"schedule": ScheduleSpec("America/New_York", (Window(5, 480, 1200),))}, {}, {},
         ("outside_hours", "America/New_York")),
        ({"criteria": AGED}, {}, {"age": Decimal(64)}, ("criteria", "")),
        ({"caps": (FULL,)}, {"full_caps": frozenset({"order:9"})}, {}, ("cap", "order, 50 per day")),
        ({}, {"only_order_id": 7}, {}, ("not_chosen", "")),
    ],
)  # fmt: skip
def test_why_an_order_is_passed_over(change, live, data, verdict) -> None:
    made = plan(campaign(order(1, **change), lists={"h": LIST}), OrderFacts(**live), lead(**data))
    assert made.steps == ()
    assert made.considered == (Considered(1, *verdict),)


@pytest.mark.parametrize(
    ("change", "live"),
    [
        ({"states": Targeting("include", frozenset({"TX"}))}, {}),
        ({"states": Targeting("exclude", frozenset({"CA"}))}, {}),
        ({"zips": ZipTargeting("include", "h", "Austin")}, {}),
        ({"schedule": ScheduleSpec("UTC", (Window(5, 720, 721),))}, {}),
        ({"criteria": AGED}, {}),
        ({"caps": (FULL,)}, {"full_caps": frozenset({"order:8"})}),
        (
            {"caps": (replace(FULL, expression=Expression("not", (AGED,))),)},
            {"full_caps": frozenset({"order:9"})},
        ),
        ({}, {"paused_orders": frozenset({101, 201})}),
    ],
)
def test_an_order_that_may_have_the_lead(change, live) -> None:
    made = plan(campaign(order(1, **change), lists={"h": LIST}), OrderFacts(**live))
    assert steps(made) == [1]
    assert made.considered == (Considered(1, "in_line", "1"),)


def test_every_order_has_exactly_one_line() -> None:
    spec = campaign(order(1), order(2, states=Targeting("include", frozenset({"CA"}))), order(3, priority=1))
    made = plan(spec)
    assert steps(made) == [3, 1]
    assert sorted(line.order_id for line in made.considered) == [1, 2, 3]
    assert {line.verdict for line in made.considered} <= VERDICTS.keys()


def test_groups_follow_each_other_each_with_its_method() -> None:
    groups = (GroupSpec(2, "Second", 1, "highest_price"), replace(GROUP, method="round_robin"))
    spec = campaign(
        order(1),
        order(2),
        order(3, group_id=2, price=Decimal(5)),
        order(4, group_id=2, price=Decimal(6)),
        groups=groups,
    )
    made = plan(spec, OrderFacts(turns={1: Turns(last={1: 1})}))
    assert steps(made) == [2, 1, 4, 3]
    assert [limit.id for limit in made.groups] == [1, 2]


def test_a_price_band_sets_price_and_rank() -> None:
    band = PriceBand(AGED, Decimal("30.125"))
    spec = campaign(order(1), order(2, price_bands=(band,)), groups=(replace(GROUP, method="highest_price"),))
    assert [(step.order_id, step.price) for step in plan(spec).steps] == [
        (2, Decimal("30.125")),
        (1, Decimal(10)),
    ]
    assert steps(plan(spec, data=lead(age=Decimal(30)))) == [1, 2]


def test_an_endpoint_that_rests_goes_last_and_says_so() -> None:
    made = plan(campaign(order(1), order(2)), OrderFacts(open_breakers=frozenset({201})))
    assert steps(made) == [2, 1]
    assert made.considered[-1] == Considered(1, "breaker_open", "2")


CLOSED = ScheduleSpec("America/Los_Angeles", (Window(0, 540, 1020),))
NEVER = ScheduleSpec("UTC", (), frozenset(date(2026, 11, 21) + timedelta(days=day) for day in range(30)))


def test_a_closed_order_that_queues_stands_in_its_place_of_the_line() -> None:
    spec = campaign(order(1, schedule=CLOSED, outside_hours="queue"), order(2))
    made = plan(spec)
    assert steps(made) == [1, 2]
    assert made.considered == (Considered(1, "waits", "Mon 9:00 Pacific"), Considered(2, "in_line", "2"))
    assert routing.describe(made.considered[0]) == "Outside its hours; waits until Mon 9:00 Pacific"


def test_a_closed_order_that_lets_others_go_first_stands_behind_all_groups() -> None:
    second = GroupSpec(2, "Second", 1)
    spec = campaign(
        order(1, schedule=CLOSED, outside_hours="last"),
        order(2),
        order(3, group_id=2),
        groups=(GROUP, second),
    )
    made = plan(spec, OrderFacts(open_breakers=frozenset({201, 202})))
    assert steps(made) == [2, 3, 1]
    assert Considered(1, "waits_last", "Mon 9:00 Pacific") in made.considered


def test_nobody_waits_longer_than_a_week_or_for_what_never_opens() -> None:
    spec = campaign(order(1, schedule=NEVER, outside_hours="queue"))
    (line,) = plan(spec).considered
    assert (line.verdict, line.detail) == ("opens_too_late", "Mon Dec 21 0:00 UTC")
    assert plan(spec).steps == ()


def test_a_full_cap_of_today_does_not_close_an_order_that_opens_another_day() -> None:
    spec = campaign(order(1, schedule=CLOSED, outside_hours="queue", caps=(FULL,)))
    assert steps(plan(spec, OrderFacts(full_caps=frozenset({"order:9"})))) == [1]


def test_switches_of_a_redelivery() -> None:
    shut = campaign(order(1, schedule=CLOSED, caps=(FULL,)))
    live = OrderFacts(full_caps=frozenset({"order:9"}), bought={1: SATURDAY_NOON_UTC})
    assert plan(shut, replace(live, ignores=frozenset({"caps", "duplicates"}))).steps == ()
    assert plan(shut, replace(live, ignores=frozenset({"hours", "duplicates"}))).steps == ()
    assert plan(shut, replace(live, ignores=frozenset({"hours", "caps"}))).steps == ()
    assert steps(plan(shut, replace(live, ignores=frozenset({"hours", "caps", "duplicates"})))) == [1]


def test_a_person_bought_before_is_passed_over_with_the_days() -> None:
    live = OrderFacts(bought={1: SATURDAY_NOON_UTC - timedelta(days=12, hours=3)})
    (line,) = plan(campaign(order(1)), live).considered
    assert routing.describe(line) == "Bought this person 12 days ago"


def test_asked_again_before_sending() -> None:
    assert routing.still_open(order(1), OrderFacts()) is None
    assert routing.still_open(order(1), OrderFacts(paused_buyers=frozenset({101}))) == Considered(
        1, "buyer_paused"
    )
    assert routing.still_open(order(1), OrderFacts(open_breakers=frozenset({201}))) == Considered(
        1, "breaker_open"
    )


@pytest.mark.parametrize("verdict", sorted(VERDICTS))
def test_every_verdict_has_words(verdict: str) -> None:
    assert "{" not in routing.describe(Considered(1, verdict, "3"))
