from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import asked_again, waits, waterfall
from apps.engine.orders import EndpointSpec, OrderSpec
from apps.engine.outcome import Outcome
from apps.engine.pace import Full
from apps.engine.requirements import ScheduleSpec, Window
from apps.engine.routing import GroupLimit, Plan, Step
from apps.engine.waterfall import Hold, Passed, Result, Send, Sold, Unsold, Wait

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)
ENDPOINT = EndpointSpec(1, "e", "https://buyer.example/", retries=2)
PRICE = Decimal("10")


def plan(*order_ids: int, max_buyers: int = 1, group: int = 1) -> Plan:
    steps = tuple(Step(order_id, 100 + order_id, group, PRICE) for order_id in order_ids)
    return Plan(steps, groups=(GroupLimit(group, max_buyers, "stop"),), max_buyers=max_buyers)


def policy(name: str) -> dict[int, EndpointSpec]:
    return dict.fromkeys(range(1, 20), replace(ENDPOINT, unknown_policy=name))


def result(order_id: int, what: Outcome | Passed, retry_at: datetime | None = None) -> Result:
    return Result(order_id, what, NOW, "why", retry_at=retry_at)


def after(*history: Result, unknown: str = "hold", of: Plan | None = None) -> waterfall.Decision:
    return waterfall.next_step(of or plan(1, 2, 3), history, policy(unknown), NOW)


def test_begins_with_the_first() -> None:
    assert after() == Send(1, PRICE, 0, 0)


def test_nobody_in_line() -> None:
    assert after(of=plan()) == Unsold("no_eligible_buyer")


@pytest.mark.parametrize("what", [Outcome.REJECTED, Outcome.DUPLICATE, Outcome.FAILED, Passed.PASSED])
def test_goes_on(what: Outcome) -> None:
    assert after(result(1, what)) == Send(2, PRICE, 1, 0)


def test_sold_at_once_and_recovered() -> None:
    assert after(result(1, Outcome.ACCEPTED)) == Sold((1,))
    assert after(result(1, Outcome.REJECTED), result(2, Outcome.ACCEPTED)) == Sold((2,), recovered=True)


def test_retryable_waits_asks_again_then_goes_on() -> None:
    assert after(result(1, Outcome.RETRYABLE, LATER)) == Wait(LATER, 1)
    assert after(result(1, Outcome.RETRYABLE, NOW)) == Send(1, PRICE, 0, 1)
    assert after(result(1, Outcome.RETRYABLE, NOW), result(1, Outcome.RETRYABLE)) == Send(2, PRICE, 1, 0)


@pytest.mark.parametrize(
    ("whats", "reason"),
    [
        ((Outcome.REJECTED, Outcome.DUPLICATE, Outcome.REJECTED), "buyer_rejected"),
        ((Outcome.REJECTED, Outcome.REJECTED, Outcome.FAILED), "buyer_delivery_failed"),
        ((Outcome.FAILED, Outcome.REJECTED, Passed.PASSED), "buyer_rejected"),
        ((Passed.PASSED, Passed.PASSED, Passed.PASSED), "no_eligible_buyer"),
    ],
)
def test_unsold_says_why(whats: tuple[Outcome, ...], reason: str) -> None:
    history = [result(number, what) for number, what in enumerate(whats, start=1)]
    assert after(*history) == Unsold(reason)


def test_unknown_by_policy() -> None:
    assert after(result(1, Outcome.UNKNOWN)) == Hold(1, "why")
    assert after(result(1, Outcome.UNKNOWN), unknown="go_on") == Send(2, PRICE, 1, 0)
    assert after(result(1, Outcome.UNKNOWN, LATER), unknown="resend") == Wait(LATER, 1)
    assert after(result(1, Outcome.UNKNOWN, NOW), unknown="resend") == Send(1, PRICE, 0, 1)


@pytest.mark.parametrize("then", [Outcome.RETRYABLE, Outcome.FAILED, Outcome.UNKNOWN, Passed.PASSED])
def test_doubt_outlives_an_answer_that_tells_nothing(then: Outcome) -> None:
    assert after(result(1, Outcome.UNKNOWN, NOW), result(1, then), unknown="resend") == Hold(1, "why")


def test_doubt_ends_with_an_answer() -> None:
    unknown = result(1, Outcome.UNKNOWN, NOW)
    assert after(unknown, result(1, Outcome.REJECTED), unknown="resend") == Send(2, PRICE, 1, 0)
    assert after(unknown, result(1, Outcome.ACCEPTED), unknown="resend") == Sold((1,))


def test_an_open_breaker_lets_others_go_first_and_waits_if_nobody_buys() -> None:
    deferred = result(1, Passed.DEFERRED, LATER)
    assert after(deferred) == Send(2, PRICE, 1, 0)
    others = (result(2, Outcome.REJECTED), result(3, Outcome.REJECTED))
    assert after(deferred, *others) == Wait(LATER, 1)
    assert after(replace(deferred, retry_at=NOW), *others) == Send(1, PRICE, 0, 0)
    assert after(deferred, result(2, Outcome.ACCEPTED)) == Sold((2,), recovered=True)
    assert after(replace(deferred, retry_at=None), *others) == Unsold("buyer_rejected")


