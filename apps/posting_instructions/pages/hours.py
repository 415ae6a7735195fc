"""A campaign's hours for a page: open or closed now, until when, and the week as a drawing."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.engine import schedule as schedules
from apps.engine.requirements import ScheduleSpec, Window
from apps.engine.schedule_words import zone_name

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_MINUTES = 1440
_LEFT, _WIDTH, _ROW = 90, 1410, 28
_MARKS = ((0, "midnight"), (6, "6 AM"), (12, "noon"), (18, "6 PM"))


@dataclass(frozen=True, slots=True)
class Bar:
    """An open stretch of a day, in the drawing's units."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """A day of the drawing."""

    name: str
    today: bool
    y: int
    text_y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A time of day written under the drawing."""

    x: int
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The week as rows of bars, with a mark where the present is."""

    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    now_x: int
    now_y: int

    @property
    def mark_y(self) -> int:
        """Base line of the marks."""
        return len(self.rows) * _ROW + 16

    @property
    def height(self) -> int:
        """Of the whole drawing."""
        return self.mark_y + 8


@dataclass(frozen=True, slots=True)
class Hours:
    """What a reader sees of a schedule at one instant. `until` is the next change in UTC, None when there is none."""

    is_open: bool
    until: datetime | None
    left: str
    until_words: str
    zone: str
    local_now: str
    drawing: Drawing


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
        drawing=_drawing(schedule.windows, local),
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


def _drawing(windows: tuple[Window, ...], local: datetime) -> Drawing:
    stretches = [part for window in windows for part in _stretches(window)]
    whole = [(day, 0, _DAY_MINUTES) for day in range(len(_DAYS))]
    rows = tuple(
        Row(
            name,
            day == local.weekday(),
            day * _ROW,
            day * _ROW + 15,
            tuple(Bar(_x(start), _x(end) - _x(start)) for on, start, end in stretches or whole if on == day),
        )
        for day, name in enumerate(_DAYS)
    )
    marks = tuple(Mark(_x(hour * 60), words) for hour, words in _MARKS)
    return Drawing(rows, marks, _x(local.hour * 60 + local.minute), local.weekday() * _ROW - 4)


def _x(minute: int) -> int:
    return _LEFT + minute * _WIDTH // _DAY_MINUTES


def _stretches(window: Window) -> list[tuple[int, int, int]]:
    """A window as (weekday, start, end) within days: one that goes over midnight has two."""
    if window.closes > window.opens:
        return [(window.weekday, window.opens, window.closes)]
    next_day = ((window.weekday + 1) % len(_DAYS), 0, window.closes)
    return [(window.weekday, window.opens, _DAY_MINUTES), next_day]
