"""What may follow in an auctioned lead's way: nothing beside an exclusive sale, and shares only as far as they pay.

Shares pay together. While those of a lead have not brought what its source was promised, one more counts only if the
promise can still be kept with it; where that is past hope, whatever another share brings is better than nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from apps.engine.routing import Plan, Step

EXCLUSIVE, SHARED = "exclusive", "shared"
ZERO = Decimal("0")


def promised(plan: Plan) -> Decimal:
    """What the sales of a lead have to bring together, in cents; zero where nothing was promised."""
    return max((step.needs for step in plan.steps), default=ZERO)


def goes(step: Step, plan: Plan, taken: Sequence[Step], is_left: Callable[[Step], bool]) -> bool:
    """Whether a step may be offered the lead, by how it buys.

    `taken` are the steps that have bought the lead or may have, `is_left` whether a step may be asked yet.
    """
    taken = [one for one in taken if one is not step]
    if step.share == EXCLUSIVE:
        return not taken
    if step.share != SHARED:
        return True
    left = [
        one
        for one in plan.steps
        if one.group_id == step.group_id and one.share == SHARED and one is not step and is_left(one)
    ]
    places = _places(step, plan, taken)
    if _together([*taken, step], left, places - 1) >= step.needs:
        return True
    return bool(taken) and _together(taken, left, places) < step.needs


def _places(step: Step, plan: Plan, taken: Sequence[Step]) -> int:
    """How many more of the step's group may buy the lead."""
    of_group = sum(1 for one in taken if one.group_id == step.group_id)
    limits = [limit.max_buyers - of_group for limit in plan.groups if limit.id == step.group_id]
    return min([plan.max_buyers - len(taken), *limits])


def _together(taken: Sequence[Step], left: Iterable[Step], places: int) -> Decimal:
    """The most that these can bring with the best of those left."""
    buyers = {one.buyer_id for one in taken}
    total = sum((one.brings for one in taken), ZERO)
    for one in sorted(left, key=lambda one: one.brings, reverse=True):
        if places <= 0:
            break
        if one.buyer_id not in buyers:
            buyers.add(one.buyer_id)
            total += one.brings
            places -= 1
    return total
