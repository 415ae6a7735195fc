"""How the orders of a group are ranked for one lead. A new method is one function and one line in
`STRATEGIES`.

Deterministic: the same candidates and turns give the same ranking. Fair methods rest on `Turns`, which the
caller stores per group and moves on with `taken` each time a lead's first place is given, and `moved` when
another bought.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal("0")
ONE = Decimal("1")
CREDIT_LIMIT = Decimal("10")
"""An order that was owed leads for long catches up on at most this many in a row."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that may have this lead, with its unrounded price."""

    order_id: int
    priority: int = 100
    weight: int = 1
    price: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Turns:
    """What a group remembers: how many leads each order is owed (`credits`, adding up to zero), and when each
    was last first in line (`last`, a running number; absent = never).
    """

    credits: Mapping[int, Decimal] = field(default_factory=dict)
    last: Mapping[int, int] = field(default_factory=dict)


NO_TURNS = Turns()


def _by_priority(candidate: Candidate) -> tuple[int, Decimal, int]:
    return (candidate.priority, -candidate.price, candidate.order_id)


def priority(candidates: Sequence[Candidate], turns: Turns) -> list[Candidate]:
    """Lowest priority number first; equal ones by price, then by id."""
    return sorted(candidates, key=_by_priority)


def highest_price(candidates: Sequence[Candidate], turns: Turns) -> list[Candidate]:
    """Highest price first, unrounded; equal ones by priority, then by id."""
    return sorted(
        candidates, key=lambda candidate: (-candidate.price, candidate.priority, candidate.order_id)
    )


def round_robin(candidates: Sequence[Candidate], turns: Turns) -> list[Candidate]:
    """The one whose last turn is longest ago first; those that never had one before all others."""
    return sorted(
        candidates, key=lambda candidate: (turns.last.get(candidate.order_id, -1), *_by_priority(candidate))
    )


def weighted(candidates: Sequence[Candidate], turns: Turns) -> list[Candidate]:
    """Exact shares by weight: over any run of the same candidates every order is within one lead of its
    share.

    Among the orders that are owed enough, the one that would soonest be owed too much goes first (Tijdeman's
    rule for the chairman assignment; the plain "largest debt first" can stray further than one).
    """
    if len(candidates) < 2:
        return list(candidates)
    total = sum(candidate.weight for candidate in candidates)
    slack = ONE / (2 * len(candidates) - 2)

    def rank(candidate: Candidate) -> tuple[int, Decimal, int, Decimal, int]:
        share = Decimal(candidate.weight) / total
        owed = turns.credits.get(candidate.order_id, ZERO) + share
        if owed >= slack:
            return (0, (ONE - slack - owed) / share, *_by_priority(candidate))
        return (1, -owed, *_by_priority(candidate))

    return sorted(candidates, key=rank)


@dataclass(frozen=True, slots=True)
class Strategy:
    """A registered method. `fair` ones need stored turns."""

    key: str
    label: str
    fair: bool
    rank: Callable[[Sequence[Candidate], Turns], list[Candidate]]


STRATEGIES: dict[str, Strategy] = {
    strategy.key: strategy
    for strategy in (
        Strategy("priority", "priority", False, priority),
        Strategy("round_robin", "round robin", True, round_robin),
        Strategy("weighted", "weighted", True, weighted),
        Strategy("highest_price", "highest price", False, highest_price),
    )
}


def taken(turns: Turns, ranked: Sequence[Candidate]) -> Turns:
    """The turns after a lead was given to the first of `ranked`: every competitor earns its share, the first
    pays one.
    """
    if not ranked:
        return turns
    first = ranked[0].order_id
    total = sum(candidate.weight for candidate in ranked)
    owed = dict(turns.credits)
    for candidate in ranked:
        earned = owed.get(candidate.order_id, ZERO) + Decimal(candidate.weight) / total
        owed[candidate.order_id] = _within(earned - (candidate.order_id == first))
    last = dict(turns.last)
    last[first] = max(last.values(), default=0) + 1
    return Turns(owed, last)


def returned(turns: Turns, ranked: Sequence[Candidate]) -> Turns:
    """The turns after nobody of `ranked` bought: what `taken` gave and took is undone, but the turn was
    had.
    """
    if not ranked:
        return turns
    first = ranked[0].order_id
    total = sum(candidate.weight for candidate in ranked)
    owed = dict(turns.credits)
    for candidate in ranked:
        earned = owed.get(candidate.order_id, ZERO) - Decimal(candidate.weight) / total
        owed[candidate.order_id] = _within(earned + (candidate.order_id == first))
    return Turns(owed, turns.last)


def moved(turns: Turns, *, first: int, buyer: int | None) -> Turns:
    """The turns after the order that was first in line did not buy: it is owed the lead again, and the order
    that did buy (if any) has had it.
    """
    if first == buyer:
        return turns
    owed = dict(turns.credits)
    owed[first] = _within(owed.get(first, ZERO) + ONE)
    if buyer is not None:
        owed[buyer] = _within(owed.get(buyer, ZERO) - ONE)
    return Turns(owed, turns.last)


def _within(credit: Decimal) -> Decimal:
    return max(-CREDIT_LIMIT, min(CREDIT_LIMIT, credit))
