"""The dashboard's content as plain values, ready to be drawn."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from apps.leads.models import Lead
from apps.monitoring import selectors

SPARK_WIDTH, SPARK_HEIGHT = 240, 40
RECENT_LEADS = 12


def overview(user, *, now: datetime) -> dict[str, Any]:
    """Everything the dashboard shows to one person, over the last 24 hours."""
    companies = selectors.company_ids_of(user)
    day = now - timedelta(hours=24)
    by_hour = selectors.received_by_hour(companies, now=now)
    return {
        "now": now,
        "conservation": selectors.conservation(companies, since=day),
        "headline": selectors.headline(companies, now=now),
        "endpoints": selectors.endpoints(companies, since=day),
        "waiting": selectors.waiting(companies),
        "spark": sparkline(by_hour),
        "spark_peak": max(by_hour),
        "leads": recent_leads(companies),
    }


def recent_leads(company_ids: Sequence[int]) -> list[Lead]:
    """The newest leads, with the names their rows need."""
    rows = Lead.objects.filter(company__in=company_ids).select_related("campaign", "source")
    return list(rows.order_by("-id")[:RECENT_LEADS])


def sparkline(counts: Sequence[int]) -> str:
    """The points of an SVG polyline through the counts, scaled to the largest."""
    peak = max(counts) or 1
    step = SPARK_WIDTH / max(1, len(counts) - 1)
    return " ".join(
        f"{index * step:.1f},{SPARK_HEIGHT - 2 - count / peak * (SPARK_HEIGHT - 4):.1f}"
        for index, count in enumerate(counts)
    )
