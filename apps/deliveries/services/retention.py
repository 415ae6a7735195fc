"""What is forgotten once its time is over: tests of endpoints, stored leads, files and copies.

Stored leads, files and copies stay as long as the calls they belong to (`CALLS_KEPT_MONTHS`, five years); tests of
endpoints `TESTS_KEPT_DAYS`, those of canaries `CANARY_TESTS_KEPT_DAYS`. Whatever its age, nothing goes that somebody is
still owed: a lead its buyer has not read, a file or a copy on its way, a file that never arrived with its leads. Of an
endpoint the latest test of each kind and the latest file stay.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.buyers.choices import EndpointKind
from apps.buyers.models import Endpoint
from apps.core.ids import first_id_at
from apps.deliveries.choices import CopyStatus, FileStatus, TestedBy
from apps.deliveries.facts import database_now
from apps.deliveries.models import DropFile, EndpointTest, LeadCopy, StoredLead
from apps.deliveries.services.partitions import Month

logger = logging.getLogger(__name__)

BATCH = 1000
"""Rows a transaction removes at most; of files one with its leads, which are 10,000 at most."""
FOR_S = 20.0
"""A run that finds more leaves the rest to the next."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows a run has removed."""

    tests: int
    stored: int
    files: int
    copies: int


def forget(*, for_s: float = FOR_S) -> Forgotten:
    """Remove what is over, in short transactions. Any number of these may run at once: each takes rows that no other
    has, and nobody waits for another.
    """
    now, until = database_now(), time.monotonic() + for_s
    calls = _months_before(now, settings.CALLS_KEPT_MONTHS)
    tests = now - timedelta(days=settings.TESTS_KEPT_DAYS)
    canaries = now - timedelta(days=settings.CANARY_TESTS_KEPT_DAYS)
    forgotten = Forgotten(
        tests=_all(until, lambda: _remove(_tests(TestedBy.PERSON, tests)))
        + _all(until, lambda: _remove(_tests(TestedBy.CANARY, canaries))),
        stored=_all(until, lambda: _remove(_read(calls))),
        files=_all(until, lambda: _remove_file(calls)),
        copies=_all(until, lambda: _remove(_copies(calls))),
    )
    if forgotten != Forgotten(0, 0, 0, 0):
        counts = {name: getattr(forgotten, name) for name in Forgotten.__slots__}
        logger.info("forgotten", extra=counts)
    return forgotten


def _months_before(now: datetime, months: int) -> datetime:
    """The beginning of the month so many months ago: what is over with the calls' partition of its month."""
    return Month.of(now).plus(-months).start


def _all(until: float, step: Callable[[], int]) -> int:
    """Batches until one is empty or the time is over; what they came to."""
    removed = 0
    while time.monotonic() < until:
        batch = step()
        if not batch:
            break
        removed += batch
    return removed


@transaction.atomic
def _remove(rows: QuerySet[Any]) -> int:
    """The oldest of these rows, at most a batch. Rows that somebody else holds are left to the next run; those that
    changed meanwhile are judged as they are now.
    """
    held = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    keys = list(held.values_list("pk", flat=True)[:BATCH])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)


def _tests(by: str, before: datetime) -> QuerySet[EndpointTest]:
    same = EndpointTest.objects.filter(endpoint_id=OuterRef("endpoint_id"), by=by, pk__gt=OuterRef("pk"))
    return EndpointTest.objects.filter(Exists(same), by=by, at__lt=before)


def _read(before: datetime) -> QuerySet[StoredLead]:
    """Stored leads that their buyer has read over the API; what waits for a file is read by nobody yet."""
    by_file = Endpoint.objects.filter(kind=EndpointKind.SFTP).values("pk")
    rows = StoredLead.objects.filter(pk__lt=first_id_at(before), file=None, fetched_at__lt=before)
    return rows.exclude(endpoint_id__in=by_file)


def _copies(before: datetime) -> QuerySet[LeadCopy]:
    rows = LeadCopy.objects.filter(pk__lt=first_id_at(before), finished_at__lt=before)
    return rows.exclude(status=CopyStatus.PENDING)


@transaction.atomic
def _remove_file(before: datetime) -> int:
    """One file that has arrived, with its leads. It is held, so that nobody sends it again meanwhile."""
    later = DropFile.objects.filter(endpoint_id=OuterRef("endpoint_id"), pk__gt=OuterRef("pk"))
    sent = DropFile.objects.filter(Exists(later), status=FileStatus.SENT, sent_at__lt=before)
    file = sent.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
    if file is None:
        return 0
    StoredLead.objects.filter(file=file).delete()
    file.delete()
    return 1
