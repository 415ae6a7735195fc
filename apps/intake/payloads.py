"""Payloads of webhooks that are kept: sealed when they come, opened to be mapped or taken up, forgotten in time."""

import base64
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Sum

from apps.companies.services import audit_record
from apps.core.clock import now
from apps.core.crypto import new_data_key, unwrap
from apps.core.ids import new_id
from apps.engine import webhook
from apps.engine.payload import Limits, PayloadFault
from apps.intake.choices import PayloadStatus
from apps.intake.models import WebhookPayload
from apps.intake.wire import RawPost

MOST_TESTS = 100
"""Tests kept of one webhook, the latest."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A payload as it came."""

    body: bytes = field(repr=False)
    content_type: str
    content_encoding: str
    query: str = field(repr=False)


def keep(
    post: RawPost, *, company_id: int, terms_id: int, status: PayloadStatus, leads: int
) -> WebhookPayload:
    """Put a payload on record, sealed; part of the caller's transaction."""
    if status == PayloadStatus.TEST:
        _make_room(terms_id)
    identifier, key = new_id(), new_data_key()
    told = {
        "body": base64.b64encode(post.body).decode(),
        "content_type": post.content_type,
        "content_encoding": post.content_encoding,
        "query": post.query,
    }
    return WebhookPayload.objects.create(
        id=identifier,
        company_id=company_id,
        terms_id=terms_id,
        status=status,
        received_at=post.received_at,
        sealed=key.seal(json.dumps(told).encode(), aad=_aad(identifier)),
        wrapped_key=key.wrapped,
        leads=leads,
    )


def _make_room(terms_id: int) -> None:
    """A webhook that is sent nothing but tests fills no disk."""
    tests = WebhookPayload.objects.filter(terms_id=terms_id, status=PayloadStatus.TEST)
    oldest = tests.order_by("-id").values_list("id", flat=True)[MOST_TESTS - 1 : MOST_TESTS].first()
    if oldest is not None:
        tests.filter(id__lte=oldest).delete()


def opened(payload: WebhookPayload) -> Kept:
    """A payload as it came. DecryptionError when its key is gone."""
    told = json.loads(unwrap(payload.wrapped_key or b"").open(bytes(payload.sealed), aad=_aad(payload.pk)))
    return Kept(base64.b64decode(told["body"]), told["content_type"], told["content_encoding"], told["query"])


def document_of(kept: Kept | RawPost) -> webhook.Document | PayloadFault:
    """A payload, read."""
    return webhook.read(
        kept.body,
        content_type=kept.content_type,
        content_encoding=kept.content_encoding,
        query=kept.query,
        limits=Limits(max_bytes=settings.BODY_LIMIT_BYTES),
    )


def leads_held(terms_id: int) -> int:
    """How many leads wait for the mapping of these terms."""
    rows = WebhookPayload.objects.filter(terms_id=terms_id, status=PayloadStatus.HELD)
    return rows.aggregate(left=Sum(F("leads") - F("done")))["left"] or 0


def reveal_record(payload: WebhookPayload, *, by: Any) -> None:
    """Put on record that a person reads what a payload says; to be called before it is shown."""
    audit_record(
        company=payload.company,
        actor=by,
        action="webhook_payload.revealed",
        target=payload,
        summary=f"Payload {payload.pk} of the webhook of {payload.terms} shown",
    )


def forget() -> int:
    """Delete tests and payloads that were taken up, once their time is over; how many there were. What waits stays,
    whatever its age.
    """
    before = now() - timedelta(days=settings.WEBHOOK_PAYLOADS_KEPT_DAYS)
    over = WebhookPayload.objects.filter(
        status__in=(PayloadStatus.TEST, PayloadStatus.DONE), received_at__lt=before
    )
    return over.delete()[0]


def _aad(identifier: int) -> bytes:
    return b"webhook-payload:%d" % identifier
