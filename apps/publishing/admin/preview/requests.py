"""What a lead would become at an endpoint as it is drafted: its post and, where it is pinged, its ping."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from apps.core.places import PLACES
from apps.engine import mapping
from apps.engine import request as outbound
from apps.engine.mapping import Sending, Unbuildable
from apps.engine.orders import EndpointSpec, MappingRow
from apps.engine.pinging import pinged
from apps.publishing.admin.preview.drafts import Drafted
from apps.publishing.admin.preview.subjects import Subject
from apps.publishing.admin.preview.written import written
from apps.publishing.compile.parts import ExpressionError
from apps.publishing.compile.selling import endpoint_spec
from apps.publishing.specs import for_endpoint

Fault = tuple[str, str]


def shown(draft: Drafted, subject: Subject) -> dict[str, Any]:
    """The requests as texts, secrets hidden, and all that stands against them as (place, sentence)."""
    faults = list(draft.faults)
    if subject.problem or subject.lead is None or subject.system is None or subject.spec is None:
        return {"faults": faults}
    try:
        spec = replace(endpoint_spec(draft.endpoint), id=draft.endpoint.pk or 0)
    except ExpressionError as error:
        return {"faults": [*faults, ("Conditions", str(error))]}
    post, wrong = _request(_answered(spec), subject, "Mapping row")
    asked, ping = pinged(spec), None
    if asked is not None:
        ping, odd = _request(asked, subject, "Ping mapping row")
        wrong += [*odd, *_in_the_clear(asked, subject)]
    return {"faults": [*faults, *wrong], "shown": post, "ping": ping}


def _request(spec: EndpointSpec, subject: Subject, rows: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    """One request, or None where none can be made; and what stands against it. `rows` is what its rows are called."""
    assert subject.lead is not None
    assert subject.system is not None
    assert subject.spec is not None
    sending = Sending(
        subject.lead,
        subject.system,
        outbound.placeholders(spec),
        spec=for_endpoint(subject.spec, spec),
        now=subject.at,
        places=PLACES,
    )
    buildable, wrong = _row_by_row(spec, sending, rows)
    built = outbound.build(replace(spec, mapping=buildable), sending)
    if isinstance(built, Unbuildable):
        return None, [*wrong, (built.target, f"{built.why}.")]
    return written(built.shown or built, subject.reader(spec)), wrong


def _row_by_row(
    spec: EndpointSpec, sending: Sending, rows: str
) -> tuple[tuple[MappingRow, ...], list[Fault]]:
    """The rows that can be built for this lead, and the others with the reason."""
    good, wrong = [], []
    for row in spec.mapping:
        built = mapping.build(replace(spec, mapping=(row,)), sending)
        if isinstance(built, Unbuildable):
            wrong.append((f"{rows} “{row.target}”", f"{built.why}."))
        else:
            good.append(row)
    return tuple(good), wrong


def _answered(spec: EndpointSpec) -> EndpointSpec:
    """With a mark in place of what only the answer to a ping can tell."""
    rows = (
        replace(row, kind="constant", value=f"‹{row.source} of the ping's answer›", value_type="text")
        if row.kind == "ping_response"
        else row
        for row in spec.mapping
    )
    return replace(spec, mapping=tuple(rows))


def _in_the_clear(spec: EndpointSpec, subject: Subject) -> Iterator[Fault]:
    """The rows of a ping that publishing refuses, since they name the person."""
    assert subject.spec is not None
    for row in spec.mapping:
        clear = sorted(mapping.in_the_clear(row, subject.spec))
        if clear and not row.agreed:
            names = ", ".join(f"“{name}”" for name in clear)
            cure = "Write it as a hash, or agree it with the buyer."
            said = f"sends {names} as it is, to a buyer that bought nothing. {cure}"
            yield f"Ping mapping row “{row.target}”", said
