"""Opening hours: weekly windows by the wall clock of a zone, holidays, and a campaign's period.

Daylight saving needs no special case when asking whether it is open: the instant is turned into the zone's
wall clock and compared. Where a clock is set back, an hour of the window is simply open twice; where it is
set forward, the skipped part of a window does not exist. Only finding the next change has to look for the
jumps.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.engine.requirements import ScheduleSpec, Window
from apps.engine.schedule_words import describe

__all__ = ["closes_at", "describe", "in_period", "is_open", "next_change", "opens_at"]

_DAY = 1440
_SETTLED_DAYS = 9
"""Without a holiday ahead, the next change of a weekly schedule lies within a week."""


def is_open(schedule: ScheduleSpec, at: datetime) -> bool:
    """Whether an instant lies in a window of a day that is no holiday. No windows: open on every other day."""
    local = at.astimezone(ZoneInfo(schedule.time_zone))
    today, minute = local.date(), local.hour * 60 + local.minute
    if not schedule.windows:
        return today not in schedule.holidays
    yesterday = today - timedelta(days=1)
    return _in_windows(schedule, today, minute) or _in_windows(schedule, yesterday, minute + _DAY)


def _in_windows(schedule: ScheduleSpec, day: date, minute: int) -> bool:
    """Whether a minute, counted from the midnight that begins a day, lies in a window that starts on that
    day."""
    if day in schedule.holidays:
        return False
    weekday = day.weekday()
    return any(
        window.weekday == weekday and window.opens <= minute < _end(window) for window in schedule.windows
    )


def _end(window: Window) -> int:
    return window.closes if window.closes > window.opens else window.closes + _DAY


def opens_at(schedule: ScheduleSpec, at: datetime) -> datetime | None:
    """The first instant from `at` on (itself included) at which it is open, in UTC; None when it never
    opens."""
    return at.astimezone(UTC) if is_open(schedule, at) else next_change(schedule, at)


def closes_at(schedule: ScheduleSpec, at: datetime) -> datetime | None:
    """The first instant from `at` on (itself included) at which it is closed, in UTC; None when it never
    closes."""
    return next_change(schedule, at) if is_open(schedule, at) else at.astimezone(UTC)


def next_change(schedule: ScheduleSpec, at: datetime) -> datetime | None:
    """The first instant after `at` at which open turns to closed or back, in UTC; None when that never
    happens."""
    before = is_open(schedule, at)
    start = at.astimezone(UTC)
    for moment in _boundaries(schedule, start):
        if moment > start and is_open(schedule, moment) != before:
            return moment
    return None


def _boundaries(schedule: ScheduleSpec, start: datetime) -> Iterator[datetime]:
    """Every instant at which something could change, in order."""
    zone = ZoneInfo(schedule.time_zone)
    today = start.astimezone(zone).date()
    ahead = max((day - today for day in schedule.holidays), default=timedelta())
    minutes = {0}
    for window in schedule.windows:
        minutes |= {window.opens, window.closes % _DAY}
    day = today - timedelta(days=1)
    while day <= today + max(ahead, timedelta()) + timedelta(days=_SETTLED_DAYS):
        moments = {moment for minute in minutes for moment in _instants(day, minute, zone)}
        jump = _jump(day, zone)
        if jump is not None:
            moments.add(jump)
        yield from sorted(moments)
        day += timedelta(days=1)


def _instants(day: date, minute: int, zone: ZoneInfo) -> set[datetime]:
    """The instants at which a wall clock may show that time: two where the clock is set back over it."""
    wall = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}


def _jump(day: date, zone: ZoneInfo) -> datetime | None:
    """The instant within a local day at which the zone's clock is set, or None."""
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    return clock_set(start, start + timedelta(days=1), zone)


def clock_set(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant with another offset from UTC than `start`, when `end` has another one; to the
    second."""
    offset = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == offset:
        return None
    low, high = 0, int((end - start).total_seconds()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if (start + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)


def in_period(starts_on: date | None, ends_on: date | None, time_zone: str, at: datetime) -> bool:
    """Whether an instant lies between the start of the first day and the end of the last, in the zone's own
    days."""
    today = at.astimezone(ZoneInfo(time_zone)).date()
    return (starts_on is None or starts_on <= today) and (ends_on is None or today <= ends_on)
