"""Numbers of the dashboard, each for the companies a person may see. Times are UTC, durations milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q

from apps.companies.models import Company
from apps.core.ids import first_id_at
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.models import Delivery
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead


@dataclass(frozen=True, slots=True)
class Conservation:
    """Where the leads received in a period are now.

    `difference` counts leads whose state nothing stands behind: sold without a booked sale, in flight or held without a
    delivery that is still open. It must be 0.
    """

    received: int
    sold: int
    rejected: int
    unsold: int
    held: int
    in_flight: int
    difference: int


@dataclass(frozen=True, slots=True)
class Headline:
    """The four numbers on top. None where nothing happened yet."""

    received_per_minute: float
    success_share: float | None
    p95_ms: float | None
    oldest_due_s: float | None


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """One endpoint over a period, for the table sorted by trouble."""

    endpoint_id: int
    name: str
    attempts: int
    accepted: int
    business_refusals: int
    failures: int
    timeouts: int
    p50_ms: float | None
    p95_ms: float | None

    @property
    def failure_share(self) -> float:
        return self.failures / self.attempts if self.attempts else 0.0


def company_ids_of(user) -> list[int]:
    """The companies whose numbers a person may see."""
    return list(Company.objects.visible_to(user).values_list("pk", flat=True))


def conservation(company_ids: Sequence[int], *, since: datetime) -> Conservation:
    """Leads received since an instant, test leads apart, by where they are now."""
    leads = Lead.objects.filter(company__in=company_ids, is_test=False, id__gte=first_id_at(since))
    counts = dict(leads.order_by().values_list("status").annotate(Count("id")))
    return Conservation(
        received=sum(counts.values()),
        sold=counts.get(LeadStatus.SOLD, 0),
        rejected=counts.get(LeadStatus.REJECTED, 0),
        unsold=counts.get(LeadStatus.UNSOLD, 0),
        held=counts.get(LeadStatus.HELD, 0),
        in_flight=counts.get(LeadStatus.IN_FLIGHT, 0),
        difference=_unbacked(company_ids, since),
    )


def _unbacked(company_ids: Sequence[int], since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM leads_lead l
            WHERE l.company_id = ANY(%(companies)s) AND l.id >= %(first)s AND NOT l.is_test AND CASE l.status
              WHEN 'sold' THEN NOT EXISTS (SELECT 1 FROM ledger_sale s WHERE s.lead_id = l.id)
              WHEN 'in_flight' THEN NOT EXISTS (
                SELECT 1 FROM deliveries_delivery d WHERE d.lead_id = l.id AND d.status = 'pending')
              WHEN 'held' THEN NOT EXISTS (
                SELECT 1 FROM deliveries_delivery d WHERE d.lead_id = l.id AND d.status IN ('held', 'quarantined'))
              ELSE false END
            """,
            {"companies": list(company_ids), "first": first_id_at(since)},
        )
        return cursor.fetchone()[0]


def headline(company_ids: Sequence[int], *, now: datetime) -> Headline:
    """The four numbers: leads a minute over 5 minutes; share of attempts answered in the last hour; p95; oldest due."""
    received = Lead.objects.filter(
        company__in=company_ids, is_test=False, id__gte=first_id_at(now - timedelta(minutes=5))
    ).count()
    rows = endpoints(company_ids, since=now - timedelta(hours=1))
    attempts = sum(row.attempts for row in rows)
    failures = sum(row.failures for row in rows)
    oldest = (
        Delivery.objects.filter(
            company__in=company_ids, status=DeliveryStatus.PENDING, next_attempt_at__lte=now
        )
        .order_by("next_attempt_at")
        .values_list("next_attempt_at", flat=True)
        .first()
    )
    return Headline(
        received_per_minute=received / 5,
        success_share=(attempts - failures) / attempts if attempts else None,
        p95_ms=_p95_ms(company_ids, now - timedelta(hours=1)),
        oldest_due_s=(now - oldest).total_seconds() if oldest else None,
    )


def _p95_ms(company_ids: Sequence[int], since: datetime) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY (timings->>'total_ms')::float)
            FROM deliveries_attempt
            WHERE company_id = ANY(%s) AND id >= %s AND status = 'settled'
            """,
            [list(company_ids), first_id_at(since)],
        )
        return cursor.fetchone()[0]


def endpoints(company_ids: Sequence[int], *, since: datetime) -> list[EndpointRow]:
    """Each endpoint's attempts since an instant, most trouble first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.endpoint_id, max(b.name || ': ' || e.name), count(*),
                   count(*) FILTER (WHERE a.outcome = 'accepted'),
                   count(*) FILTER (WHERE a.outcome IN ('rejected', 'duplicate')),
                   count(*) FILTER (WHERE a.outcome IN ('retryable', 'failed', 'unknown')),
                   count(*) FILTER (WHERE a.error = 'timeout'),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY (a.timings->>'total_ms')::float),
                   percentile_cont(0.95) WITHIN GROUP (ORDER BY (a.timings->>'total_ms')::float)
            FROM deliveries_attempt a
            JOIN buyers_endpoint e ON e.id = a.endpoint_id
            JOIN buyers_buyer b ON b.id = e.buyer_id
            WHERE a.company_id = ANY(%s) AND a.id >= %s AND a.status = 'settled'
            GROUP BY a.endpoint_id
            """,
            [list(company_ids), first_id_at(since)],
        )
        rows = [EndpointRow(*row) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: (-row.failure_share, -row.attempts))


def received_by_hour(company_ids: Sequence[int], *, now: datetime) -> list[int]:
    """Leads received in each of the last 24 hours, oldest first."""
    start = now - timedelta(hours=24)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT least(23, floor(extract(epoch FROM received_at - %(start)s) / 3600))::int, count(*)
            FROM leads_lead
            WHERE company_id = ANY(%(companies)s) AND id >= %(first)s AND NOT is_test AND received_at >= %(start)s
            GROUP BY 1
            """,
            {"companies": list(company_ids), "first": first_id_at(start), "start": start},
        )
        counts = dict(cursor.fetchall())
    return [counts.get(hour, 0) for hour in range(24)]


def waiting(company_ids: Sequence[int]) -> dict[str, int]:
    """Deliveries that wait for a person: held (an answer is unknown) and quarantined; and those due."""
    deliveries = Delivery.objects.filter(company__in=company_ids)
    return deliveries.aggregate(
        held=Count("id", filter=Q(status=DeliveryStatus.HELD)),
        quarantined=Count("id", filter=Q(status=DeliveryStatus.QUARANTINED)),
        pending=Count("id", filter=Q(status=DeliveryStatus.PENDING)),
    )
