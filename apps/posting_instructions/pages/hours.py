"""A campaign's hours for a page: open or closed now, until when, and the week as a drawing."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.engine import schedule as schedules
from apps.engine.requirements import ScheduleSpec, Window
from apps.engine.schedule_words import zone_name

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Bar:
    """An open stretch of a day, in minutes."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday of the drawing."""

    name: str
    today: bool
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """What a reader sees of a schedule at one instant. `until` is the next change in UTC, None when there is none."""

    is_open: bool
    until: datetime | None
    left: str
    until_words: str
    zone: str
    local_now: str
    minute: int
    week: tuple[Day, ...]


def hours(schedule: ScheduleSpec, now: datetime) -> Hours:
    """The schedule as it stands at `now`."""
    zone = ZoneInfo(schedule.time_zone)
    local = now.astimezone(zone)
    until = schedules.next_change(schedule, now)
    return Hours(
        is_open=schedules.is_open(schedule, now),
        until=until,
        left=duration_words(int((until - now).total_seconds())) if until else "",
        until_words=moment_words(until.astimezone(zone), local) if until else "",
        zone=zone_name(schedule.time_zone),
        local_now=f"{local:%A} {clock_words(local)}",
        minute=local.hour * 60 + local.minute,
        week=_week(schedule.windows, local.weekday()),
    )


def duration_words(seconds: int) -> str:
    """A stretch of time as `2 h 10 min`, `3 d 4 h` or `1 min`, begun minutes counted whole."""
    minutes = max(1, -(-seconds // 60))
    days, rest = divmod(minutes, _DAY_MINUTES)
    whole_hours, rest = divmod(rest, 60)
    if days:
        return f"{days} d {whole_hours} h" if whole_hours else f"{days} d"
    if whole_hours:
        return f"{whole_hours} h {rest} min" if rest else f"{whole_hours} h"
    return f"{rest} min"


def moment_words(moment: datetime, local_now: datetime) -> str:
    """A moment as one would say it today: `at 5 PM`, `on Monday at 9 AM`, `on 2 January at 9 AM`."""
    days = (moment.date() - local_now.date()).days
    if days == 0:
        return f"at {clock_words(moment)}"
    if days == 1:
        return f"tomorrow at {clock_words(moment)}"
    if days < len(_DAYS):
        return f"on {moment:%A} at {clock_words(moment)}"
    return f"on {moment.day} {moment:%B} at {clock_words(moment)}"


def clock_words(moment: datetime) -> str:
    """A time of day as `9 AM`, `5:30 PM`."""
    minutes = f":{moment:%M}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes} {'AM' if moment.hour < 12 else 'PM'}"


def _week(windows: tuple[Window, ...], today: int) -> tuple[Day, ...]:
    whole = [(day, 0, _DAY_MINUTES) for day in range(len(_DAYS))]
    stretches = [part for window in windows for part in _stretches(window)] or whole
    return tuple(
        Day(name, day == today, tuple(Bar(start, end - start) for on, start, end in stretches if on == day))
        for day, name in enumerate(_DAYS)
    )


def _stretches(window: Window) -> list[tuple[int, int, int]]:
    """A window as (weekday, start, end) within days: one that goes over midnight has two."""
    if window.closes > window.opens:
        return [(window.weekday, window.opens, window.closes)]
    next_day = ((window.weekday + 1) % len(_DAYS), 0, window.closes)
    return [(window.weekday, window.opens, _DAY_MINUTES), next_day]
