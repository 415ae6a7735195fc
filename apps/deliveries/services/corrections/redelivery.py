"""Sending leads again because a person says so: one, or many in batches."""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.companies.services import record as audit
from apps.core.errors import ApplicationError
from apps.core.ids import new_id
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.facts import database_now
from apps.deliveries.jobs import wake_drain, wake_redelivery
from apps.deliveries.journeys import selling
from apps.deliveries.models import Delivery, Redelivery
from apps.engine.entrants import auctions
from apps.leads import services as leads
from apps.leads.choices import EventKind, LeadStatus
from apps.leads.models import Lead, LeadEvent
from apps.publishing import specs
from apps.publishing.models import Publication

logger = logging.getLogger(__name__)

SWITCHES = {
    "hours": "Ignore opening hours",
    "caps": "Ignore caps (what is sold is counted all the same)",
    "duplicates": "Ignore the buyer's duplicate rule",
}
"""What a redelivery may be told not to heed, with words."""
MOST = 5_000
"""So many leads are sent again at a time: a slip of the mouse stays within what a day can bear."""
AT_ONCE = 50
_MAY = (LeadStatus.UNSOLD, LeadStatus.HELD)
_OPEN = (DeliveryStatus.PENDING, DeliveryStatus.HELD, DeliveryStatus.QUARANTINED)
"""A quarantined delivery may have a call of unknown outcome: it is tried again or given up as such, never beside."""


@dataclass(frozen=True, slots=True)
class Prospects:
    """Of some leads: those that can be sent again, and why the others cannot, counted."""

    lead_ids: tuple[int, ...]
    sold: int = 0
    under_way: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        return len(self.lead_ids) + self.sold + self.under_way + self.others


def prospects(lead_ids: Collection[int]) -> Prospects:
    """What sending these leads again would come to at this moment."""
    rows = Lead.objects.filter(pk__in=lead_ids).order_by("pk").values_list("pk", "status", "is_test")
    deliveries = Delivery.objects.filter(lead_id__in=lead_ids)
    known = set(deliveries.values_list("lead_id", flat=True))
    busy = set(deliveries.filter(status__in=_OPEN).values_list("lead_id", flat=True))
    can, sold, under_way = [], 0, 0
    for pk, status, is_test in rows:
        if status == LeadStatus.SOLD:
            sold += 1
        elif pk in busy:
            under_way += 1
        elif pk in known and not is_test and status in _MAY:
            can.append(pk)
    return Prospects(tuple(can), sold, under_way, len(rows) - len(can) - sold - under_way)


@transaction.atomic
def redeliver(
    delivery: Delivery, *, by: Any, order_id: int | None = None, ignores: Collection[str] = (), note: str = ""
) -> Delivery:
    """Send a lead through the orders of its campaign as it runs now, or to one of them only; audited.

    Refused while a delivery of the lead is under way or in doubt, for sold, rejected and test leads: an
    exclusive lead must not be sold twice. The new delivery has idempotency keys of its own. `ignores` are keys of
    `SWITCHES`.
    """
    lead = Lead.objects.select_for_update().get(pk=delivery.lead_id)
    _check(lead, ignores)
    version_id = _version_now(lead, delivery)
    if order_id is not None and order_id not in selling(specs.load(version_id)).orders:
        raise ApplicationError(
            "The campaign as it runs has no such order.", code="no_such_order", field="order"
        )
    now = database_now()
    again = Delivery.objects.create(
        id=new_id(),
        company_id=delivery.company_id,
        lead_id=delivery.lead_id,
        version_id=version_id,
        next_attempt_at=now,
        only_order_id=order_id,
        ignores=sorted(ignores),
        awaits_auction=auctions(specs.load(version_id)),
        created_at=now,
    )
    leads.resume([lead.pk])
    data = {"delivery": again.public_id, "instead_of": delivery.public_id, "order": order_id}
    data |= {"ignores": sorted(ignores), "note": note} if ignores or note else {}
    LeadEvent.objects.create(lead_id=lead.pk, kind=EventKind.REDELIVERED, at=now, data=_told(data))
    audit(again, by=by, action="delivery.redelivered", summary=f"Lead {lead.public_id} sent again", data=data)
    transaction.on_commit(wake_drain, robust=True)
    return again


