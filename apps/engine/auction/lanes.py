"""The groups of an auction: each picks, by its method, the best sale that is left in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.engine.auction.allowing import Way
from apps.engine.auction.choosing import Bar, Ways, best_alone, best_together, better, first_together
from apps.engine.auction.values import EXCLUSIVE, SHARED
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import GroupSpec
from apps.engine.strategies import NO_TURNS, STRATEGIES, Candidate, Turns

HIGHEST_PRICE = "highest_price"


@dataclass(slots=True)
class Lane:
    """One group with the ways that are left in it, the first come first. `places`: so many may share a lead of it."""

    group: GroupSpec
    places: int
    alone: list[Way]
    shares: list[Way]
    rank: Mapping[int, int]
    """The place of each order by the group's method; empty where the price alone decides."""

    def pick(self, bar: Bar) -> Ways:
        """The best sale left that meets the bar, in the order in which its buyers are posted; empty when none does.

        By price: the better of the best exclusive offer and the best shared ones together. By another method: the
        first in rank decides how the lead is sold, by price where it buys either way.
        """
        alone = best_alone(self.alone, bar)
        if not self.rank:
            return better(alone, best_together(self.shares, self.places, bar))
        together = first_together(self.shares, self.places, bar)
        if not alone or not together:
            return alone or together
        first, shared = self.rank[alone[0].offer.order_id], self.rank[together[0].offer.order_id]
        if first == shared:
            return better(alone, together)
        return alone if first < shared else together

    def take(self, ways: Iterable[Way]) -> None:
        """These orders have their place: they are left no more, in no way."""
        taken = {way.offer.order_id for way in ways}
        self.alone = [way for way in self.alone if way.offer.order_id not in taken]
        self.shares = [way for way in self.shares if way.offer.order_id not in taken]


def lanes(spec: CampaignSpec, ways: Iterable[Way], turns: Mapping[int, Turns]) -> list[Lane]:
    """The groups in order, each with its ways ranked by its method."""
    of_group: defaultdict[int, list[Way]] = defaultdict(list)
    for way in ways:
        of_group[way.offer.group_id].append(way)
    groups = sorted(spec.groups, key=lambda group: (group.position, group.id))
    return [_lane(group, of_group[group.id], turns.get(group.id, NO_TURNS), spec) for group in groups]


def _lane(group: GroupSpec, ways: list[Way], turns: Turns, spec: CampaignSpec) -> Lane:
    rank = {} if group.method == HIGHEST_PRICE else _rank(group, ways, turns)
    ways = sorted(ways, key=lambda way: (rank.get(way.offer.order_id, 0), way.key))
    return Lane(
        group,
        min(spec.max_buyers, group.max_buyers),
        [way for way in ways if way.share == EXCLUSIVE],
        [way for way in ways if way.share == SHARED],
        rank,
    )


def _rank(group: GroupSpec, ways: list[Way], turns: Turns) -> dict[int, int]:
    best: dict[int, Way] = {}
    for way in ways:
        known = best.setdefault(way.offer.order_id, way)
        if way.value > known.value:
            best[way.offer.order_id] = way
    candidates = [
        Candidate(order_id, way.offer.priority, way.offer.weight, way.value)
        for order_id, way in sorted(best.items())
    ]
    ranked = STRATEGIES[group.method].rank(candidates, turns)
    return {candidate.order_id: place for place, candidate in enumerate(ranked)}