def test_a_resend_in_doubt_waits_for_the_breaker_instead_of_selling_to_another() -> None:
    history = (result(1, Outcome.UNKNOWN, NOW), result(1, Passed.DEFERRED, LATER))
    assert after(*history, unknown="resend") == Wait(LATER, 1)


def test_putting_off_is_bounded() -> None:
    history: list[Result] = []
    for _ in range(ENDPOINT.retries):
        assert asked_again.deferred_until(history, 1, ENDPOINT, LATER) == LATER
        history.append(result(1, Passed.DEFERRED, LATER))
    assert asked_again.deferred_until(history, 1, ENDPOINT, LATER) is None


def test_shared_leads_sell_up_to_the_maximum_and_once_per_buyer() -> None:
    shared = plan(1, 2, 3, max_buyers=2)
    bought = result(1, Outcome.ACCEPTED)
    assert after(bought, of=shared) == Send(2, PRICE, 1, 0)
    assert after(bought, result(2, Outcome.ACCEPTED), of=shared) == Sold((1, 2))
    same = replace(shared, steps=(shared.steps[0], replace(shared.steps[1], buyer_id=101), shared.steps[2]))
    assert after(bought, of=same) == Send(3, PRICE, 2, 0)


def test_a_held_unknown_takes_up_a_place() -> None:
    shared = plan(1, 2, 3, max_buyers=2)
    unknown = result(1, Outcome.UNKNOWN)
    assert after(unknown, of=shared) == Send(2, PRICE, 1, 0)
    assert after(unknown, result(2, Outcome.ACCEPTED), of=shared) == Hold(1, "why")


def two_groups(when_sold: str) -> Plan:
    steps = (*plan(1, 2).steps, *plan(3, group=2).steps)
    return Plan(steps, groups=(GroupLimit(1, 1, when_sold), GroupLimit(2, 1, "stop")), max_buyers=3)


def test_groups_stop_or_go_on_when_sold() -> None:
    bought = result(1, Outcome.ACCEPTED)
    assert after(bought, of=two_groups("stop")) == Sold((1,))
    assert after(bought, of=two_groups("go_on")) == Send(3, PRICE, 2, 0)
    assert after(result(1, Outcome.REJECTED), result(2, Outcome.REJECTED), of=two_groups("stop")) == Send(
        3, PRICE, 2, 0
    )


def test_a_closed_order_keeps_its_place_and_nobody_behind_is_asked() -> None:
    waits = result(1, Passed.WAITING, LATER)
    assert after(waits) == Wait(LATER, 1)
    assert after(replace(waits, retry_at=NOW)) == Send(1, PRICE, 0, 0)
    assert after(replace(waits, retry_at=NOW), result(1, Outcome.REJECTED)) == Send(2, PRICE, 1, 0)


def test_others_go_first_and_the_closed_one_is_waited_for_only_if_nobody_bought() -> None:
    last = result(1, Passed.LAST, LATER)
    others = (result(2, Outcome.REJECTED), result(3, Outcome.REJECTED))
    assert after(last) == Send(2, PRICE, 1, 0)
    assert after(last, *others) == Wait(LATER, 1)
    assert after(replace(last, retry_at=NOW), *others) == Send(1, PRICE, 0, 0)
    shared = plan(1, 2, 3, max_buyers=3)
    assert after(last, result(2, Outcome.ACCEPTED), result(3, Outcome.REJECTED), of=shared) == Sold((2,))


CLOSED = OrderSpec(
    1, "o", 101, "b", 1, 1,
    schedule=ScheduleSpec("America/Los_Angeles", (Window(0, 540, 1020),)), outside_hours="queue",
)  # fmt: skip
MONDAY_9 = datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_the_hours_are_asked_before_bytes_leave() -> None:
    (closing, kept) = waits.closed(CLOSED, [], NOW) or pytest.fail("open")
    assert closing.detail == "Mon 9:00 Pacific"
    assert kept == Result(1, Passed.WAITING, NOW, "waits", retry_at=MONDAY_9)
    assert waits.closed(CLOSED, [kept], MONDAY_9) is None
    (_, last) = waits.closed(replace(CLOSED, outside_hours="last"), [], NOW) or pytest.fail("open")
    assert (last.what, last.reason, last.retry_at) == (Passed.LAST, "waits_last", MONDAY_9)
    (_, passed) = waits.closed(replace(CLOSED, outside_hours="next"), [], NOW) or pytest.fail("open")
    assert (passed.what, passed.retry_at) == (Passed.PASSED, None)


def test_the_wait_is_bounded_over_all_orders_together() -> None:
    begun = replace(result(2, Passed.WAITING, LATER), at=NOW - timedelta(days=6))
    (closing, passed) = waits.closed(CLOSED, [begun], NOW) or pytest.fail("open")
    assert (closing.verdict, passed.what, passed.retry_at) == ("opens_too_late", Passed.PASSED, None)


