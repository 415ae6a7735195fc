from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine import strategies
from apps.engine.strategies import NO_TURNS, STRATEGIES, Candidate, Turns

WEIGHTS = st.lists(st.integers(1, 50), min_size=2, max_size=8)


def candidates(weights: list[int]) -> list[Candidate]:
    return [Candidate(number, weight=weight) for number, weight in enumerate(weights, start=1)]


def ids(ranked: list[Candidate]) -> list[int]:
    return [candidate.order_id for candidate in ranked]


def test_priority_then_price_then_id() -> None:
    some = [
        Candidate(1, priority=2, price=Decimal(9)),
        Candidate(2, priority=1, price=Decimal(1)),
        Candidate(3, priority=1, price=Decimal(5)),
        Candidate(4, priority=1, price=Decimal(5)),
    ]
    assert ids(strategies.priority(some, NO_TURNS)) == [3, 4, 2, 1]


def test_highest_price_is_ranked_unrounded() -> None:
    some = [
        Candidate(1, price=Decimal("5.001")),
        Candidate(2, price=Decimal("5.004")),
        Candidate(3, price=Decimal(4)),
    ]
    assert ids(strategies.highest_price(some, NO_TURNS)) == [2, 1, 3]


def test_round_robin_takes_turns_and_forgets_nobody() -> None:
    turns, firsts = NO_TURNS, []
    for _ in range(7):
        ranked = strategies.round_robin(candidates([1, 1, 1]), turns)
        firsts.append(ranked[0].order_id)
        turns = strategies.taken(turns, ranked)
    assert firsts == [1, 2, 3, 1, 2, 3, 1]


def test_round_robin_starts_with_a_new_order_and_then_goes_round() -> None:
    turns = Turns(last={1: 5, 2: 6})
    assert ids(strategies.round_robin(candidates([1, 1, 1]), turns)) == [3, 1, 2]


@settings(max_examples=200)
@given(WEIGHTS, st.integers(1, 400))
def test_weighted_shares_are_exact_within_one_lead_at_every_moment(weights: list[int], leads: int) -> None:
    some, turns = candidates(weights), NO_TURNS
    given_to = dict.fromkeys((one.order_id for one in some), 0)
    total = sum(weights)
    for number in range(1, leads + 1):
        ranked = strategies.weighted(some, turns)
        given_to[ranked[0].order_id] += 1
        turns = strategies.taken(turns, ranked)
        for one in some:
            assert abs(given_to[one.order_id] - Decimal(number * one.weight) / total) <= 1


@given(WEIGHTS, st.lists(st.sets(st.integers(0, 7)), max_size=60))
def test_credits_add_up_to_zero_whoever_competes(weights: list[int], absences: list[set[int]]) -> None:
    some, turns = candidates(weights), NO_TURNS
    for absent in absences:
        present = [one for one in some if one.order_id not in absent]
        turns = strategies.taken(turns, strategies.weighted(present, turns))
    assert abs(sum(turns.credits.values(), Decimal(0))) < Decimal("1e-9")


def test_an_order_that_did_not_compete_is_owed_nothing() -> None:
    turns = NO_TURNS
    for _ in range(50):
        turns = strategies.taken(turns, strategies.weighted(candidates([1, 1]), turns))
    ranked = strategies.weighted(candidates([1, 1, 1]), turns)
    turns = strategies.taken(turns, ranked)
    assert turns.credits[3] <= 1


def test_a_lead_that_another_bought_is_owed_to_the_first() -> None:
    ranked = strategies.weighted(candidates([1, 1]), NO_TURNS)
    turns = strategies.moved(strategies.taken(NO_TURNS, ranked), first=1, buyer=2)
    assert ids(strategies.weighted(candidates([1, 1]), turns))[0] == 1
    assert turns.credits == {1: Decimal("0.5"), 2: Decimal("-0.5")}
    assert strategies.moved(turns, first=1, buyer=1) == turns


def test_what_is_owed_is_bounded() -> None:
    turns = NO_TURNS
    for _ in range(100):
        turns = strategies.moved(turns, first=1, buyer=None)
    assert turns.credits[1] == strategies.CREDIT_LIMIT


@given(WEIGHTS, st.sampled_from(sorted(STRATEGIES)), st.randoms())
def test_every_ranking_is_complete_and_does_not_depend_on_the_order_given(weights, method, random) -> None:
    some = candidates(weights)
    ranked = STRATEGIES[method].rank(some, NO_TURNS)
    shuffled = list(some)
    random.shuffle(shuffled)
    assert sorted(ids(ranked)) == ids(some)
    assert STRATEGIES[method].rank(shuffled, NO_TURNS) == ranked
