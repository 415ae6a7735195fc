"""When a closed order opens, to the instant, through both changes of the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import hours, schedule
from apps.engine.orders import OrderSpec
from apps.engine.requirements import ScheduleSpec, Window

MORNINGS = tuple(Window(day, 540, 1020) for day in range(7))
ORDER = OrderSpec(
    1, "o", 1, "b", 1, 1, schedule=ScheduleSpec("America/New_York", MORNINGS), outside_hours="queue"
)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        # Nine in the morning after the clock was set: the same wall clock, another instant.
        (datetime(2026, 3, 7, 23, tzinfo=UTC), datetime(2026, 3, 8, 13, tzinfo=UTC)),
        (datetime(2026, 10, 31, 22, tzinfo=UTC), datetime(2026, 11, 1, 14, tzinfo=UTC)),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 14, tzinfo=UTC)),
    ],
)
def test_the_opening_is_the_wall_clocks(now: datetime, opens: datetime) -> None:
    found = hours.closing(ORDER, now, now)
    assert found is not None
    assert found.opens_at == opens
    assert found.detail == "Sun 9:00 Eastern"


def test_a_window_that_the_clock_skips_opens_where_it_ends() -> None:
    early = ScheduleSpec("America/New_York", (Window(6, 150, 240),))  # Sundays 2:30 to 4:00
    now = datetime(2026, 3, 8, 6, tzinfo=UTC)
    found = hours.closing(replace(ORDER, schedule=early), now, now)
    assert found is not None
    assert found.opens_at == datetime(2026, 3, 8, 7, tzinfo=UTC)


@given(
    st.integers(0, 2 * 365 * 1440).map(
        lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    ),
    st.sampled_from(
        ["America/New_York", "America/Los_Angeles", "Europe/London", "Australia/Lord_Howe", "UTC"]
    ),
    st.lists(
        st.builds(Window, st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["next", "last", "queue"]),
    st.integers(0, 8),
)
def test_a_wait_ends_where_it_is_open_and_within_its_bound(
    now: datetime, zone: str, windows: list[Window], how: str, waited: int
) -> None:
    order = replace(ORDER, schedule=ScheduleSpec(zone, tuple(windows)), outside_hours=how)
    since = now - timedelta(days=waited)
    found = hours.closing(order, now, since)
    if found is None:
        assert schedule.is_open(order.schedule, now)
    elif found.opens_at is None:
        assert how == "next" or found.verdict in ("opens_too_late", "outside_hours")
    else:
        assert how != "next"
        assert now < found.opens_at <= since + hours.MAX_WAIT
        assert schedule.is_open(order.schedule, found.opens_at)
        assert hours.closing(order, found.opens_at, since) is None
