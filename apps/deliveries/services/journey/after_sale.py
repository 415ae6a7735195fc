"""What a sale leads to beside money: a stored lead for the buyer who reads it, copies to its other endpoints.

Written in the transaction that books the sale, so that neither is ever there without the other.
"""

from collections.abc import Sequence
from datetime import datetime

from apps.core.ids import new_id
from apps.deliveries.choices import CopyStatus
from apps.deliveries.journeys import Journey, OpenAttempt
from apps.deliveries.models import LeadCopy, StoredLead

WAITING_KINDS = ("sftp", "store")
"""Kinds of endpoints whose leads are stored: read by the buyer, or taken by the next file."""
REVERSED = "sale_reversed"
"""Why a copy was given up whose sale was none."""


def write(sales: Sequence[tuple[Journey, OpenAttempt]], now: datetime) -> None:
    """The consequences of these sales. Writing them again changes nothing."""
    if not sales:
        return
    store(sales, now)
    copies = [_copy(journey, attempt, to, now) for journey, attempt in sales for to in attempt.order.copies]
    if copies:
        _taken_up(copies, now)
        LeadCopy.objects.bulk_create(copies, ignore_conflicts=True)


def undo(lead_id: int, order_id: int, now: datetime) -> None:
    """The sale was none: copies that are still on their way are given up. Within the transaction that reverses it."""
    waiting = LeadCopy.objects.filter(lead_id=lead_id, order_id=order_id, status=CopyStatus.PENDING)
    waiting.update(status=CopyStatus.FAILED, next_attempt_at=None, finished_at=now, last_error=REVERSED)


def _taken_up(copies: Sequence[LeadCopy], now: datetime) -> None:
    """Those given up by a reversal, of leads that are sold to the same order after all."""
    rows = LeadCopy.objects.filter(
        lead_id__in=[one.lead_id for one in copies],
        order_id__in={one.order_id for one in copies},
        status=CopyStatus.FAILED,
        last_error=REVERSED,
    )
    rows.update(status=CopyStatus.PENDING, next_attempt_at=now, finished_at=None, last_error="", tries=0)


def store(taken: Sequence[tuple[Journey, OpenAttempt]], now: datetime) -> None:
    """Of these attempts, those whose endpoint's buyer reads or gets a file."""
    rows = [
        StoredLead(
            attempt_id=attempt.id,
            company_id=journey.company_id,
            endpoint_id=attempt.endpoint.id,
            buyer_id=attempt.order.buyer_id,
            lead_id=journey.lead_id,
            created_at=now,
        )
        for journey, attempt in taken
        if attempt.endpoint.kind in WAITING_KINDS
    ]
    if rows:
        StoredLead.objects.bulk_create(rows, ignore_conflicts=True)


def _copy(journey: Journey, attempt: OpenAttempt, endpoint_id: int, now: datetime) -> LeadCopy:
    return LeadCopy(
        id=new_id(),
        company_id=journey.company_id,
        lead_id=journey.lead_id,
        delivery_id=journey.id,
        order_id=attempt.order.id,
        endpoint_id=endpoint_id,
        next_attempt_at=now,
        created_at=now,
    )
