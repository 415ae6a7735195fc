"""What somebody should look at: open items of drift, canaries that fail, buyers that run out of money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from apps.buyers.models import Endpoint
from apps.deliveries.models import AnswerShape, Attempt, DriftItem
from apps.monitoring.wording import money

NAMED = 5


@dataclass(frozen=True, slots=True)
class FailingCanary:
    """An endpoint whose canaries fail: since when, how many in a row, and what was wrong the last time."""

    endpoint_id: int
    name: str
    since: datetime
    failures: int
    told: str


def drift_open(company_ids: Sequence[int]) -> int:
    """How many items of drift nobody has closed."""
    return DriftItem.objects.filter(company__in=company_ids, closed_at=None).count()


def canaries_failing(company_ids: Sequence[int]) -> list[FailingCanary]:
    """Endpoints whose last canary failed, longest first; at most five."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.endpoint_id, b.name || ': ' || e.name, c.failing_since, c.failures, c.told
            FROM deliveries_endpointcanary c
            JOIN buyers_endpoint e ON e.id = c.endpoint_id
            JOIN buyers_buyer b ON b.id = e.buyer_id
            WHERE c.failing_since IS NOT NULL AND e.is_active AND b.is_active AND b.company_id = ANY(%s)
            ORDER BY c.failing_since LIMIT %s
            """,
            [list(company_ids), NAMED],
        )
        return [FailingCanary(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class ShortBuyer:
    """A buyer that can spend nothing (`is_out`), or less than people want to be told of."""

    buyer_id: int
    name: str
    company_id: int
    currency: str
    left: Decimal
    is_out: bool
    orders: int
    """Its orders that are switched on."""

    @property
    def words(self) -> str:
        """How it stands, in a sentence."""
        left = money(self.left, self.currency)
        if not self.is_out:
            return f"{self.name} has {left} left to spend"
        told = "1 order is" if self.orders == 1 else f"{self.orders} orders are"
        return f"{self.name} is out of money ({left} left): {told} passed over until it is topped up"


_SHORT = """
    SELECT b.id, b.name, b.company_id, c.period_key, (c.live_limit - c.used) / 100.0, c.live_limit <= c.used, count(*)
      FROM buyers_buyer b
      JOIN leads_capcounter c ON c.cap_key = 'balance:' || b.id AND c.live_limit IS NOT NULL
      JOIN buyers_leadorder o ON o.buyer_id = b.id AND o.is_active
     WHERE b.company_id = ANY(%(companies)s) AND b.is_active AND b.billing <> 'invoice'
       AND (c.live_limit <= c.used OR c.live_limit - c.used < b.warn_below * 100)
       AND (%(campaign)s::bigint IS NULL OR o.campaign_id = %(campaign)s::bigint)
     GROUP BY b.id, c.id ORDER BY c.live_limit - c.used, b.id LIMIT %(most)s
"""


def buyers_short(company_ids: Sequence[int], *, campaign_id: int | None = None) -> list[ShortBuyer]:
    """Active buyers with active orders (on a campaign) that are out of money or low on it, the least first; at most
    five.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SHORT, {"companies": list(company_ids), "campaign": campaign_id, "most": NAMED})
        return [ShortBuyer(*row) for row in cursor.fetchall()]


def endpoint_of(item: DriftItem) -> Endpoint | None:
    """The endpoint an item speaks of; None once it was deleted."""
    return Endpoint.objects.select_related("buyer__company").filter(pk=item.endpoint_id).first()


def samples_of(item: DriftItem) -> list[Attempt]:
    """The sampled calls of an item, the latest first."""
    found = Attempt.objects.filter(endpoint_id=item.endpoint_id).select_related("lead").in_bulk(item.samples)
    return [found[each] for each in item.samples if each in found]


def usual_answer(item: DriftItem) -> Attempt | None:
    """A call that the endpoint answered in its most usual form that a rule reads; of the item's own form never."""
    shapes = AnswerShape.objects.filter(endpoint_id=item.endpoint_id, rule_index__isnull=False)
    shape = shapes.exclude(fingerprint=item.fingerprint).order_by("-seen").first()
    if shape is None or not shape.samples:
        return None
    rows = Attempt.objects.filter(endpoint_id=item.endpoint_id, pk__in=shape.samples)
    return rows.select_related("lead").order_by("-pk").first()
