"""What endpoints do that somebody should look at: open items of drift, canaries that fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.buyers.models import Endpoint
from apps.deliveries.models import AnswerShape, Attempt, DriftItem

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
