"""What time does to auctions: pings expire and give their places back, old ones are forgotten, records are renewed."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from apps.auctions.choices import PingStatus
from apps.auctions.models import Bid, Ping
from apps.deliveries.facts import database_now
from apps.deliveries.services.journey.reservations import CapBook, counters_of

BATCH = 200
RECORD_DAYS = 14
_RENEW = """
    INSERT INTO auctions_orderrecord AS kept (order_id, posted, accepted, returned, renewed_at)
    SELECT attempt.order_id, count(*), count(*) FILTER (WHERE attempt.outcome = 'accepted'),
           count(sale.id) FILTER (WHERE sale.reversed_at IS NOT NULL), now()
      FROM deliveries_attempt attempt LEFT JOIN ledger_sale sale ON sale.attempt_id = attempt.id
     WHERE attempt.kind = 'sale' AND attempt.status = 'settled' AND attempt.started_at > %s
       AND attempt.outcome IN ('accepted', 'rejected', 'duplicate', 'failed')
     GROUP BY attempt.order_id
    ON CONFLICT (order_id) DO UPDATE
       SET posted = EXCLUDED.posted, accepted = EXCLUDED.accepted, returned = EXCLUDED.returned,
           renewed_at = EXCLUDED.renewed_at
"""


def expire_due() -> int:
    """End pings whose time is over without a post, and give back what their winners' caps held; how many there were."""
    done = 0
    while found := _expire_some():
        done += found
    return done


@transaction.atomic
def _expire_some() -> int:
    live = (PingStatus.OPEN, PingStatus.ACCEPTED)
    rows = list(
        Ping.objects.select_for_update(skip_locked=True)
        .filter(status__in=live, expires_at__lte=database_now())
        .order_by("expires_at")
        .only("id", "reservations")[:BATCH]
    )
    held = [one for row in rows for kept in row.reservations.values() for one in kept]
    book = CapBook(counters_of(held))
    book.release(held)
    book.write()
    Ping.objects.filter(pk__in=[row.pk for row in rows]).update(status=PingStatus.EXPIRED, reservations={})
    return len(rows)


def forget_old() -> int:
    """Delete pings that were never posted, with their bids, after `PINGS_KEPT_DAYS`; how many there were. What was
    posted is kept with its lead.
    """
    over = database_now() - timedelta(days=settings.PINGS_KEPT_DAYS)
    done = 0
    while True:
        with transaction.atomic():
            old = Ping.objects.filter(received_at__lt=over, lead_id=None).exclude(
                status__in=(PingStatus.OPEN, PingStatus.ACCEPTED)
            )
            ids = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
            Bid.objects.filter(ping_id__in=ids).delete()
            Ping.objects.filter(pk__in=ids).delete()
        done += len(ids)
        if len(ids) < BATCH:
            return done


def records_renew() -> None:
    """How each order has fared with what it was posted lately."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [database_now() - timedelta(days=RECORD_DAYS)])
