"""Drift: an endpoint answers otherwise than it used to. One open item a cause; it grows while it goes on happening."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from apps.buyers.models import Endpoint
from apps.companies.services import record as audit
from apps.deliveries.choices import DriftKind
from apps.deliveries.facts import database_now
from apps.deliveries.models import AnswerShape, DriftItem

logger = logging.getLogger(__name__)

SAMPLES = 5
ENOUGH_ANSWERS = 50
ENOUGH_TIME = timedelta(days=1)
"""An endpoint that has answered so often, or is known for so long, has a usual way to answer."""
MOST_OPEN = 5
"""Open items of new forms of one endpoint; what is beyond grows one item for all."""
_KEYS_TOLD = 4


def consider(shape_ids: Sequence[int]) -> None:
    """Open an item for each of these new shapes that nobody would expect."""
    if not shape_ids:
        return
    for shape in AnswerShape.objects.filter(pk__in=shape_ids).order_by("endpoint_id", "pk"):
        if _is_trouble(shape):
            continue
        others = list(
            AnswerShape.objects.filter(endpoint_id=shape.endpoint_id)
            .exclude(pk__in=shape_ids)
            .order_by("-seen")[:200]
        )
        if has_history(others, shape.first_at) and not _is_rules_doing(shape, others):
            _open_for(shape, others[0])


def has_history(known: Iterable[AnswerShape], now: datetime) -> bool:
    """Whether these forms are enough to say what is usual."""
    rows = list(known)
    if not rows:
        return False
    is_old = min(row.first_at for row in rows) <= now - ENOUGH_TIME
    return is_old or sum(row.seen for row in rows) >= ENOUGH_ANSWERS


def _is_trouble(shape: AnswerShape) -> bool:
    """A server in trouble is no server that has changed; breaker and retries look after it."""
    status = shape.http_status or 0
    return status in (408, 429) or status >= 500


def _is_rules_doing(shape: AnswerShape, others: Iterable[AnswerShape]) -> bool:
    """The same answer as before, read by another rule: we have changed, not the buyer."""
    return shape.rule_index is not None and any(
        (one.http_status, one.content_type, one.keys) == (shape.http_status, shape.content_type, shape.keys)
        for one in others
    )


def _open_for(shape: AnswerShape, usual: AnswerShape) -> None:
    open_ones = DriftItem.objects.filter(
        endpoint_id=shape.endpoint_id, kind=DriftKind.NEW_SHAPE, closed_at=None
    )
    fingerprint, told = shape.fingerprint, difference(shape, usual)
    if open_ones.exclude(fingerprint="").count() >= MOST_OPEN:
        fingerprint, told = "", "It answers in many more new forms; the newest are below."
    rest = open_ones.filter(fingerprint="").first() if not fingerprint else None
    if rest is not None:
        rest.seen += shape.seen
        rest.amount += shape.amount
        rest.samples = [*shape.samples, *rest.samples][:SAMPLES]
        rest.last_at = shape.last_at
        rest.save(update_fields=("seen", "amount", "samples", "last_at"))
        return
    open_item(shape, kind=DriftKind.NEW_SHAPE, fingerprint=fingerprint, told=told)


def open_item(shape: AnswerShape, *, kind: str, fingerprint: str, told: str) -> DriftItem | None:
    """A new item, logged; None when another process has just opened it. `shape` gives company, count and samples; it
    need not be stored.
    """
    endpoint = Endpoint.objects.select_related("buyer").filter(pk=shape.endpoint_id).first()
    try:
        with transaction.atomic():
            item = DriftItem.objects.create(
                company_id=shape.company_id,
                endpoint_id=shape.endpoint_id,
                endpoint_name=str(endpoint)[:250] if endpoint else f"endpoint {shape.endpoint_id}",
                kind=kind,
                fingerprint=fingerprint,
                told=told[:300],
                seen=shape.seen,
                amount=shape.amount,
                samples=shape.samples[:SAMPLES],
                opened_at=shape.last_at,
                last_at=shape.last_at,
            )
    except IntegrityError:
        return None
    logger.warning(
        "drift_opened", extra={"endpoint_id": shape.endpoint_id, "kind": str(kind), "item": item.pk}
    )
    return item


def difference(shape: AnswerShape, usual: AnswerShape) -> str:
    """What is different about a form, in a sentence without any value."""
    media, before = shape.content_type or "no content type", usual.content_type or "no content type"
    parts = [
        f"HTTP {shape.http_status} instead of {usual.http_status}"
        if shape.http_status != usual.http_status
        else "",
        f"{media} instead of {before}" if media != before else "",
        _listed("new keys", shape.keys, usual.keys),
        _listed("missing keys", usual.keys, shape.keys),
        "no rule reads it" if shape.rule_index is None else f"rule {shape.rule_index + 1} reads it",
    ]
    words = "; ".join(part for part in parts if part)
    return f"{words[0].upper()}{words[1:]}."


def _listed(title: str, keys: Iterable[str], others: Iterable[str]) -> str:
    found = [key for key in keys if key not in set(others)]
    if not found:
        return ""
    more = f" and {len(found) - _KEYS_TOLD} more" if len(found) > _KEYS_TOLD else ""
    return f"{title} {', '.join(key[:30] for key in found[:_KEYS_TOLD])}{more}"


@transaction.atomic
def item_close(item: DriftItem, *, by: Any) -> bool:
    """This is known now: close an item, audited. False when somebody else has closed it already."""
    closed = DriftItem.objects.filter(pk=item.pk, closed_at=None).update(
        closed_at=database_now(), closed_by=str(by)[:254]
    )
    if closed:
        audit(
            item,
            by=by,
            action="drift.closed",
            summary=f"“{item.endpoint_name}”: {item.told} Known now",
            data={"endpoint": item.endpoint_id, "kind": item.kind, "seen": item.seen},
        )
    return bool(closed)


def answers_known(endpoint_id: int) -> tuple[int, int]:
    """(all answers, those that no rule read) that are counted for an endpoint; servers in trouble left out."""
    rows = AnswerShape.objects.filter(endpoint_id=endpoint_id, http_status__lt=500).exclude(
        http_status__in=(408, 429)
    )
    both = rows.aggregate(seen=Sum("seen"))["seen"] or 0
    return both, rows.filter(rule_index=None).aggregate(seen=Sum("seen"))["seen"] or 0
