"""Writes of endpoints: where to, mapping, response rules, headers, secrets."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.buyers.choices import EndpointKind, MappingKind, MappingPhase, Phase, RuleMatch, RuleOutcome
from apps.buyers.models import Buyer, Endpoint, EndpointHeader, ResponseRule
from apps.buyers.models import Mapping as MappingRow
from apps.companies.services import record, switch_set

Rows = Iterable[Mapping[str, Any]]


@transaction.atomic
def endpoint_create(buyer: Buyer, *, name: str, by: Any, url: str = "", **attributes: Any) -> Endpoint:
    """A new endpoint, with the one visible rule it starts with: accepted when the status is 200, 201 or 202."""
    endpoint = Endpoint.objects.create(buyer=buyer, name=name, url=url, **attributes)
    endpoint_prepare(endpoint, by=by)
    return endpoint


@transaction.atomic
def endpoint_prepare(endpoint: Endpoint, *, by: Any) -> None:
    """Give an endpoint that was just saved its first rule, unless it has rules or no answer to read."""
    if endpoint.kind == EndpointKind.HTTP and not endpoint.rules.exists():
        ResponseRule.objects.create(
            endpoint=endpoint, outcome=RuleOutcome.ACCEPTED, statuses="200,201,202", match=RuleMatch.ANY
        )
    record(endpoint, by=by, action="endpoint.created", summary=f"Endpoint “{endpoint}” created")


def endpoint_set_active(endpoint: Endpoint, *, active: bool, by: Any) -> bool:
    """The live switch of an endpoint: off sends nothing there."""
    return switch_set(endpoint, on=active, by=by)


@transaction.atomic
def endpoint_set_secret(endpoint: Endpoint, *, secret: str, by: Any) -> None:
    """Another secret of its authentication; used from now on, without publishing."""
    endpoint.auth_secret = secret
    endpoint.save(update_fields=("auth_secret",))
    record(endpoint, by=by, action="endpoint.secret_changed", summary=f"Secret of “{endpoint}” changed")


@transaction.atomic
def mappings_set(endpoint: Endpoint, *, rows: Rows, by: Any, phase: str = MappingPhase.POST) -> None:
    """Replace an endpoint's mapping of one phase; each row has the attributes of `buyers.Mapping`.

    What of a ping is agreed to go out in the clear is named on record.
    """
    endpoint.mappings.filter(phase=phase).delete()
    made = MappingRow.objects.bulk_create(
        MappingRow(**{"endpoint": endpoint, "position": place, **row, "phase": phase})
        for place, row in enumerate(rows)
    )
    agreed = [row.target for row in made if row.agreed]
    what = "Ping mapping" if phase == MappingPhase.PING else "Mapping"
    record(
        endpoint,
        by=by,
        action="endpoint.mapping_changed",
        summary=f"{what} of “{endpoint}” changed",
        data={"agreed": agreed} if agreed else {},
    )


@transaction.atomic
def mapping_fields_add(endpoint: Endpoint, *, names: Iterable[str], by: Any) -> list[MappingRow]:
    """Map fields of the lead to targets of the same name in the post; those mapped already are left alone."""
    mapped = endpoint.mappings.filter(phase=MappingPhase.POST)
    taken = set(mapped.values_list("target", flat=True))
    taken |= set(mapped.filter(kind=MappingKind.FIELD).values_list("source", flat=True))
    first = mapped.count()
    wanted = [name for name in dict.fromkeys(names) if name not in taken]
    added = MappingRow.objects.bulk_create(
        MappingRow(
            endpoint=endpoint, target=name, source=name, kind=MappingKind.FIELD, position=first + place
        )
        for place, name in enumerate(wanted)
    )
    if added:
        summary = f"Fields {', '.join(wanted)} mapped at “{endpoint}”"
        record(endpoint, by=by, action="endpoint.fields_mapped", summary=summary)
    return added


@transaction.atomic
def response_rules_set(endpoint: Endpoint, *, rows: Rows, by: Any, phase: str = Phase.POST) -> None:
    """Replace an endpoint's response rules of one phase, in order; each has the attributes of `buyers.ResponseRule`."""
    endpoint.rules.filter(phase=phase).delete()
    ResponseRule.objects.bulk_create(
        ResponseRule(**{"endpoint": endpoint, "position": place, **row, "phase": phase})
        for place, row in enumerate(rows)
    )
    what = {Phase.PING: "Ping rules", Phase.STATUS: "Status rules"}.get(Phase(phase), "Response rules")
    record(endpoint, by=by, action="endpoint.rules_changed", summary=f"{what} of “{endpoint}” changed")


@transaction.atomic
def header_add(
    endpoint: Endpoint, *, name: str, by: Any, value: str = "", secret: str = ""
) -> EndpointHeader:
    """A header of every request; a secret is kept encrypted and never shown again."""
    header = EndpointHeader.objects.create(
        endpoint=endpoint, name=name, value=value, secret=secret, position=endpoint.headers.count()
    )
    record(header, by=by, action="header.added", summary=f"Header {name} added to “{endpoint}”")
    return header


@transaction.atomic
def header_set_secret(header: EndpointHeader, *, secret: str, by: Any) -> None:
    """Another secret for a header; sent from now on, without publishing."""
    header.secret = secret
    header.save(update_fields=("secret",))
    summary = f"Secret of header {header.name} of “{header.endpoint}” changed"
    record(header, by=by, action="header.secret_changed", summary=summary)
