"""Stored leads as their buyer gets them: opened, as a CSV, or page by page over the API."""

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from apps.buyers.choices import AuthKind, EndpointKind
from apps.buyers.models import Endpoint
from apps.core.crypto import DecryptionError, unwrap
from apps.deliveries.facts import database_now
from apps.deliveries.models import StoredLead
from apps.deliveries.services.attempt.records import open_request
from apps.engine import drop_file
from apps.leads.services import reveal_record

MOST_ON_PAGE = 200
MOST_IN_FILE = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A stored lead, readable: `targets` of its mapping in their order, and the values of those that were not
    empty."""

    row: StoredLead
    targets: tuple[str, ...]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some leads, oldest first. `after` asks for the next ones; `more` tells that there are some already."""

    leads: tuple[Opened, ...]
    after: int
    more: bool


def opened(rows: QuerySet[StoredLead]) -> Iterator[Opened]:
    """These rows in their order, opened; leads that were erased since are left out."""
    for row in rows.select_related("lead", "attempt").order_by("attempt_id"):
        try:
            stored = open_request(unwrap(row.lead.wrapped_key or b""), row.attempt)
        except DecryptionError:
            continue
        if stored is not None:
            targets = dict.fromkeys(str(line[0]) for line in row.attempt.fields)
            yield Opened(row, tuple(targets), json.loads(stored.get("body", "{}"), parse_float=Decimal))


def csv_of(rows: QuerySet[StoredLead], *, targets: Sequence[str] = ()) -> bytes:
    """These rows as a CSV: the targets of their mappings, then a line a lead."""
    leads = list(opened(rows))
    header = list(targets) or drop_file.columns(lead.targets for lead in leads)
    return drop_file.write(header, ([lead.values.get(name, "") for name in header] for lead in leads))


def export(rows: QuerySet[StoredLead], *, by: Any) -> bytes:
    """The first `MOST_IN_FILE` of these rows as a CSV for a person who may see personal data; on record, lead by
    lead.
    """
    numbers = list(rows.order_by("attempt_id").values_list("attempt_id", flat=True)[:MOST_IN_FILE])
    chosen = StoredLead.objects.filter(attempt_id__in=numbers)
    for row in chosen.select_related("lead__company"):
        reveal_record(row.lead, by=by)
    return csv_of(chosen)


def page(endpoint: Endpoint, *, after: int, limit: int) -> Page:
    """The leads stored for an endpoint after the one of that number. Reading them for the first time is on record."""
    limit = max(1, min(limit, MOST_ON_PAGE))
    rows = StoredLead.objects.filter(endpoint_id=endpoint.pk, attempt_id__gt=after).order_by("attempt_id")
    numbers = list(rows.values_list("attempt_id", flat=True)[: limit + 1])
    shown = numbers[:limit]
    leads = tuple(opened(StoredLead.objects.filter(attempt_id__in=shown)))
    read = StoredLead.objects.filter(attempt_id__in=shown, fetched_at=None)
    read.update(fetched_at=database_now())
    return Page(leads, shown[-1] if shown else after, len(numbers) > limit)


def endpoint_of_key(*, bearer: str, headers: dict[str, str]) -> Endpoint | None:
    """The endpoint whose leads a buyer may read with the key it presents: as a bearer token, or in the header that the
    endpoint names (`headers` by lower-case name). Every endpoint is compared, each in constant time; a key that fits
    more than one opens none.
    """
    found = [endpoint for endpoint in _readable() if _fits(endpoint, bearer, headers)]
    return found[0] if len(found) == 1 else None


def _readable() -> QuerySet[Endpoint]:
    kinds = (AuthKind.BEARER, AuthKind.HEADER)
    live = Endpoint.objects.filter(kind=EndpointKind.STORE, auth_kind__in=kinds, is_active=True)
    return live.filter(buyer__is_active=True).only("auth_kind", "auth_name", "auth_secret")


def _fits(endpoint: Endpoint, bearer: str, headers: dict[str, str]) -> bool:
    presented = (
        bearer if endpoint.auth_kind == AuthKind.BEARER else headers.get(endpoint.auth_name.lower(), "")
    )
    same = hmac.compare_digest(presented.encode(), endpoint.auth_secret.encode())
    return same and bool(endpoint.auth_secret)
