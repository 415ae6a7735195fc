"""Endpoints: whether what they are to send can be written in their format."""

from collections.abc import Iterator
from dataclasses import replace

from apps.buyers.choices import EndpointKind
from apps.buyers.models import Endpoint
from apps.engine import mapping, schemas
from apps.engine.formats import FORMATS, BodyFormat, UnencodableError
from apps.engine.orders import EndpointSpec
from apps.publishing.problems.base import Draft, PublishProblem, named
from apps.publishing.specs import for_endpoint


def nested(endpoint: Endpoint) -> bool:
    """Whether the targets of an endpoint's mapping are paths."""
    known = FORMATS.get(endpoint.body_format)
    return endpoint.kind == EndpointKind.HTTP and known is not None and known.nested


def problems(endpoint: Endpoint, spec: EndpointSpec, draft: Draft) -> Iterator[PublishProblem]:
    """What keeps the format from writing what is mapped; only requests have one."""
    if endpoint.kind != EndpointKind.HTTP:
        return
    label = f"Endpoint {endpoint}"
    known = FORMATS.get(endpoint.body_format)
    if known is None:
        yield named(endpoint, label, "body_format", f"has an unknown format “{endpoint.body_format}”")
        return
    found = [*_format_problems(endpoint, spec, known), *_schema_problems(endpoint)]
    # What is known to be wrong would only be told again of a sample.
    yield from found or _sample_problems(endpoint, spec, draft)


def _format_problems(endpoint: Endpoint, spec: EndpointSpec, known: BodyFormat) -> Iterator[PublishProblem]:
    label, rows = f"Endpoint {endpoint}", {row.target: row for row in endpoint.mappings.all()}
    for found in known.problems(tuple(row.target for row in spec.mapping), spec.options):
        if found.target in rows:
            said = f"has a mapping row “{found.target}” that cannot be used: {found.words}"
            yield named(rows[found.target], label, "target", said)
        else:
            yield named(endpoint, label, found.option, found.words)


def _schema_problems(endpoint: Endpoint) -> Iterator[PublishProblem]:
    wrong = schemas.problem(endpoint.schema_kind, endpoint.schema_text)
    if wrong:
        yield named(
            endpoint, f"Endpoint {endpoint}", "schema_text", f"has a schema that cannot be used: {wrong}"
        )


def _sample_problems(endpoint: Endpoint, spec: EndpointSpec, draft: Draft) -> Iterator[PublishProblem]:
    """What becomes of a sample lead: a body that cannot be written, or one that the buyer's schema refuses."""
    label, rows = f"Endpoint {endpoint}", {row.target: row for row in endpoint.mappings.all()}
    for field, target, words in _tried(endpoint, spec, draft):
        if target in rows:
            yield named(
                rows[target],
                label,
                "target",
                f"was tried with a sample lead, mapping row “{target}”: {words}",
            )
        else:
            yield named(endpoint, label, field, f"was tried with a sample lead: {words}")


def _tried(endpoint: Endpoint, spec: EndpointSpec, draft: Draft) -> Iterator[tuple[str, str, str]]:
    """(field of the endpoint, target or an empty text, words) of everything a sample lead meets."""
    secrets = dict.fromkeys((row.secret for row in spec.mapping if row.secret), "secret")
    pairs = mapping.build(spec, replace(draft.sending, secrets=secrets, spec=for_endpoint(draft.spec, spec)))
    if isinstance(pairs, mapping.Unbuildable):
        # Without a schema that is no objection: another lead may well fit, a sample is only one of many.
        if endpoint.schema_kind:
            yield "schema_text", pairs.target, f"{pairs.why}; a test value of the row would do"
        return
    try:
        encoded = FORMATS[spec.body_format].encode(pairs, spec.options)
    except UnencodableError as error:
        yield "template" if spec.body_format == "raw" else "body_format", "", str(error)
        return
    found = schemas.violations(endpoint.schema_kind, endpoint.schema_text, encoded, spec.options.charset)
    for target, words in schemas.told(found, [row.target for row in spec.mapping]):
        yield "schema_text", target, words