def test_doubt_is_asked_about_at_any_hour() -> None:
    assert waits.closed(CLOSED, [result(1, Outcome.UNKNOWN, NOW)], NOW) is None


def test_recovered_is_what_sold_after_the_first_choice_failed() -> None:
    failed, second, third = (
        result(1, Outcome.REJECTED),
        result(2, Outcome.ACCEPTED),
        result(3, Outcome.ACCEPTED),
    )
    assert waterfall.recovered([failed, second, third], 2)
    assert waterfall.recovered([failed, second, third], 3)
    assert not waterfall.recovered([result(1, Outcome.ACCEPTED), second], 2)
    assert not waterfall.recovered([result(1, Passed.PASSED), second], 2)
    assert not waterfall.recovered([result(1, Passed.LAST, LATER), second], 2)
    assert waterfall.recovered([result(1, Passed.DEFERRED, LATER), second], 2)


def test_not_reached() -> None:
    assert waterfall.not_reached(plan(1, 2, 3), [result(1, Outcome.ACCEPTED)]) == (2, 3)


PLACES = (Passed.QUEUED, Passed.PUT_OFF)
SOON = timedelta(seconds=40)
WHATS = st.sampled_from([*Outcome, *Passed])


@given(
    st.integers(0, 5),
    st.integers(1, 3),
    st.sampled_from(["hold", "resend", "go_on"]),
    st.lists(WHATS, max_size=60),
    st.lists(st.integers(1, 3), min_size=5, max_size=5),
)
def test_every_journey_ends_and_sells_no_more_than_allowed(
    orders: int, max_buyers: int, unknown: str, answers: list[Outcome | Passed], buyers: list[int]
) -> None:
    """Plays a whole delivery: each Send gets the next answer; time jumps to each Wait."""
    of = plan(*range(1, orders + 1), max_buyers=max_buyers)
    of = replace(of, steps=tuple(replace(step, buyer_id=buyers[at]) for at, step in enumerate(of.steps)))
    endpoints, history, now = policy(unknown), [], NOW
    answers = [*answers, *[Outcome.REJECTED] * 60]
    while True:
        decision = waterfall.next_step(of, history, endpoints, now)
        if isinstance(decision, Wait):
            assert decision.until > now
            now = decision.until
            continue
        if not isinstance(decision, Send):
            break
        what = answers.pop(0)
        history = _played(history, decision.order_id, what, endpoints, now)
    buyers_of = {step.order_id: step.buyer_id for step in of.steps}
    sold = [one.order_id for one in history if one.what is Outcome.ACCEPTED]
    doubtful = {one.order_id for one in history if one.what is Outcome.UNKNOWN and one.order_id not in sold}
    assert len(sold) <= max_buyers
    assert len({buyers_of[one] for one in sold}) == len(sold)
    if unknown == "hold":
        assert len(sold) + len(doubtful) <= max_buyers
    assert isinstance(decision, Sold) == (bool(sold) and not isinstance(decision, Hold))
    assert now <= NOW + timedelta(days=10)
    places = sum(one.what in PLACES for one in history)
    openings = sum(one.what in (Passed.WAITING, Passed.LAST) for one in history)
    assert openings <= 5 * 8
    assert len(history) - openings - places <= 5 * 2 * (ENDPOINT.retries + 1)
    for order_id in range(1, orders + 1):
        mine = [one.what in PLACES for one in history if one.order_id == order_id]
        assert not any(one and other for one, other in pairwise(mine))
    if isinstance(decision, Unsold):
        assert {one.order_id for one in history} >= {step.order_id for step in of.steps} - _twins(of, history)


def _played(
    history: list[Result],
    order_id: int,
    what: Outcome | Passed,
    endpoints: dict[int, EndpointSpec],
    now: datetime,
) -> list[Result]:
    """The history after this has become of a Send."""
    if what in PLACES:
        place = Full("over_rate", now + (SOON if what is Passed.QUEUED else timedelta(days=1)))
        return list(waits.no_place(order_id, place, history, now).history)
    if what in (Passed.WAITING, Passed.LAST) and now >= NOW + timedelta(days=7):
        what = Passed.PASSED
    history = [*history, Result(order_id, what, now, "why")]
    return [*history[:-1], replace(history[-1], retry_at=_retry_at(history, endpoints, now))]


def _twins(of: Plan, history: list[Result]) -> set[int]:
    """Orders whose buyer may have the lead by another order."""
    doubtful = {one.order_id for one in history if one.what is Outcome.UNKNOWN}
    buyers = {step.buyer_id for step in of.steps if step.order_id in doubtful}
    return {step.order_id for step in of.steps if step.buyer_id in buyers}


def _retry_at(history: list[Result], endpoints: dict[int, EndpointSpec], now: datetime) -> datetime | None:
    last = history[-1]
    if last.what in (Passed.WAITING, Passed.LAST):
        return now + timedelta(days=1)
    if last.what is Passed.DEFERRED:
        reopens = now + timedelta(minutes=1)
        return asked_again.deferred_until(history[:-1], last.order_id, endpoints[last.order_id], reopens)
    return asked_again.retry_at(history, endpoints[last.order_id], now, jitter=0.5)
