"""Leads that waited for their mapping: taken up once it is published, each exactly once.

A payload is claimed, so that processes share the work; each lead of it is judged outside any transaction and recorded
in the one that counts it as done. Whoever is killed in between leaves the payload to the next, from the lead it had
come to. They are judged as if they came now: hours and caps are those of the moment in which a buyer can be reached.
"""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.auctions import services as auctions
from apps.core.clock import now
from apps.core.crypto import DecryptionError
from apps.core.durable import short_locks
from apps.deliveries import jobs
from apps.deliveries.services import callback_expect
from apps.engine import webhook as engine
from apps.engine.payload import PayloadFault
from apps.intake import payloads
from apps.intake.choices import PayloadStatus
from apps.intake.flows.judging import examined
from apps.intake.flows.sender import Sender, Stranger, find_by_terms
from apps.intake.flows.webhook import fields_of
from apps.intake.models import WebhookPayload
from apps.leads.choices import LeadMethod
from apps.leads.services import Circumstances, Recorded
from apps.sources.selectors import webhook_secret_at

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
MOST_CLAIMS = 5
"""After so many that came to nothing, people are to look at it."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """A payload that is taken up: read, its leads apart, and where in it the vendor's secret stands."""

    document: engine.Document
    leads: tuple[engine.Arrived, ...]
    secret_at: str


def take_up(*, for_s: float = 20.0) -> int:
    """Record the leads of payloads that can be mapped now; how many. Any number of these may run at once."""
    until, taken = time.monotonic() + for_s, 0
    waiting = WebhookPayload.objects.filter(status=PayloadStatus.HELD)
    for terms_id in waiting.order_by("terms_id").values_list("terms_id", flat=True).distinct():
        sender = _sender(terms_id)
        while sender is not None and time.monotonic() < until:
            payload = _claimed(terms_id)
            if payload is None:
                break
            taken += _taken_up(payload, sender)
    return taken


def _sender(terms_id: int) -> Sender | None:
    """The source, once its leads can be read and taken. From where they came was looked at when they came."""
    found = find_by_terms(terms_id, "", at=now(), anywhere=True)
    if isinstance(found, Stranger) or found.terms is None or found.terms.webhook is None:
        return None
    return found if found.access.switches.approved else None


@transaction.atomic
def _claimed(terms_id: int) -> WebhookPayload | None:
    free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
    rows = WebhookPayload.objects.select_for_update(skip_locked=True).filter(
        free, terms_id=terms_id, status=PayloadStatus.HELD
    )
    payload = rows.order_by("id").first()
    if payload is None:
        return None
    if payload.claims >= MOST_CLAIMS:
        WebhookPayload.objects.filter(pk=payload.pk).update(status=PayloadStatus.STUCK)
        logger.error("webhook_payload_stuck", extra={"payload_id": payload.pk, "terms_id": terms_id})
        return None
    WebhookPayload.objects.filter(pk=payload.pk).update(claimed_until=Now() + LEASE, claims=F("claims") + 1)
    return payload


def _taken_up(payload: WebhookPayload, sender: Sender) -> int:
    try:
        document = payloads.document_of(payloads.opened(payload))
    except DecryptionError:
        # Somebody was erased: there is nothing left to take up.
        document = PayloadFault("invalid_payload")
    if isinstance(document, PayloadFault):
        WebhookPayload.objects.filter(pk=payload.pk).update(
            status=PayloadStatus.DONE, finished_at=now(), done=F("leads")
        )
        return 0
    leads = engine.leads_of(document)
    arrived = Arriving(document, leads, webhook_secret_at(payload.terms_id))
    for place in range(payload.done, len(leads)):
        recorded = _recorded(payload, arrived, place, sender)
        if recorded is None:
            return place - payload.done
        if recorded.delivery_id is not None:
            jobs.wake_drain()
    return len(leads) - payload.done


def _recorded(payload: WebhookPayload, arrived: Arriving, place: int, sender: Sender) -> Recorded | None:
    """One lead on record and counted as done, both or neither; None when somebody else has done it."""
    mapping = sender.terms.webhook if sender.terms is not None else None
    lead = arrived.leads[place]
    test = engine.is_test(arrived.document, lead, mapping.test_path if mapping else "")
    fields = fields_of(mapping, lead, sender, secret_at=arrived.secret_at)
    found = examined(sender, fields, Circumstances(now(), test), LeadMethod.WEBHOOK)
    last = place + 1 == len(arrived.leads)
    with short_locks():
        mine = WebhookPayload.objects.filter(pk=payload.pk, status=PayloadStatus.HELD, done=place).update(
            done=place + 1,
            status=PayloadStatus.DONE if last else PayloadStatus.HELD,
            finished_at=now() if last else None,
        )
        if not mine:
            return None
        recorded = auctions.lead_record(found.submission)
        url = sender.terms.callback_url if sender.terms is not None else ""
        # The source was told that its lead is held: it hears the end where it has an address for that.
        if url and not test:
            callback_expect(recorded.lead_id, company_id=payload.company_id, url=url)
    return recorded
