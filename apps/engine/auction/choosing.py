"""The best way to sell to one buyer or several: by value, or by the rank a method gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from apps.engine.auction.allowing import Way
from apps.engine.auction.values import SHARED

ZERO = Decimal("0")

Ways = tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a sale must bring together: at least `needed` of prices, or of what is left after margins (`of_room`)."""

    needed: Decimal = ZERO
    of_room: bool = False

    def amount(self, way: Way) -> Decimal:
        """What one way brings towards it."""
        return way.room if self.of_room else way.booked

    def met(self, ways: Iterable[Way]) -> bool:
        return sum(map(self.amount, ways), ZERO) >= self.needed


def order_of(ways: Ways) -> tuple[Decimal, int, list[int], list[int], bool]:
    """Sets of ways, the best first: by value together, fewer buyers, priority, order id; exclusive before shared."""
    offers = [way.offer for way in ways]
    return (
        -sum((way.value for way in ways), ZERO),
        len(ways),
        sorted(offer.priority for offer in offers),
        sorted(offer.order_id for offer in offers),
        ways[0].share == SHARED,
    )


def better(*sets: Ways) -> Ways:
    """The best of these sets; empty ones are no choice."""
    return min((ways for ways in sets if ways), key=order_of, default=())


def best_alone(ways: Sequence[Way], bar: Bar) -> Ways:
    """The first of `ways`, the best first, that meets the bar by itself."""
    return next(((way,) for way in ways if bar.met([way])), ())


def best_together(ways: Sequence[Way], places: int, bar: Bar) -> Ways:
    """The best set of up to `places` different buyers that meets the bar together; `ways` come the best first."""
    picked = _different(ways, places)
    while len(picked) > 1 and not picked[-1].value:
        picked = picked[:-1]
    if bar.met(picked):
        return picked
    if not bar.met(_different(sorted(ways, key=bar.amount, reverse=True), places)):
        return ()
    return _search(_worth_a_look(ways, places, bar), places, bar)


def first_together(ways: Sequence[Way], places: int, bar: Bar) -> Ways:
    """Of all sets that meet the bar, the one that is first by rank; `ways` come ranked. A share that pays nothing is
    taken only as the first.
    """
    by_amount = sorted(ways, key=bar.amount, reverse=True)
    picked: Ways = ()
    for way in ways:
        buyers = {one.offer.buyer_id for one in (*picked, way)}
        if len(buyers) == len(picked) or (picked and not way.price):
            continue
        rest = [one for one in by_amount if one.offer.buyer_id not in buyers]
        if bar.met((*picked, way, *_different(rest, places - len(picked) - 1))):
            picked = (*picked, way)
        if len(picked) == places:
            break
    return picked if bar.met(picked) else ()


def _different(ways: Sequence[Way], places: int) -> Ways:
    """The first ways of different buyers."""
    found: dict[int, Way] = {}
    for way in ways:
        if len(found) == places:
            break
        found.setdefault(way.offer.buyer_id, way)
    return tuple(found.values())


def _worth_a_look(ways: Sequence[Way], places: int, bar: Bar) -> list[Way]:
    """Without those that as many other buyers as may share surpass: one of these is always free to take the place."""
    kept: list[Way] = []
    for way in ways:
        above = {
            one.offer.buyer_id
            for one in kept
            if one.offer.buyer_id != way.offer.buyer_id and bar.amount(one) >= bar.amount(way)
        }
        if len(above) < places:
            kept.append(way)
    return kept


def _search(ways: Sequence[Way], places: int, bar: Bar) -> Ways:
    """The best set, exactly: depth first, leaving out what can neither meet the bar nor beat the best found so far."""
    amounts = [bar.amount(way) for way in ways]
    most_after = [*accumulate(reversed(amounts), max)][::-1]
    best: Ways = ()
    stack: list[tuple[Ways, int]] = [((), 0)]
    while stack:
        chosen, at = stack.pop()
        if chosen and bar.met(chosen):
            best = better(best, chosen)
        left = places - len(chosen)
        if at == len(ways) or not left:
            continue
        value = sum((way.value for way in chosen), ZERO) + left * ways[at].value
        amount = sum(map(bar.amount, chosen), ZERO) + left * most_after[at]
        if amount < bar.needed or (best and value < -order_of(best)[0]):
            continue
        stack.append((chosen, at + 1))
        if ways[at].offer.buyer_id not in {way.offer.buyer_id for way in chosen}:
            stack.append(((*chosen, ways[at]), at + 1))
    return best
