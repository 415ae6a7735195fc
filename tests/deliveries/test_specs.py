from decimal import Decimal

from apps.deliveries.specs import plan_dump, plan_load
from apps.engine.routing import GroupLimit, Plan, Step

GROUPS = (GroupLimit(3, 2, "go_on"),)


def test_a_plan_keeps_how_its_orders_buy() -> None:
    steps = (
        Step(1, 11, 3, Decimal("12.345"), share="exclusive", brings=Decimal("12.34"), needs=Decimal("8.64")),
        Step(2, 12, 3, Decimal("5"), share="shared"),
        Step(4, 14, 3, Decimal("1"), share="shared", brings=Decimal("0.50")),
        Step(5, 15, 3, Decimal("1")),
    )
    plan = Plan(steps, groups=GROUPS, max_buyers=2)
    assert plan_load(plan_dump(plan)) == plan


def test_plans_of_before_auctions_load() -> None:
    stored = {"steps": [[1, 11, 3, "10.00"]], "groups": [[3, 2, "go_on"]], "max_buyers": 2}
    plan = plan_load(stored)
    assert plan == Plan((Step(1, 11, 3, Decimal("10.00")),), groups=GROUPS, max_buyers=2)
    assert plan_dump(plan) == stored
