from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import pace

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RATES = st.tuples(st.integers(1, 300), st.integers(1, 3600))


def sent(rate: pace.Rate, asks: list[float]) -> list[float]:
    """The seconds at which requests went, asked for with these pauses between."""
    bucket, at, went = pace.full(rate, NOW), 0.0, []
    for pause in asks:
        at += pause
        after = pace.take(bucket, rate, NOW + timedelta(seconds=at))
        if after is not None:
            bucket = after
            went.append(at)
    return went


@given(RATES, st.lists(st.floats(0, 30), max_size=300))
def test_no_period_sees_more_than_the_rate(rate: pace.Rate, asks: list[float]) -> None:
    went = sent(rate, asks)
    for start in went:
        assert sum(start <= one < start + rate[1] * 0.9999 for one in went) <= rate[0]


@pytest.mark.parametrize("rate", [(1, 1), (5, 1), (10, 1), (100, 60), (1000, 3600)])
def test_asked_all_the_time_nine_tenths_of_it_go(rate: pace.Rate) -> None:
    went = sent(rate, [rate[1] / rate[0] / 20] * (rate[0] * 20 * 3))
    assert len(went) >= 2.6 * rate[0]


@given(RATES, st.integers(0, 50))
def test_who_waits_as_told_finds_one(rate: pace.Rate, before: int) -> None:
    bucket = pace.full(rate, NOW)
    while (after := pace.take(bucket, rate, NOW)) is not None:
        bucket = after
    later = NOW + pace.wait(bucket, rate, NOW, before=before)
    assert pace.take(bucket, rate, later) is not None


def test_a_clock_that_goes_back_gives_nothing() -> None:
    rate = (1, 1)
    empty = pace.take(pace.full(rate, NOW), rate, NOW)
    assert empty is not None
    assert pace.take(empty, rate, NOW - timedelta(hours=1)) is None
    assert pace.filled(empty, rate, NOW - timedelta(hours=1)).at == NOW


def test_the_more_wait_for_a_place_the_longer_each_steps_back() -> None:
    waits = [pace.crowded_wait(2, before=before, jitter=0.5).total_seconds() for before in (0, 2, 20, 10_000)]
    assert waits == pytest.approx([0.5, 1.0, 5.5, 30.0])
