"""The final result of a lead that was answered 202, posted to the source's callback URL until it arrives; and its
correction, when a buyer's answer turns out to have been read wrongly.

What is posted is how the lead stands when it is posted, so that late tries and overtaken ones say the same.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.core import http
from apps.core.ids import public_id
from apps.core.prepared import array, fetch_all
from apps.deliveries.choices import CallbackEvent, CallbackStatus
from apps.deliveries.facts import database_now
from apps.deliveries.models import Delivery, SourceCallback
from apps.engine import reply, retry
from apps.engine.outbound import OutboundRequest, OutboundResponse
from apps.engine.values import Problem, Verdict, VerdictOutcome
from apps.leads.choices import LeadMethod, LeadStatus
from apps.leads.models import Lead

TIMEOUT_MS = 10_000
_LEASE = timedelta(seconds=60)
_FINAL = (LeadStatus.SOLD, LeadStatus.UNSOLD, LeadStatus.REJECTED)


@transaction.atomic
def expect(lead_id: int, *, company_id: int, url: str) -> None:
    """A lead was answered 202: its result is owed to this URL. To be called when that answer is given.

    The lead's row is locked, so that a result which comes at this very moment is not missed.
    """
    status = Lead.objects.select_for_update().values_list("status", flat=True).get(pk=lead_id)
    SourceCallback.objects.create(
        company_id=company_id,
        lead_id=lead_id,
        url=url,
        next_attempt_at=database_now() if status in _FINAL else None,
    )


_DUE = f"""
    UPDATE deliveries_sourcecallback SET next_attempt_at = %s::timestamptz
     WHERE status = '{CallbackStatus.PENDING}' AND next_attempt_at IS NULL AND lead_id = ANY(%s::bigint[])
    RETURNING 1
"""  # noqa: S608 - a word of our own


def due(lead_ids: Sequence[int], now: datetime) -> None:
    """These leads have their result now. Within the transaction that ends them."""
    if lead_ids:
        fetch_all(_DUE, [now, array(map(str, lead_ids))])


def correct(lead_id: int, *, company_id: int, url: str, now: datetime) -> None:
    """A result that the source knows was wrong: the right one is owed to where the result went, or to this URL if it
    was the answer itself; empty for nowhere. Within the transaction that corrects it.

    A result that is still to be told will be the right one by itself.
    """
    told = list(SourceCallback.objects.select_for_update().filter(lead_id=lead_id).order_by("-pk"))
    if any(_will_be_told(one, now) for one in told):
        return
    url = told[0].url if told else url
    if url:
        SourceCallback.objects.create(
            company_id=company_id,
            lead_id=lead_id,
            url=url,
            event=CallbackEvent.CORRECTION,
            next_attempt_at=now,
        )


def _will_be_told(callback: SourceCallback, now: datetime) -> bool:
    """Whether it has not left yet. One that was claimed may be on its way with the old result: its time is ahead."""
    if callback.status != CallbackStatus.PENDING or callback.tries:
        return False
    return callback.next_attempt_at is None or callback.next_attempt_at <= now


def send_due(limit: int = 50) -> int:
    """Post the results that are due, all at once; how many there were."""
    claimed = _claim(limit)
    if not claimed:
        return 0
    leads = Lead.objects.in_bulk([callback.lead_id for callback in claimed])
    answers = http.send_all([_request(callback, leads[callback.lead_id]) for callback in claimed])
    for callback, answer in zip(claimed, answers, strict=True):
        _settle(callback, answer)
    return len(claimed)


@transaction.atomic
def _claim(limit: int) -> list[SourceCallback]:
    now = database_now()
    pending = SourceCallback.objects.filter(status=CallbackStatus.PENDING, next_attempt_at__lte=now)
    rows = list(pending.select_for_update(skip_locked=True).order_by("next_attempt_at")[:limit])
    SourceCallback.objects.filter(pk__in=[row.pk for row in rows]).update(next_attempt_at=now + _LEASE)
    return rows


def verdict_of(lead: Lead) -> Verdict:
    """A finished lead's result, as its source would have been answered."""
    if lead.status == LeadStatus.SOLD:
        return Verdict(VerdictOutcome.ACCEPTED, price=lead.payout, lead_id=lead.public_id)
    reason = lead.reason or "no_eligible_buyer"
    return Verdict(VerdictOutcome.REJECTED, (Problem(reason),), lead_id=lead.public_id)


def _result(lead: Lead) -> dict[str, Any]:
    """The body in the shape of the API that the lead came by."""
    if lead.method != LeadMethod.EXCHANGE:
        return reply.render_simple(verdict_of(lead), settings.BRAND_NAME)[1]
    delivery_id = Delivery.objects.filter(lead_id=lead.pk).values_list("pk", flat=True).first()
    told = public_id(Delivery.PREFIX, delivery_id) if delivery_id is not None else ""
    return reply.render_post(verdict_of(lead), delivery_id=told)[1]


def _request(callback: SourceCallback, lead: Lead) -> OutboundRequest:
    body = _result(lead)
    body["event"] = callback.event
    corrects = callback.event == CallbackEvent.CORRECTION
    key = f"{lead.public_id}-{callback.pk}" if corrects else lead.public_id
    headers = (("Content-Type", "application/json"), ("Idempotency-Key", key))
    return OutboundRequest("POST", callback.url, headers, reply.encode(body), TIMEOUT_MS)


def _settle(callback: SourceCallback, answer: OutboundResponse) -> None:
    callback.tries += 1
    arrived = answer.error is None and answer.status is not None and 200 <= answer.status <= 299
    wait_s = retry.assured_wait_s(callback.tries, jitter=random.random())  # noqa: S311 - spreads retries only
    if arrived or wait_s is None:
        callback.status = CallbackStatus.DONE if arrived else CallbackStatus.FAILED
        callback.next_attempt_at = None
    else:
        callback.next_attempt_at = database_now() + timedelta(seconds=wait_s)
    callback.last_error = "" if arrived else str(answer.error or f"http_{answer.status}")
    callback.save(update_fields=["tries", "status", "next_attempt_at", "last_error"])
