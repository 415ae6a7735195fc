"""What nobody settles: deliveries that ended their process three times are taken out of the queue and told
of.
"""

import logging
from dataclasses import dataclass

from django.db import connection, transaction

from apps.deliveries.choices import AttemptKind, AttemptStatus, DeliveryStatus
from apps.deliveries.facts import database_now
from apps.deliveries.models import Attempt
from apps.deliveries.services.journey.claims import MAX_CLAIMS
from apps.engine.outbound import TransportError
from apps.engine.outcome import Outcome
from apps.leads import services as leads

logger = logging.getLogger(__name__)

OVERDUE_S = 60
_QUARANTINE = """
    UPDATE deliveries_delivery SET status = %s, reason = 'process_killer', next_attempt_at = NULL, leased_until = NULL
    WHERE id IN (
        SELECT id FROM deliveries_delivery
        WHERE status = 'pending' AND claims >= %s AND leased_until < now()
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
    RETURNING id, lead_id
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many were quarantined, and how many are due for over a minute without anybody working on them."""

    quarantined: int
    overdue: int


def sweep() -> Swept:
    """Quarantine process killers; count what is overdue. Idempotent."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_QUARANTINE, [DeliveryStatus.QUARANTINED.value, MAX_CLAIMS])
        rows = cursor.fetchall()
        if rows:
            Attempt.objects.filter(
                delivery_id__in=[row[0] for row in rows], status=AttemptStatus.STARTED, kind=AttemptKind.SALE
            ).update(
                status=AttemptStatus.SETTLED,
                outcome=Outcome.UNKNOWN,
                error=TransportError.INTERRUPTED,
                finished_at=database_now(),
            )
            leads.hold([lead_id for _, lead_id in rows], data={"reason": "quarantined"})
    for delivery_id, _ in rows:
        logger.error("delivery_quarantined", extra={"delivery_id": delivery_id})
    overdue = _overdue()
    if overdue:
        logger.warning("deliveries_overdue", extra={"count": overdue})
    return Swept(len(rows), overdue)


def _overdue() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM deliveries_delivery WHERE status = 'pending'"
            " AND next_attempt_at < now() - make_interval(secs => %s)"
            " AND (leased_until IS NULL OR leased_until < now() - make_interval(secs => %s))",
            [OVERDUE_S, OVERDUE_S],
        )
        count: int = cursor.fetchone()[0]
        return count
