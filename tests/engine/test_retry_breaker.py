from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import breaker, retry
from apps.engine.breaker import CLOSED, BreakerState, Permission
from apps.engine.outcome import Outcome

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("number", "middle"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (50, 60)])
def test_waits_double_to_a_minute(number: int, middle: float) -> None:
    assert retry.wait_s(number, jitter=0.5) == pytest.approx(middle)
    assert retry.wait_s(number, jitter=0.0) == pytest.approx(middle * 0.8)
    assert retry.wait_s(number, jitter=0.999999) == pytest.approx(middle * 1.2, rel=1e-4)


def test_retry_after_is_honoured_within_a_bound() -> None:
    assert retry.wait_s(1, jitter=0.5, retry_after_s=30) == 30
    assert retry.wait_s(5, jitter=0.5, retry_after_s=1) == pytest.approx(32)
    assert retry.wait_s(1, jitter=0.5, retry_after_s=10**8) == retry.LONGEST_RETRY_AFTER_S


@pytest.mark.parametrize(("number", "middle"), [(1, 10), (2, 60), (3, 300), (6, 21600), (10, 21600)])
def test_the_assured_profile_goes_from_seconds_to_hours(number: int, middle: float) -> None:
    assert retry.wait_s(number, jitter=0.5, profile="assured") == pytest.approx(middle)
    assert retry.wait_s(1, jitter=0.5, retry_after_s=7200, profile="assured") == 7200


def results(
    state: BreakerState, pattern: str, *, start: datetime = NOW, every: timedelta = SECOND
) -> BreakerState:
    for number, mark in enumerate(pattern):
        state = breaker.after(state, start + number * every, failed=mark == "x")
    return state


def test_opens_at_ten_in_a_row() -> None:
    assert results(CLOSED, "x" * 9).opened_at is None
    assert results(CLOSED, "x" * 9 + "." + "x" * 9).opened_at is None
    assert results(CLOSED, "x" * 10).opened_at == NOW + 9 * SECOND


def test_opens_at_half_of_twenty() -> None:
    assert results(CLOSED, ".x" * 9 + ".").opened_at is None
    assert results(CLOSED, ".x" * 10).opened_at is not None
    assert results(CLOSED, "..x" * 30).opened_at is None


def test_results_older_than_five_minutes_do_not_count() -> None:
    old = results(CLOSED, "." + "x" * 9)
    late = results(old, "." * 5 + "x" * 5, start=NOW + timedelta(minutes=6))
    assert late.opened_at is None
    assert results(old, "." * 5 + "x" * 5, start=NOW + SECOND * 30).opened_at is not None


def test_rests_a_minute_then_lets_one_probe_through() -> None:
    opened = results(CLOSED, "x" * 10)
    assert opened.opened_at
    ready = opened.opened_at + breaker.COOLING
    assert breaker.permission(opened, ready - SECOND) is Permission.REFUSE
    assert breaker.permission(opened, ready) is Permission.PROBE
    probing = breaker.probing(opened, ready)
    assert breaker.permission(probing, ready) is Permission.REFUSE
    assert breaker.permission(probing, ready + breaker.PROBE_PATIENCE) is Permission.PROBE
    assert breaker.reopens_at(probing, ready) == ready + breaker.PROBE_PATIENCE


def test_the_probe_decides() -> None:
    opened = results(CLOSED, "x" * 10)
    later = NOW + timedelta(minutes=2)
    probing = breaker.probing(opened, later)
    assert breaker.after(probing, later, failed=False) == CLOSED
    again = breaker.after(probing, later, failed=True)
    assert breaker.permission(again, later + breaker.COOLING - SECOND) is Permission.REFUSE
    assert breaker.permission(again, later + breaker.COOLING) is Permission.PROBE


def test_a_late_answer_does_not_close_it() -> None:
    opened = results(CLOSED, "x" * 10)
    assert breaker.after(opened, NOW + 11 * SECOND, failed=False) == opened


def test_business_rejections_are_healthy() -> None:
    failures = {outcome for outcome in Outcome if breaker.counts_as_failure(outcome)}
    assert failures == {Outcome.RETRYABLE, Outcome.FAILED, Outcome.UNKNOWN}


@given(st.text(alphabet=".x", max_size=200), st.integers(0, 60))
def test_the_memory_is_bounded_and_successes_never_open(pattern: str, every: int) -> None:
    state = results(CLOSED, pattern, every=timedelta(seconds=every))
    assert len(state.slots) <= 21
    assert results(CLOSED, "." * len(pattern), every=timedelta(seconds=every)).opened_at is None
