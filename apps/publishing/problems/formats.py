"""Endpoints: whether what they are to send can be written in their format."""

from collections.abc import Iterator

from apps.buyers.choices import EndpointKind
from apps.buyers.models import Endpoint
from apps.engine.formats import FORMATS
from apps.engine.orders import EndpointSpec
from apps.publishing.problems.base import PublishProblem, named


def nested(endpoint: Endpoint) -> bool:
    """Whether the targets of an endpoint's mapping are paths."""
    known = FORMATS.get(endpoint.body_format)
    return endpoint.kind == EndpointKind.HTTP and known is not None and known.nested


def problems(endpoint: Endpoint, spec: EndpointSpec) -> Iterator[PublishProblem]:
    """What keeps the format from writing what is mapped; only requests have one."""
    if endpoint.kind != EndpointKind.HTTP:
        return
    label = f"Endpoint {endpoint}"
    known = FORMATS.get(endpoint.body_format)
    if known is None:
        yield named(endpoint, label, "body_format", f"has an unknown format “{endpoint.body_format}”")
        return
    rows = {row.target: row for row in endpoint.mappings.all()}
    for found in known.problems(tuple(row.target for row in spec.mapping), spec.options):
        if found.target in rows:
            said = f"has a mapping row “{found.target}” that cannot be used: {found.words}"
            yield named(rows[found.target], label, "target", said)
        else:
            yield named(endpoint, label, found.option, found.words)
