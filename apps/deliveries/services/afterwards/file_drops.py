"""CSV files of bought leads, put on the buyers' SFTP servers on a schedule.

A file is a set of stored leads and a name, fixed in one transaction; its bytes are made from the sealed attempts
whenever it is sent, and never kept. Whoever dies in between leaves a file that is sent again, under the same name and
with the same bytes.
"""

import logging
import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from apps.buyers.choices import EndpointKind
from apps.buyers.models import Endpoint
from apps.companies.services import record as audit
from apps.core import sftp
from apps.core.errors import ApplicationError
from apps.deliveries.choices import FileStatus
from apps.deliveries.facts import database_now
from apps.deliveries.models import DropFile, StoredLead
from apps.deliveries.services.afterwards import stored
from apps.engine import drop_file, retry

logger = logging.getLogger(__name__)

MOST_LEADS = 10_000
LEASE = timedelta(seconds=sftp.DEADLINE_S + 60)
GONE = "The endpoint is gone, or is no file drop any more."


def send_due(limit: int = 4) -> int:
    """Make the files that are due and send those that wait; how many were sent or tried."""
    for endpoint_id in _waiting_endpoints():
        _make(endpoint_id)
    tried = 0
    while tried < limit and _send_next():
        tried += 1
    return tried


def _waiting_endpoints() -> list[int]:
    waiting = StoredLead.objects.filter(file=None).values("endpoint_id")
    rows = Endpoint.objects.filter(kind=EndpointKind.SFTP, is_active=True, pk__in=waiting)
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def _make(endpoint_id: int) -> DropFile | None:
    """The next file of an endpoint, if its time has come. One maker at a time: the endpoint's row is locked."""
    rows = Endpoint.objects.select_for_update(skip_locked=True, of=("self",))
    endpoint = rows.select_related("buyer__company").filter(pk=endpoint_id).first()
    if endpoint is None:
        return None
    now = database_now()
    last = DropFile.objects.filter(endpoint_id=endpoint_id).aggregate(at=Max("created_at"))["at"]
    if last is not None and last + timedelta(minutes=endpoint.file_minutes) > now:
        return None
    waiting = StoredLead.objects.filter(endpoint_id=endpoint_id, file=None).order_by("attempt_id")
    taken = list(waiting.select_for_update().values_list("attempt_id", flat=True)[:MOST_LEADS])
    if not taken:
        return None
    number = _next_number(endpoint_id)
    file = DropFile.objects.create(
        company_id=endpoint.buyer.company_id,
        endpoint_id=endpoint_id,
        number=number,
        name=_name(endpoint, now, number),
        leads=len(taken),
        next_attempt_at=now,
        created_at=now,
    )
    StoredLead.objects.filter(attempt_id__in=taken).update(file=file)
    return file


def _next_number(endpoint_id: int) -> int:
    rows = DropFile.objects.filter(endpoint_id=endpoint_id)
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1


def _name(endpoint: Endpoint, now: datetime, number: int) -> str:
    local = now.astimezone(ZoneInfo(endpoint.buyer.company.time_zone))
    return drop_file.name_of(endpoint.file_name, at=local, number=number)


def _send_next() -> bool:
    """Send one file that waits. False when none does."""
    file = _claim()
    if file is None:
        return False
    endpoint = Endpoint.objects.filter(pk=file.endpoint_id, kind=EndpointKind.SFTP).first()
    content = stored.csv_of(StoredLead.objects.filter(file=file))
    wrong = sftp.upload(target_of(endpoint), file.name, content) if endpoint else GONE
    _settle(file, len(content), wrong)
    return True


@transaction.atomic
def _claim() -> DropFile | None:
    now = database_now()
    paused = Endpoint.objects.filter(is_active=False)
    pending = DropFile.objects.filter(status=FileStatus.PENDING, next_attempt_at__lte=now)
    pending = pending.exclude(endpoint_id__in=paused.values("pk"))
    file = pending.select_for_update(skip_locked=True).order_by("next_attempt_at").first()
    if file is not None:
        file.next_attempt_at, file.tries = now + LEASE, file.tries + 1
        file.save(update_fields=["next_attempt_at", "tries"])
    return file


def target_of(endpoint: Endpoint) -> sftp.Target:
    """Where an endpoint's files go."""
    return sftp.Target(endpoint.url, endpoint.auth_name, endpoint.auth_secret, endpoint.host_key)


def _settle(file: DropFile, size: int, wrong: str) -> None:
    now = database_now()
    wait_s = retry.assured_wait_s(file.tries, jitter=random.random())  # noqa: S311 - spreads retries only
    if not wrong:
        file.status, file.sent_at, file.next_attempt_at = FileStatus.SENT, now, None
    elif wait_s is None:
        file.status, file.next_attempt_at = FileStatus.FAILED, None
        logger.error("file_given_up", extra={"file_id": file.pk, "endpoint_id": file.endpoint_id})
    else:
        file.next_attempt_at = now + timedelta(seconds=wait_s)
    file.size_bytes, file.last_error = size, wrong[:300]
    file.save(update_fields=["status", "sent_at", "next_attempt_at", "size_bytes", "last_error"])


@transaction.atomic
def send_again(file: DropFile, *, by: Any) -> None:
    """Send a file that has arrived or was given up once more, under its name; audited."""
    row = DropFile.objects.select_for_update().get(pk=file.pk)
    if row.status == FileStatus.PENDING:
        raise ApplicationError("This file is on its way.", code="file_pending")
    row.status, row.tries, row.next_attempt_at = FileStatus.PENDING, 0, database_now()
    row.save(update_fields=["status", "tries", "next_attempt_at"])
    audit(row, by=by, action="file.sent_again", summary=f"File “{row}” sent again")
