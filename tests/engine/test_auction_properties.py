"""The award against every allowed alternative, worked out anew and by force."""

from collections.abc import Iterator
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine.auction import Award, Offer, award
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.order_verdicts import VERDICTS
from apps.engine.orders import EndpointSpec
from apps.engine.outcome import Outcome
from apps.engine.routing import GroupLimit, Plan, Step
from apps.engine.selling import MarginSpec
from apps.engine.waterfall import Result, Send, next_step
from tests.engine.auctions import auctions, turns_of
from tests.engine.builders import NOW

CENT, ZERO = Decimal("0.01"), Decimal(0)
Drawn = tuple[CampaignSpec, TermsSpec, list[Offer]]
Way = tuple[Offer, str]
Set = tuple[Way, ...]
LOSERS = {
    "cannot_pay", "below_margin", "no_bid",
    "below_order_minimum", "below_terms_minimum", "below_campaign_minimum",
}  # fmt: skip
PLACED = {"won", "lost_on_price", "ranked", "joins"}


def price_of(way: Way) -> Decimal:
    offer, share = way
    price = offer.exclusive if share == "exclusive" else offer.shared
    assert price is not None
    return price


def booked(way: Way) -> Decimal:
    return price_of(way).quantize(CENT, ROUND_HALF_EVEN)


def kept(spec: CampaignSpec, terms: TermsSpec, way: Way) -> Decimal:
    """The margin floor of a sale, by the rules as they are told."""
    [own] = [order.margin for order in spec.orders if order.id == way[0].order_id]
    rule: MarginSpec = next(one for one in (terms.margin, own, spec.auction.margin) if one is not None)
    kind, amount = rule.kind, rule.amount
    highest = None
    for band in rule.bands:
        if band.above <= booked(way) and (highest is None or band.above > highest):
            highest, kind, amount = band.above, band.kind, band.amount
    return {"none": ZERO, "fixed": amount, "percent": booked(way) * amount / 100}[kind]


def left(spec: CampaignSpec, terms: TermsSpec, way: Way) -> Decimal:
    return (booked(way) - kept(spec, terms, way)).quantize(CENT, ROUND_FLOOR)


def owed(terms: TermsSpec) -> Decimal:
    return terms.payout.amount.quantize(CENT, ROUND_HALF_EVEN) if terms.payout.kind == "fixed" else ZERO


def allowed_ways(spec: CampaignSpec, terms: TermsSpec, offers: list[Offer]) -> list[Way]:
    found = []
    for offer in offers:
        [own] = [order.minimum_bid for order in spec.orders if order.id == offer.order_id]
        minimums = [one for one in (own, terms.minimum_bid, spec.auction.minimum_bid) if one is not None]
        for share, price in (("exclusive", offer.exclusive), ("shared", offer.shared)):
            if price is None or (offer.kind == "bid" and price == 0) or any(price < one for one in minimums):
                continue
            if left(spec, terms, (offer, share)) >= 0:
                found.append((offer, share))
    return found


def sets(spec: CampaignSpec, terms: TermsSpec, ways: list[Way], places: int) -> Iterator[Set]:
    """Every allowed sale of one group: one exclusive buyer, or up to `places` different ones that share."""
    shares = [way for way in ways if way[1] == "shared"]
    together = [one for size in range(1, places + 1) for one in combinations(shares, size)]
    for one in [*((way,) for way in ways if way[1] == "exclusive"), *together]:
        buyers = {way[0].buyer_id for way in one}
        if len(buyers) == len(one) and sum(left(spec, terms, way) for way in one) >= owed(terms):
            yield one


def rank(one: Set, *, by_expected: bool) -> tuple[object, ...]:
    value = sum((price_of(way) * (way[0].expected if by_expected else 1) for way in one), ZERO)
    offers = [way[0] for way in one]
    return (
        -value,
        len(one),
        sorted(offer.priority for offer in offers),
        sorted(offer.order_id for offer in offers),
        one[0][1] == "shared",
    )


def best(drawn: Drawn, *, by_expected: bool) -> set[tuple[int, str]]:
    spec, terms, offers = drawn
    ways = allowed_ways(spec, terms, offers)
    for group in sorted(spec.groups, key=lambda one: (one.position, one.id)):
        places = min(spec.max_buyers, group.max_buyers)
        found = [*sets(spec, terms, [way for way in ways if way[0].group_id == group.id], places)]
        if found:
            first = min(found, key=lambda one: rank(one, by_expected=by_expected))
            return {(offer.order_id, share) for offer, share in first}
    return set()


def decided(drawn: Drawn) -> Award:
    spec, terms, offers = drawn
    return award(spec, terms, offers, {})


