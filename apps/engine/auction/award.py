"""Who wins a lead, what its source is promised, and which way a post goes: a pure function of offers and rules."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from apps.engine import pricing
from apps.engine.auction.allowing import Way, allowed, fixed, shown, too_little
from apps.engine.auction.choosing import Bar, Ways
from apps.engine.auction.lanes import HIGHEST_PRICE, Lane, lanes
from apps.engine.auction.values import SHARED, Award, Offer, Winner
from apps.engine.campaign import CampaignSpec, PayoutSpec, TermsSpec
from apps.engine.routing import Considered, Step
from apps.engine.strategies import Turns

ZERO = Decimal("0.00")


def award(spec: CampaignSpec, terms: TermsSpec, offers: Sequence[Offer], turns: Mapping[int, Turns]) -> Award:
    """Decide the auction of one lead. `turns` are those of the groups that take turns.

    The first group that can sell the lead wins it, the others follow in its ranking. Every offer is told of exactly
    once, and the order of `offers` means nothing.
    """
    race = _Race(spec, terms, offers, turns, by_expected=spec.auction.expected_value == "on")
    won = race.won()
    if not won:
        return Award(lines=race.told(), reason=race.why_unsold())
    race.go_down(won)
    shadow: tuple[Winner, ...] = ()
    if spec.auction.expected_value == "shadow":
        shadow = _winners(terms.payout, _Race(spec, terms, offers, turns, by_expected=True).won())
    return Award(
        winners=race.winners,
        payout=race.promised,
        price=sum((winner.price for winner in race.winners), ZERO),
        ranking=tuple(race.steps),
        lines=race.told(),
        shadow=shadow,
    )


def _winners(payout: PayoutSpec, ways: Ways) -> tuple[Winner, ...]:
    """The ways as sales, booked one after the other."""
    winners = []
    before: Decimal | None = None
    for way in ways:
        step = pricing.payout_step(payout, before, way.booked, way.keeps)
        winners.append(Winner(way.offer.order_id, way.share, way.price, step))
        before = (before or ZERO) + way.booked
    return tuple(winners)


class _Race:
    """One auction being decided."""

    def __init__(
        self,
        spec: CampaignSpec,
        terms: TermsSpec,
        offers: Sequence[Offer],
        turns: Mapping[int, Turns],
        *,
        by_expected: bool,
    ) -> None:
        self.spec, self.terms, self.by_expected = spec, terms, by_expected
        found = allowed(spec, terms, offers, by_expected=by_expected)
        self.lines = sorted(found.refused, key=lambda line: line.order_id)
        self.lanes = lanes(spec, found.ways, turns)
        self.owed = fixed(terms.payout)
        self.bar = Bar(self.owed, of_room=True) if self.owed else Bar()
        self.down = self.bar
        """What a sale must bring further down the ranking."""
        self.winners: tuple[Winner, ...] = ()
        self.promised = ZERO
        self.steps: list[Step] = []
        self.placed: list[Considered] = []

    def won(self) -> Ways:
        """The sale that wins: that of the first group that has any."""
        return next((won for lane in self.lanes if (won := lane.pick(self.bar))), ())

    def go_down(self, won: Ways) -> None:
        """The way of a post: the winners, then what else is left that pays, group by group."""
        self.winners = _winners(self.terms.payout, won)
        self.promised = sum((winner.payout for winner in self.winners), ZERO)
        if self.spec.auction.post_floor == "payout" and not self.owed:
            self.down = Bar(self.promised)
        reached = False
        for lane in self.lanes:
            reached = reached or lane.group.id == won[0].offer.group_id
            if not reached:
                continue
            for way in won if not self.steps else ():
                self._place(lane, way, "won")
            lane.take(won)
            behind = self._behind(lane, won)
            while picked := lane.pick(self.down):
                for way in picked:
                    self._place(lane, way, behind)
                lane.take(picked)
            self._join(lane)

    def _behind(self, lane: Lane, won: Ways) -> str:
        same = lane.group.id == won[0].offer.group_id and lane.group.method == HIGHEST_PRICE
        return "lost_on_price" if same else "ranked"

    def _join(self, lane: Lane) -> None:
        """Shares that pay too little alone count beside another one: nothing more is owed than what they bring."""
        if not self._can_join(lane):
            return
        for way in lane.shares:
            self._place(lane, way, "joins")
        lane.take(lane.shares)

    def _can_join(self, lane: Lane) -> bool:
        """Whether a place can be left in this group after a share was sold, in it or in one that goes on."""
        shared = {step.group_id for step in self.steps if step.share == SHARED}
        if lane.places > 1 and lane.group.id in shared:
            return True
        before = self.lanes[: self.lanes.index(lane)]
        goes_on = any(one.group.id in shared and one.group.when_sold == "go_on" for one in before)
        return goes_on and self.spec.max_buyers > 1

    def _place(self, lane: Lane, way: Way, verdict: str) -> None:
        offer = way.offer
        self.steps.append(
            Step(
                offer.order_id,
                offer.buyer_id,
                lane.group.id,
                way.price,
                share=way.share,
                brings=self.down.amount(way),
                needs=self.down.needed,
            )
        )
        detail = f"{way.share} at {shown(way.price)}"
        if self.by_expected:
            detail += f" × {offer.expected} expected"
        if verdict != "won":
            detail = f"{len(self.steps)}, {detail}"
        self.placed.append(Considered(offer.order_id, verdict, detail))

    def told(self) -> tuple[Considered, ...]:
        """Every offer once: those with a place in its order, then the others by id."""
        left: dict[int, Way] = {}
        for lane in self.lanes:
            for way in (*lane.alone, *lane.shares):
                known = left.setdefault(way.offer.order_id, way)
                if way.booked > known.booked:
                    left[way.offer.order_id] = way
        unplaced = [*self.lines, *(self._unplaced(way) for way in left.values())]
        return (*self.placed, *sorted(unplaced, key=lambda line: line.order_id))

    def _unplaced(self, way: Way) -> Considered:
        if self.owed:
            return Considered(way.offer.order_id, "below_margin", too_little(way, self.owed))
        detail = f"{shown(way.booked)} < {shown(self.promised)}"
        return Considered(way.offer.order_id, "cannot_pay", detail)

    def why_unsold(self) -> str:
        """Nobody won: something was offered and all of it was too low, or nobody offered anything."""
        offered = any(line.verdict != "no_bid" for line in self.told())
        return "below_minimum_bid" if offered else "no_eligible_buyer"
