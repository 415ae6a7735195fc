"""Hours in words and as a drawing."""

from datetime import UTC, date, datetime

import pytest

from apps.engine.requirements import ScheduleSpec, Window
from apps.posting_instructions.pages.hours import Bar, clock_words, duration_words, hours

ZONE = "America/New_York"
OFFICE = ScheduleSpec(ZONE, tuple(Window(day, 540, 1020) for day in range(5)))
NIGHT = ScheduleSpec(ZONE, (Window(6, 1320, 120),))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 min"), (60, "1 min"), (61, "2 min"), (3600, "1 h"), (7800, "2 h 10 min"), (86_400, "1 d"),
        (100_800, "1 d 4 h"), (86_400 + 60, "1 d"),
    ],
)  # fmt: skip
def test_spans_are_told_shortly(seconds: int, words: str) -> None:
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("hour", "minute", "words"), [(0, 0, "12 AM"), (9, 0, "9 AM"), (12, 5, "12:05 PM"), (17, 30, "5:30 PM")]
)
def test_times_are_told_by_the_clock(hour: int, minute: int, words: str) -> None:
    assert clock_words(datetime(2026, 11, 3, hour, minute, tzinfo=UTC)) == words


def test_open_until() -> None:
    shown = hours(OFFICE, datetime(2026, 11, 20, 19, 50, tzinfo=UTC))
    assert shown.is_open
    assert (shown.left, shown.until_words, shown.zone) == ("2 h 10 min", "at 5 PM", "Eastern")
    assert shown.local_now == "Friday 2:50 PM"


def test_closed_over_the_weekend_and_tomorrow() -> None:
    assert hours(OFFICE, datetime(2026, 11, 21, 15, tzinfo=UTC)).until_words == "on Monday at 9 AM"
    assert hours(OFFICE, datetime(2026, 11, 23, 2, tzinfo=UTC)).until_words == "tomorrow at 9 AM"


def test_a_far_opening_has_its_date() -> None:
    closed = ScheduleSpec(ZONE, OFFICE.windows, tuple(date(2026, 11, day) for day in range(16, 31)))
    assert hours(closed, datetime(2026, 11, 16, 15, tzinfo=UTC)).until_words == "on 1 December at 9 AM"


def test_always_open_has_no_end_and_a_whole_week() -> None:
    shown = hours(ScheduleSpec(ZONE), datetime(2026, 11, 20, tzinfo=UTC))
    assert shown.is_open
    assert shown.until is None
    assert all(day.bars == (Bar(0, 1440),) for day in shown.week)


def test_an_overnight_window_is_drawn_on_two_days() -> None:
    drawn = {day.name: day.bars for day in hours(NIGHT, datetime(2026, 11, 20, tzinfo=UTC)).week}
    assert drawn["Sun"] == (Bar(1320, 120),)
    assert drawn["Mon"] == (Bar(0, 120),)
    assert drawn["Tue"] == ()
