"""A lead at an endpoint that takes no more for now: it stays a while, lets others go first, or goes on for good."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import routing, waits, waterfall
from apps.engine.orders import EndpointSpec, OrderSpec
from apps.engine.outcome import Outcome
from apps.engine.pace import Full
from apps.engine.requirements import ScheduleSpec, Window
from apps.engine.routing import Considered, GroupLimit, Plan, Step
from apps.engine.waterfall import Passed, Result, Send, Sold, Unsold, Wait

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRICE = Decimal("10")
ENDPOINTS = dict.fromkeys(range(1, 9), EndpointSpec(1, "e", "https://buyer.example/", retries=2))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def full(wait_s: float, *, at: datetime = NOW, verdict: str = "over_rate") -> Full:
    return Full(verdict, at + seconds(wait_s))


def plan(*order_ids: int, max_buyers: int = 1) -> Plan:
    steps = tuple(Step(order_id, 100 + order_id, 1, PRICE) for order_id in order_ids)
    return Plan(steps, groups=(GroupLimit(1, max_buyers, "stop"),), max_buyers=max_buyers)


def after(
    history: list[Result] | tuple[Result, ...], *, now: datetime = NOW, of: Plan | None = None
) -> waterfall.Decision:
    return waterfall.next_step(of or plan(1, 2), history, ENDPOINTS, now)


def test_a_short_wait_is_spent_in_its_place_of_the_line_and_not_told() -> None:
    found = waits.no_place(1, full(60), [], NOW)
    assert (found.stays, found.verdict) == (True, "")
    assert found.history == (Result(1, Passed.QUEUED, NOW, "over_rate", retry_at=NOW + seconds(60)),)
    assert after(found.history) == Wait(NOW + seconds(60), 1)
    assert after(found.history, now=NOW + seconds(60)) == Send(1, PRICE, 0, 0)


def test_a_longer_one_lets_others_go_first_and_is_told() -> None:
    found = waits.no_place(1, full(61), [], NOW)
    assert (found.stays, found.verdict, found.detail) == (False, "over_rate", "61 s")
    assert after(found.history) == Send(2, PRICE, 1, 0)
    others_no = [*found.history, Result(2, Outcome.REJECTED, NOW)]
    assert after(others_no) == Wait(NOW + seconds(61), 1)
    assert after(others_no, now=NOW + seconds(61)) == Send(1, PRICE, 0, 0)


def test_parked_again_and_again_it_goes_on_once_the_minute_is_over() -> None:
    history: tuple[Result, ...] = ()
    at = NOW
    for _ in range(4):
        found = waits.no_place(1, full(15, at=at), history, at)
        assert (found.stays, len(found.history)) == (True, 1)
        history, at = found.history, at + seconds(15)
    found = waits.no_place(1, full(15, at=at), history, at)
    assert (found.stays, found.verdict, found.detail) == (False, "over_rate", "15 s")
    assert found.history == (Result(1, Passed.PUT_OFF, NOW, "over_rate", retry_at=at + seconds(15)),)


def test_put_off_again_is_not_told_again_and_leaves_one_result() -> None:
    found = waits.no_place(1, full(3600), [], NOW)
    again = waits.no_place(1, full(5, at=NOW + seconds(3600)), found.history, NOW + seconds(3600))
    assert (again.stays, again.verdict, len(again.history)) == (False, "", 1)
    assert again.history[0].at == NOW
    assert again.history[0].retry_at == NOW + seconds(3605)


def test_an_attempt_in_between_begins_a_wait_of_its_own() -> None:
    asked = Result(1, Outcome.RETRYABLE, NOW + seconds(3600), retry_at=NOW + seconds(3602))
    history = [Result(1, Passed.PUT_OFF, NOW, "over_rate", retry_at=NOW + seconds(3600)), asked]
    found = waits.no_place(1, full(30, at=NOW + seconds(3602)), history, NOW + seconds(3602))
    assert found.stays
    assert found.history[:2] == tuple(history)


def test_a_place_beyond_the_longest_wait_is_none_all_waits_together() -> None:
    week = waits.MAX_WAIT.total_seconds()
    assert waits.no_place(1, full(week), [], NOW).history[0].what is Passed.PUT_OFF
    found = waits.no_place(1, full(week + 1), [], NOW)
    assert (found.stays, found.verdict, found.detail) == (False, "no_place_in_time", "8 days")
    assert found.history == (Result(1, Passed.PASSED, NOW, "no_place_in_time"),)
    assert after(found.history, of=plan(1)) == Unsold("no_eligible_buyer")
    for what in (Passed.WAITING, Passed.LAST, Passed.PUT_OFF):
        begun = Result(2, what, NOW - timedelta(days=6), retry_at=NOW)
        assert waits.no_place(1, full(2 * 86400), [begun], NOW).verdict == "no_place_in_time"


def test_waiting_for_a_place_counts_as_waiting_for_an_opening() -> None:
    hours = ScheduleSpec("UTC", (Window(NOW.weekday(), 0, 60),))
    order = OrderSpec(1, "o", 1, "b", 1, 1, schedule=hours, outside_hours="queue")
    begun = Result(2, Passed.PUT_OFF, NOW - timedelta(days=6), "over_rate", retry_at=NOW)
    found = waits.closed(order, [begun], NOW)
    assert found is not None
    assert found[0].verdict == "opens_too_late"


def test_a_resend_in_doubt_waits_instead_of_selling_to_another() -> None:
    doubt = Result(1, Outcome.UNKNOWN, NOW, retry_at=NOW)
    found = waits.no_place(1, full(600), [doubt], NOW)
    assert after(found.history) == Wait(NOW + seconds(600), 1)


def test_once_somebody_bought_nobody_waits_for_a_place_but_in_line() -> None:
    bought = Result(2, Outcome.ACCEPTED, NOW)
    shared = plan(1, 2, max_buyers=2)
    put_off = waits.no_place(1, full(600), [], NOW).history
    assert after([*put_off, bought], of=shared) == Sold((2,))
    queued = waits.no_place(1, full(6), [], NOW).history
    assert after([*queued, bought], of=shared) == Wait(NOW + seconds(6), 1)


def test_a_sale_past_an_order_over_its_rate_is_no_recovery() -> None:
    put_off = waits.no_place(1, full(600), [], NOW).history
    assert after([*put_off, Result(2, Outcome.ACCEPTED, NOW)]) == Sold((2,), recovered=False)


@given(st.lists(st.tuples(st.floats(0.05, 200_000), st.booleans()), min_size=1, max_size=60))
def test_however_often_it_is_asked_it_ends_and_one_result_stays(asks: list[tuple[float, bool]]) -> None:
    history: tuple[Result, ...] = ()
    now = NOW
    for wait_s, by_rate in asks:
        verdict = "over_rate" if by_rate else "over_concurrency"
        found = waits.no_place(1, full(wait_s, at=now, verdict=verdict), history, now)
        history = found.history
        assert len(history) == 1
        if found.stays:
            assert now + seconds(wait_s) <= NOW + waits.STAYS_FOR
        if history[0].retry_at is None:
            assert now + seconds(wait_s) > NOW + waits.MAX_WAIT
            return
        now = history[0].retry_at
        assert now <= NOW + waits.MAX_WAIT
        assert isinstance(after(history, now=now, of=plan(1)), Send)


@pytest.mark.parametrize(
    ("wait_s", "words"),
    [
        (0.2, "1 s"),
        (61, "61 s"),
        (89.5, "2 min"),
        (240, "4 min"),
        (240.001, "4 min"),
        (241, "5 min"),
        (3600, "60 min"),
        (2 * 3600, "2 h"),
        (47 * 3600 + 1, "2 days"),
    ],
)
def test_waits_in_words(wait_s: float, words: str) -> None:
    assert waits.in_words(seconds(wait_s)) == words


def test_the_trace_says_it_in_words() -> None:
    told = {
        verdict: routing.describe(Considered(1, verdict, "4 min"))
        for verdict in ("over_rate", "over_concurrency", "no_place_in_time")
    }
    assert told == {
        "over_rate": "Over its rate: next place in 4 min",
        "over_concurrency": "As many requests under way as its endpoint takes: next place in 4 min",
        "no_place_in_time": "Over its rate: next place in 4 min; a lead waits 7 days at most",
    }