@settings(max_examples=200)
@given(auctions(method="highest_price"))
def test_no_allowed_sale_is_better(drawn: Drawn) -> None:
    made, mode = decided(drawn), drawn[0].auction.expected_value
    assert {(one.order_id, one.share) for one in made.winners} == best(drawn, by_expected=mode == "on")
    shadow = best(drawn, by_expected=True) if mode == "shadow" else set()
    assert {(one.order_id, one.share) for one in made.shadow} == shadow


@settings(max_examples=80)
@given(auctions())
def test_what_wins_is_allowed_whatever_the_method(drawn: Drawn) -> None:
    spec, terms, offers = drawn
    made = decided(drawn)
    ways = {(offer.order_id, share): (offer, share) for offer, share in allowed_ways(spec, terms, offers)}
    won = [ways[one.order_id, one.share] for one in made.winners]
    assert bool(won) == bool(best(drawn, by_expected=False))
    if won:
        [group] = {offer.group_id for offer, _ in won}
        limit = next(one.max_buyers for one in spec.groups if one.id == group)
        found = sets(spec, terms, list(ways.values()), min(spec.max_buyers, limit))
        assert {frozenset(map(id, one)) for one in found} >= {frozenset(map(id, won))}


@settings(max_examples=80)
@given(auctions())
def test_the_payout_leaves_the_margin(drawn: Drawn) -> None:
    spec, terms, offers = drawn
    made = decided(drawn)
    by_id = {offer.order_id: offer for offer in offers}
    won = [(by_id[one.order_id], one.share) for one in made.winners]
    assert made.price == sum((price_of(way) for way in won), ZERO)
    assert made.payout == sum((one.payout for one in made.winners), ZERO)
    assert made.payout == made.payout.quantize(CENT)
    assert 0 <= made.payout <= sum((booked(way) - kept(spec, terms, way) for way in won), ZERO)
    if terms.payout.kind == "fixed" and won:
        assert made.payout == owed(terms)


@settings(max_examples=80)
@given(auctions())
def test_each_offer_has_one_line_and_each_step_one_order(drawn: Drawn) -> None:
    made = decided(drawn)
    assert sorted(line.order_id for line in made.lines) == sorted(offer.order_id for offer in drawn[2])
    assert {line.verdict for line in made.lines} <= PLACED | LOSERS <= VERDICTS.keys()
    placed = [line.order_id for line in made.lines if line.verdict in PLACED]
    assert placed == [step.order_id for step in made.ranking]
    assert [step.order_id for step in made.ranking][: len(made.winners)] == [
        one.order_id for one in made.winners
    ]
    assert bool(made.reason) == (not made.winners)
    if not made.winners:
        told = {line.verdict for line in made.lines}
        assert made.reason == ("below_minimum_bid" if told - {"no_bid"} else "no_eligible_buyer")


@settings(max_examples=200)
@given(auctions(), st.sets(st.integers(1, 8)))
def test_a_post_keeps_the_promise_or_sells_nothing(drawn: Drawn, refuse: set[int]) -> None:
    """Some orders refuse until one buys; from then on all that are asked buy."""
    spec, _, _ = drawn
    made = decided(drawn)
    sold = posted(spec, made, refuse)
    assert len({step.buyer_id for step in sold}) == len(sold) <= spec.max_buyers
    assert len(sold) == 1 or all(step.share == "shared" for step in sold)
    if made.winners and not refuse & {one.order_id for one in made.winners}:
        assert {step.order_id for step in sold} >= {one.order_id for one in made.winners}
    if sold and spec.auction.post_floor == "payout":
        assert sum(step.price.quantize(CENT, ROUND_HALF_EVEN) for step in sold) >= made.payout


def posted(spec: CampaignSpec, made: Award, refuse: set[int]) -> list[Step]:
    """The steps that buy."""
    groups = sorted(spec.groups, key=lambda one: (one.position, one.id))
    limits = tuple(GroupLimit(one.id, one.max_buyers, one.when_sold) for one in groups)
    plan = Plan(made.ranking, groups=limits, max_buyers=spec.max_buyers)
    endpoints = {step.order_id: EndpointSpec(1, "e", "https://buyer.example/") for step in made.ranking}
    steps = {step.order_id: step for step in made.ranking}
    history: list[Result] = []
    sold: list[Step] = []
    while isinstance(said := next_step(plan, history, endpoints, NOW), Send):
        refused = said.order_id in refuse and not sold
        history.append(Result(said.order_id, Outcome.REJECTED if refused else Outcome.ACCEPTED, NOW))
        sold += [] if refused else [steps[said.order_id]]
    return sold


@settings(max_examples=80)
@given(auctions(), st.randoms(use_true_random=False), st.data())
def test_the_order_of_the_offers_means_nothing(drawn: Drawn, dice: object, data: st.DataObject) -> None:
    spec, terms, offers = drawn
    turns = data.draw(turns_of(spec))
    shuffled = [*offers]
    dice.shuffle(shuffled)
    assert award(spec, terms, shuffled, turns) == award(spec, terms, offers, turns)