def _told(data: dict[str, Any]) -> dict[str, Any]:
    """For the lead's timeline, without the note: it may say anything about anybody, and the audit keeps it."""
    return {name: value for name, value in data.items() if name != "note"}


def _check(lead: Lead, ignores: Collection[str]) -> None:
    unknown = set(ignores) - SWITCHES.keys()
    if unknown:
        raise ApplicationError("There is no such switch.", code="no_such_switch", field="ignores")
    if lead.is_test or lead.status not in _MAY:
        raise ApplicationError(
            "Only a lead that was not sold can be delivered again.", code="not_redeliverable"
        )
    if Delivery.objects.filter(lead_id=lead.pk, status__in=_OPEN).exists():
        raise ApplicationError(
            "Another delivery of this lead is under way, or waits for somebody: see “Waiting for you”.",
            code="delivery_open",
        )


def _version_now(lead: Lead, delivery: Delivery) -> int:
    """What was wrong with an endpoint or order has been put right since: the version that runs, if any
    does.
    """
    running = (
        Publication.objects.filter(campaign_id=lead.campaign_id).values_list("version_id", flat=True).first()
    )
    return delivery.version_id if running is None else running


@transaction.atomic
def redeliver_many(
    chosen: Iterable[Lead],
    *,
    by: Any,
    order_id: int | None = None,
    ignores: Collection[str] = (),
    note: str = "",
) -> list[Redelivery]:
    """Begin to send many leads again, company by company, each lead as `redeliver` does; a task does it in batches.

    Those that cannot be sent when their turn comes are left out and counted. Refused above `MOST` leads.
    """
    by_company: dict[int, list[int]] = {}
    for lead in chosen:
        by_company.setdefault(lead.company_id, []).append(lead.pk)
    if sum(map(len, by_company.values())) > MOST:
        raise ApplicationError(
            f"No more than {MOST:,} leads can be sent again at a time.", code="too_many_leads"
        )
    now = database_now()
    begun = []
    for company_id, lead_ids in sorted(by_company.items()):
        job = Redelivery.objects.create(
            company_id=company_id,
            lead_ids=sorted(lead_ids),
            order_id=order_id,
            ignores=sorted(ignores),
            note=note,
            by=by,
            created_at=now,
        )
        data = {"leads": len(lead_ids), "order": order_id, "ignores": sorted(ignores), "note": note}
        audit(job, by=by, action="redelivery.begun", summary=f"{len(lead_ids)} leads sent again", data=data)
        begun.append(job)
    transaction.on_commit(wake_redelivery, robust=True)
    return begun


def go_on() -> int:
    """Do the next batch of every open job that nobody else is at; how many leads had their turn."""
    done = 0
    for job_id in Redelivery.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True):
        done += _batch(job_id)
    if done and Redelivery.objects.filter(finished_at=None).exists():
        wake_redelivery()
    return done


@transaction.atomic
def _batch(job_id: int) -> int:
    """One transaction: what was sent and how far the job is are on record together or not at all."""
    job = (
        Redelivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("by")
        .filter(pk=job_id, finished_at=None)
        .first()
    )
    if job is None:
        return 0
    lead_ids: Sequence[int] = job.lead_ids[job.done : job.done + AT_ONCE]
    sent = sum(_again(lead_id, job) for lead_id in lead_ids)
    job.done, job.sent = job.done + len(lead_ids), job.sent + sent
    if job.done >= len(job.lead_ids):
        job.finished_at = database_now()
    job.save(update_fields=["done", "sent", "finished_at"])
    return len(lead_ids)


def _again(lead_id: int, job: Redelivery) -> bool:
    delivery = Delivery.objects.filter(lead_id=lead_id, company_id=job.company_id).order_by("-pk").first()
    if delivery is None:
        return False
    try:
        redeliver(delivery, by=job.by, order_id=job.order_id, ignores=job.ignores, note=job.note)
    except ApplicationError as refused:
        logger.info("not_sent_again", extra={"lead_id": lead_id, "code": refused.code})
        return False
    return True
