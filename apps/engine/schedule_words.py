"""Opening hours in words: "Monday to Friday, 9 AM to 5 PM Pacific"."""

from datetime import date, datetime

from apps.engine.requirements import ScheduleSpec

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZONES = {
    "America/New_York": "Eastern",
    "America/Detroit": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona time",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska time",
    "Pacific/Honolulu": "Hawaii time",
    "America/Puerto_Rico": "Atlantic",
    "UTC": "UTC",
    "Etc/UTC": "UTC",
}
_DAY, _NOON = 1440, 720
Hours = tuple[tuple[int, int], ...]


def describe(schedule: ScheduleSpec, now: datetime) -> str:
    """The windows and the holidays to come, as one line."""
    hours = {day: _hours(schedule, day) for day in range(len(_DAYS))}
    groups: dict[Hours, list[int]] = {}
    for day, open_hours in hours.items():
        if open_hours:
            groups.setdefault(open_hours, []).append(day)
    zone = zone_name(schedule.time_zone)
    said = "; ".join(f"{_days(days)}, {_times(open_hours)}" for open_hours, days in groups.items())
    said = f"{said} {zone}" if said else f"At any time ({zone} days)" if schedule.holidays else "At any time"
    closed = [day for day in sorted(schedule.holidays) if day >= now.date()]
    return f"{said}; closed on {_joined([_date(day) for day in closed])}" if closed else said


def zone_name(time_zone: str) -> str:
    """How people call a zone: Pacific, Eastern, or the time of its city."""
    known = _ZONES.get(time_zone)
    return known or f"{time_zone.rsplit('/', 1)[-1].replace('_', ' ')} time"


def _hours(schedule: ScheduleSpec, weekday: int) -> Hours:
    windows = sorted((w.opens, w.closes) for w in schedule.windows if w.weekday == weekday)
    return tuple(windows)


def _days(days: list[int]) -> str:
    if len(days) == len(_DAYS):
        return "Every day"
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = []
    for run in runs:
        if len(run) > len("ab"):
            names.append(f"{_DAYS[run[0]]} to {_DAYS[run[-1]]}")
        else:
            names.extend(_DAYS[day] for day in run)
    return _joined(names)


def _times(hours: Hours) -> str:
    return _joined([_window(opens, closes) for opens, closes in hours])


def _window(opens: int, closes: int) -> str:
    if closes % _DAY == opens:
        return "all day" if opens == 0 else f"from {_clock(opens)} to {_clock(closes)} the next day"
    end = f"{_clock(closes)} the next day" if 0 < closes < opens else _clock(closes)
    return f"{_clock(opens)} to {end}"


def _clock(minute: int) -> str:
    minute %= _DAY
    if minute in (0, _NOON):
        return "midnight" if minute == 0 else "noon"
    hour = minute // 60 % 12 or 12
    minutes = f":{minute % 60:02d}" if minute % 60 else ""
    return f"{hour}{minutes} {'AM' if minute < _NOON else 'PM'}"


def _date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _joined(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
