"""When leads came: more by day than by night, fewer at weekends, a little more each week."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

DAYS = 30
_BY_HOUR = (2, 1, 1, 1, 1, 2, 5, 12, 22, 30, 34, 36, 38, 35, 33, 32, 31, 29, 28, 26, 22, 16, 9, 4)
_BY_WEEKDAY = (10, 11, 11, 10, 9, 5, 4)
_GROWTH = 0.02
_MARGIN = timedelta(minutes=3)


def instants(
    now: datetime, count: int, *, zone: ZoneInfo, random: Random, days: int = DAYS
) -> list[datetime]:
    """`count` instants of the past days, in order; the last is a few minutes old."""
    hours = [now - timedelta(hours=back) for back in range(days * 24)]
    weights = [_weight(hour.astimezone(zone), days - back / 24) for back, hour in enumerate(hours)]
    chosen = random.choices(hours, weights, k=count)
    # Each stands for the hour before it, so that none lies in the future.
    return sorted(hour - _MARGIN - timedelta(seconds=random.uniform(0, 3600)) for hour in chosen)


def _weight(local: datetime, day: float) -> float:
    return _BY_HOUR[local.hour] * _BY_WEEKDAY[local.weekday()] * (1 + _GROWTH * day)
