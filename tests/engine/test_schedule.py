"""Opening hours by the wall clock, clock changes included (F26); caps' periods likewise."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine import caps, schedule
from apps.engine.requirements import CapSpec, ScheduleSpec, Window
from tests.engine.builders import NOW, campaign, facts, field_test, lead

NEW_YORK, PARIS, LORD_HOWE, PHOENIX = (
    "America/New_York",
    "Europe/Paris",
    "Australia/Lord_Howe",
    "America/Phoenix",
)
DAILY = range(7)


def hours(zone: str, opens: int, closes: int, days: range = DAILY, *holidays: date) -> ScheduleSpec:
    return ScheduleSpec(zone, tuple(Window(day, opens, closes) for day in days), holidays)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def open_minutes(spec: ScheduleSpec, day: date) -> list[str]:
    """The wall-clock times (with offset) of the open minutes of a local day, as it passes in real time."""
    zone = ZoneInfo(spec.time_zone)
    at = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    found = []
    while at.astimezone(zone).date() == day:
        if schedule.is_open(spec, at):
            found.append(at.astimezone(zone).strftime("%H:%M%z"))
        at += timedelta(minutes=1)
    return found


def test_a_window_is_open_up_to_its_end() -> None:
    spec = hours(NEW_YORK, 9 * 60, 17 * 60, range(5))
    assert not schedule.is_open(spec, utc("2026-11-19 13:59:59.999"))
    assert schedule.is_open(spec, utc("2026-11-19 14:00"))
    assert schedule.is_open(spec, utc("2026-11-19 21:59:59.999"))
    assert not schedule.is_open(spec, utc("2026-11-19 22:00"))
    assert not schedule.is_open(spec, utc("2026-11-21 15:00"))


def test_no_windows_is_always_but_for_holidays() -> None:
    assert schedule.is_open(ScheduleSpec(NEW_YORK), NOW)
    christmas = ScheduleSpec(NEW_YORK, holidays=(date(2026, 12, 25),))
    assert schedule.is_open(christmas, utc("2026-12-25 04:59"))
    assert not schedule.is_open(christmas, utc("2026-12-25 05:00"))
    assert schedule.is_open(christmas, utc("2026-12-26 05:00"))


def test_an_overnight_window_belongs_to_the_day_it_starts() -> None:
    friday = ScheduleSpec("UTC", (Window(4, 22 * 60, 2 * 60),))
    assert schedule.is_open(friday, utc("2026-11-20 22:00"))
    assert schedule.is_open(friday, utc("2026-11-21 01:59"))
    assert not schedule.is_open(friday, utc("2026-11-21 02:00"))
    assert not schedule.is_open(friday, utc("2026-11-20 01:00"))
    closed_friday = ScheduleSpec("UTC", friday.windows, (date(2026, 11, 20),))
    assert not schedule.is_open(closed_friday, utc("2026-11-21 01:00"))
    closed_saturday = ScheduleSpec("UTC", friday.windows, (date(2026, 11, 21),))
    assert schedule.is_open(closed_saturday, utc("2026-11-21 01:00"))


def test_a_window_that_ends_where_it_starts_lasts_a_day() -> None:
    assert len(open_minutes(ScheduleSpec("UTC", (Window(3, 0, 0),)), date(2026, 11, 19))) == 1440
    noon = ScheduleSpec("UTC", (Window(3, 720, 720),))
    assert (schedule.opens_at(noon, NOW), schedule.closes_at(noon, NOW)) == (
        NOW,
        utc("2026-11-20 12:00"),
    )


def test_new_york_sets_the_clock_back() -> None:
    spec = hours(NEW_YORK, 60, 120)
    minutes = open_minutes(spec, date(2026, 11, 1))
    assert (minutes[0], minutes[-1]) == ("01:00-0400", "01:59-0500")
    assert len(minutes) == 120
    half = hours(NEW_YORK, 90, 120)
    assert [minute for minute in open_minutes(half, date(2026, 11, 1)) if minute.startswith("01:30")] == [
        "01:30-0400",
        "01:30-0500",
    ]
    assert schedule.next_change(half, utc("2026-11-01 05:45")) == utc("2026-11-01 06:00")
    assert schedule.next_change(half, utc("2026-11-01 06:00")) == utc("2026-11-01 06:30")


def test_new_york_sets_the_clock_forward_over_a_window() -> None:
    spec = hours(NEW_YORK, 150, 180)
    assert open_minutes(spec, date(2027, 3, 14)) == []
    assert schedule.opens_at(spec, utc("2027-03-14 05:00")) == utc("2027-03-15 06:30")
    part = hours(NEW_YORK, 90, 210)
    assert len(open_minutes(part, date(2027, 3, 14))) == 60
    assert schedule.closes_at(part, utc("2027-03-14 06:45")) == utc("2027-03-14 07:30")


def test_paris_changes_twice_a_year() -> None:
    spec = hours(PARIS, 120, 180)
    assert len(open_minutes(spec, date(2026, 10, 25))) == 120
    assert len(open_minutes(spec, date(2027, 3, 28))) == 0
    assert len(open_minutes(spec, date(2027, 3, 29))) == 60


def test_lord_howe_changes_by_half_an_hour() -> None:
    spec = hours(LORD_HOWE, 60, 150)
    assert len(open_minutes(spec, date(2027, 4, 4))) == 120
    assert len(open_minutes(spec, date(2026, 10, 4))) == 60


def test_phoenix_never_changes() -> None:
    spec = hours(PHOENIX, 60, 180)
    assert {len(open_minutes(spec, day)) for day in (date(2026, 11, 1), date(2027, 3, 14))} == {120}


def test_what_never_closes_or_never_opens_has_no_such_instant() -> None:
    assert schedule.closes_at(hours("UTC", 0, 1440), NOW) is None
    assert schedule.next_change(ScheduleSpec("UTC"), NOW) is None
    all_week = ScheduleSpec(
        "UTC", (Window(3, 0, 1440),), tuple(date(2026, 11, 19) + timedelta(days=7 * n) for n in range(3))
    )
    assert schedule.opens_at(all_week, NOW) == utc("2026-12-10 00:00")


ZONES = st.sampled_from(
    [NEW_YORK, PARIS, LORD_HOWE, PHOENIX, "Africa/Cairo", "America/Havana", "Asia/Kathmandu", "UTC"]
)
WINDOWS = st.lists(
    st.builds(Window, st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1440)), min_size=1, max_size=4
)
NEAR_CHANGES = st.sampled_from(
    ["2026-10-04", "2026-10-25", "2026-11-01", "2027-03-14", "2027-03-28", "2027-04-04"]
)
INSTANTS = st.builds(
    lambda day, minutes: utc(f"{day} 00:00") + timedelta(minutes=minutes),
    NEAR_CHANGES,
    st.integers(-2880, 2880),
)


@given(ZONES, WINDOWS, INSTANTS)
@settings(max_examples=150, deadline=None)
def test_the_next_change_is_the_first_one(zone: str, windows: list[Window], at: datetime) -> None:
    spec = ScheduleSpec(zone, tuple(windows))
    change, now_open = schedule.next_change(spec, at), schedule.is_open(spec, at)
    if change is None:
        assert all(schedule.is_open(spec, at + timedelta(hours=hour)) == now_open for hour in range(24 * 9))
        return
    assert schedule.is_open(spec, change) != now_open
    assert schedule.is_open(spec, change - timedelta(seconds=1)) == now_open
    steps = int((change - at) / timedelta(minutes=7))
    assert all(schedule.is_open(spec, at + timedelta(minutes=7 * step)) == now_open for step in range(steps))


@given(ZONES, WINDOWS, INSTANTS)
@settings(deadline=None)
def test_open_is_what_the_wall_clock_shows(zone: str, windows: list[Window], at: datetime) -> None:
    local = at.astimezone(ZoneInfo(zone))
    minute = local.weekday() * 1440 + local.hour * 60 + local.minute

    def covers(window: Window) -> bool:
        start = window.weekday * 1440 + window.opens
        length = (
            (window.closes - window.opens)
            if window.closes > window.opens
            else window.closes - window.opens + 1440
        )
        return (minute - start) % (7 * 1440) < length

    assert schedule.is_open(ScheduleSpec(zone, tuple(windows)), at) == any(map(covers, windows))


def test_a_period_is_whole_days_of_its_zone() -> None:
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    assert not schedule.in_period(first, last, NEW_YORK, utc("2026-11-01 03:59"))
    assert schedule.in_period(first, last, NEW_YORK, utc("2026-11-01 04:00"))
    assert schedule.in_period(first, last, NEW_YORK, utc("2026-12-01 04:59"))
    assert not schedule.in_period(first, last, NEW_YORK, utc("2026-12-01 05:00"))
    assert schedule.in_period(None, None, NEW_YORK, NOW)
    assert schedule.in_period(first, None, NEW_YORK, NOW)
    assert not schedule.in_period(None, first, NEW_YORK, NOW)


LA = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (hours(LA, 540, 1020, range(5)), "Monday to Friday, 9 AM to 5 PM Pacific"),
        (hours(NEW_YORK, 0, 1440), "Every day, all day Eastern"),
        (hours(PARIS, 22 * 60, 150, range(1)), "Monday, 10 PM to 2:30 AM the next day Paris time"),
        (hours("UTC", 540, 720, range(2)), "Monday and Tuesday, 9 AM to noon UTC"),
        (ScheduleSpec("UTC"), "At any time"),
        (
            ScheduleSpec("UTC", (Window(0, 540, 720), Window(0, 780, 1020))),
            "Monday, 9 AM to noon and 1 PM to 5 PM UTC",
        ),
        (
            ScheduleSpec(
                LA, (Window(0, 540, 1020), Window(5, 600, 840)), (date(2026, 12, 25), date(2020, 1, 1))
            ),
            "Monday, 9 AM to 5 PM; Saturday, 10 AM to 2 PM Pacific; closed on December 25, 2026",
        ),
    ],
)
def test_hours_in_words(spec: ScheduleSpec, words: str) -> None:
    assert schedule.describe(spec, NOW) == words


def cap(period: str, zone: str = NEW_YORK, **options: Any) -> CapSpec:
    return replace(CapSpec("cap:1", "terms", "accepted", period, 5, zone), **options)


def length(zone: str, at: str, period: str = "day") -> timedelta:
    found = caps.period(cap(period, zone), utc(at))
    assert found.ends_at is not None
    assert found.starts_at is not None
    return found.ends_at - found.starts_at


def test_days_of_clock_changes_are_one_period() -> None:
    assert length(NEW_YORK, "2026-11-01 06:30") == timedelta(hours=25)
    assert length(NEW_YORK, "2027-03-14 12:00") == timedelta(hours=23)
    assert length(PARIS, "2026-10-25 12:00") == timedelta(hours=25)
    assert length(PARIS, "2027-03-28 12:00") == timedelta(hours=23)
    assert length(LORD_HOWE, "2027-04-04 01:00") == timedelta(hours=24.5)
    assert length(LORD_HOWE, "2026-10-04 01:00") == timedelta(hours=23.5)
    assert length(PHOENIX, "2026-11-01 12:00") == timedelta(hours=24)
    assert length(NEW_YORK, "2026-11-01 12:00", "week") == timedelta(days=7, hours=1)


def test_keys_name_the_local_period() -> None:
    at = utc("2026-11-01 05:30")
    assert caps.period_key(cap("day"), at) == "2026-11-01"
    assert caps.period_key(cap("day", "UTC"), utc("2026-11-01 00:00")) == "2026-11-01"
    assert caps.period_key(cap("week"), at) == "2026-W44"
    assert caps.period_key(cap("week"), utc("2026-11-02 05:00")) == "2026-W45"
    assert caps.period_key(cap("month"), at) == "2026-11"
    assert caps.period_key(cap("total"), at) == "total"
    assert caps.period_key(cap("hour"), at) == "2026-11-01T01-0400"
    assert caps.period_key(cap("hour"), at + timedelta(hours=1)) == "2026-11-01T01-0500"


@given(ZONES, st.sampled_from(["hour", "day", "week", "month"]), INSTANTS)
@settings(max_examples=200, deadline=None)
def test_a_period_holds_its_instants_and_no_others(zone: str, name: str, at: datetime) -> None:
    spec = cap(name, zone)
    found = caps.period(spec, at)
    assert found.starts_at is not None
    assert found.ends_at is not None
    assert found.starts_at <= at < found.ends_at
    inside = found.ends_at - timedelta(microseconds=1)
    assert caps.period_key(spec, found.starts_at) == caps.period_key(spec, inside) == found.key
    assert caps.period_key(spec, found.ends_at) != found.key
    assert caps.period_key(spec, found.starts_at - timedelta(microseconds=1)) != found.key
    assert caps.period(spec, found.ends_at).starts_at == found.ends_at


def test_what_a_lead_counts_for() -> None:
    spec = campaign()
    data = lead(spec, {"state": "CA"})
    scoped = cap("day", expression=field_test("state", "is", "CA"))
    elsewhere = cap("day", expression=field_test("state", "is", "NY"))
    assert caps.applies(cap("day"), data, facts(), spec)
    assert caps.applies(scoped, data, facts(), spec)
    assert not caps.applies(elsewhere, data, facts(), spec)
    assert caps.amount(cap("day"), Decimal("12.34")) == 1
    assert caps.amount(cap("day", basis="spend"), Decimal("12.345")) == 1234
    assert caps.amount(cap("day", basis="spend"), Decimal("12.355")) == 1236


def test_caps_name_themselves() -> None:
    assert caps.problem(cap("week")).params == {"period": "Week"}
    assert caps.problem(cap("week", subject="campaign")).code == "campaign_cap"
