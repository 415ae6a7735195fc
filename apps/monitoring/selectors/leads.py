"""Numbers about leads: where those of a period are now, and how they come in. Test leads count nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum

from apps.companies.models import Company
from apps.core.ids import first_id_at, public_id
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.ledger.models import Sale

RECENT_LEADS = 12
NAMED = 12
"""So many of the leads at fault are named."""


@dataclass(frozen=True, slots=True)
class Conservation:
    """Where the leads received in a period are now.

    `difference` counts leads whose state nothing stands behind: sold without a booked sale, unsold or rejected with
    one, in flight or held without a delivery that is still open. It must be 0; `at_fault` are (id, public id) of some.
    """

    received: int
    sold: int
    rejected: int
    unsold: int
    held: int
    in_flight: int
    difference: int
    at_fault: tuple[tuple[int, str], ...]


def company_ids_of(user: Any) -> list[int]:
    """The companies whose numbers a person may see."""
    return list(Company.objects.visible_to(user).values_list("pk", flat=True))


def conservation(company_ids: Sequence[int], *, since: datetime) -> Conservation:
    """Leads received since an instant by where they are now."""
    leads = Lead.objects.filter(company__in=company_ids, is_test=False, id__gte=first_id_at(since))
    counts = dict(leads.order_by().values_list("status").annotate(Count("id")))
    difference, ids = _unbacked(company_ids, since)
    return Conservation(
        received=sum(counts.values()),
        sold=counts.get(LeadStatus.SOLD, 0),
        rejected=counts.get(LeadStatus.REJECTED, 0),
        unsold=counts.get(LeadStatus.UNSOLD, 0),
        held=counts.get(LeadStatus.HELD, 0),
        in_flight=counts.get(LeadStatus.IN_FLIGHT, 0),
        difference=difference,
        at_fault=tuple((each, public_id(Lead.PREFIX, each)) for each in ids),
    )


def _unbacked(company_ids: Sequence[int], since: datetime) -> tuple[int, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), (array_agg(l.id ORDER BY l.id DESC))[1:%(named)s] FROM leads_lead l
            WHERE l.company_id = ANY(%(companies)s) AND l.id >= %(first)s AND NOT l.is_test AND CASE l.status
              WHEN 'sold' THEN NOT EXISTS (SELECT 1 FROM ledger_sale s WHERE s.lead_id = l.id AND s.reversed_at IS NULL)
              WHEN 'in_flight' THEN NOT EXISTS (
                SELECT 1 FROM deliveries_delivery d WHERE d.lead_id = l.id AND d.status = 'pending')
              WHEN 'held' THEN NOT EXISTS (
                SELECT 1 FROM deliveries_delivery d WHERE d.lead_id = l.id AND d.status IN ('held', 'quarantined'))
              ELSE EXISTS (SELECT 1 FROM ledger_sale s WHERE s.lead_id = l.id AND s.reversed_at IS NULL) END
            """,
            {"companies": list(company_ids), "first": first_id_at(since), "named": NAMED},
        )
        number, ids = cursor.fetchone()
    return number, ids or []


@dataclass(frozen=True, slots=True)
class Recovered:
    """Leads sold in a period after their first choice had failed, and the money of those sales by currency."""

    leads: int
    money: tuple[tuple[str, Decimal], ...] = ()


def recovered(company_ids: Sequence[int], *, since: Sequence[datetime]) -> list[Recovered]:
    """What the waterfall saved since each of some instants, in one question; reversed sales saved nothing.

    A lead has one currency.
    """
    sales = Sale.objects.filter(
        company__in=company_ids, recovered=True, booked_at__gte=min(since), reversed_at=None
    ).order_by()
    columns: dict[str, Count | Sum] = {}
    for place, instant in enumerate(since):
        within = Q(booked_at__gte=instant)
        columns[f"leads_{place}"] = Count("lead_id", distinct=True, filter=within)
        columns[f"sum_{place}"] = Sum("price", filter=within)
    rows = list(sales.values("currency").annotate(**columns).order_by("currency"))
    return [
        Recovered(
            sum(row[f"leads_{place}"] for row in rows),
            tuple((row["currency"], row[f"sum_{place}"]) for row in rows if row[f"leads_{place}"]),
        )
        for place in range(len(since))
    ]


def received_per_minute(company_ids: Sequence[int], *, now: datetime) -> float:
    """Leads a minute, over the last five."""
    first = first_id_at(now - timedelta(minutes=5))
    return Lead.objects.filter(company__in=company_ids, is_test=False, id__gte=first).count() / 5


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


def recent_leads(company_ids: Sequence[int]) -> list[Lead]:
    """The newest leads, with the names their rows need."""
    rows = Lead.objects.filter(company__in=company_ids).select_related("campaign", "source")
    return list(rows.order_by("-id")[:RECENT_LEADS])
