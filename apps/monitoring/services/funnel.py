"""Counting the hours of the funnel: each once it is over, and again while what became of its pings may change."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from apps.auctions.models import Ping
from apps.core.clock import now as clock_now
from apps.monitoring.models import CountedHour, FunnelHour
from apps.monitoring.selectors.funnel_count import Count, count

HOUR = timedelta(hours=1)
SLICE = timedelta(minutes=5)
"""So much is counted by one statement: at 100 pings a second 30,000, some two seconds."""
AGAIN = (timedelta(0), HOUR, timedelta(hours=6), timedelta(days=1), timedelta(days=7))
"""How long after its end an hour is counted, and counted again."""
AT_ONCE = 24
_LOCK = 8_316_402


def funnel_count_due(*, now: datetime | None = None) -> int:
    """Count the hours that are due, the newest first; how many there were. One process does it at a time."""
    done = 0
    for hour in _due(now or clock_now()):
        if not hour_count(hour):
            break
        done += 1
        if done == AT_ONCE:
            break
    return done


@transaction.atomic
def hour_count(hour: datetime) -> bool:
    """Count the pings of one hour anew; False when another process is counting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return False
    counted_at = clock_now()
    rows = _added(each for slice_at in _slices(hour) for each in count(slice_at, slice_at + SLICE))
    FunnelHour.objects.filter(hour=hour).delete()
    FunnelHour.objects.bulk_create([FunnelHour(hour=hour, **row) for row in rows], batch_size=1000)
    CountedHour.objects.update_or_create(hour=hour, defaults={"counted_at": counted_at})
    return True


def _slices(hour: datetime) -> Iterator[datetime]:
    return (hour + place * SLICE for place in range(HOUR // SLICE))


def _added(counts: Iterable[Count]) -> list[dict]:
    pings: defaultdict[tuple, int] = defaultdict(int)
    money: defaultdict[tuple, Decimal] = defaultdict(Decimal)
    for one in counts:
        key = (one.campaign_id, one.order_id, one.step, one.reason)
        pings[key] += one.pings
        money[key] += one.money
    names = ("campaign_id", "order_id", "step", "reason")
    return [{**dict(zip(names, key, strict=True)), "pings": pings[key], "money": money[key]} for key in pings]


def _due(now: datetime) -> Iterator[datetime]:
    """The hours to count now, the newest first; none before the first ping there is."""
    first = Ping.objects.order_by("id").values_list("received_at", flat=True).first()
    if first is None:
        return
    counted = dict(CountedHour.objects.values_list("hour", "counted_at"))
    hour = _whole(now) - HOUR
    while hour >= _whole(first):
        if is_due(hour, counted.get(hour), now):
            yield hour
        hour -= HOUR


def is_due(hour: datetime, counted_at: datetime | None, now: datetime) -> bool:
    """Whether an hour that was last counted at an instant is to be counted again."""
    moments = (hour + HOUR + wait for wait in AGAIN)
    return any(moment <= now and (counted_at is None or counted_at < moment) for moment in moments)


def _whole(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
