"""Endpoints: whether what they are to send can be written in their format."""

from collections.abc import Iterator
from dataclasses import replace

from apps.engine import mapping, schemas
from apps.engine.formats import FORMATS, BodyFormat, UnencodableError
from apps.publishing.problems.base import Draft, PublishProblem
from apps.publishing.problems.sides import Side
from apps.publishing.specs import for_endpoint


def problems(side: Side, draft: Draft) -> Iterator[PublishProblem]:
    """What keeps the format from writing what is mapped."""
    known = FORMATS.get(side.spec.body_format)
    if known is None:
        yield side.said("body_format", f"has an unknown format “{side.spec.body_format}”")
        return
    found = [*_format_problems(side, known), *_schema_problems(side)]
    # What is known to be wrong would only be told again of a sample.
    yield from found or _sample_problems(side, draft)


def _format_problems(side: Side, known: BodyFormat) -> Iterator[PublishProblem]:
    rows = side.by_target()
    for found in known.problems(tuple(row.target for row in side.spec.mapping), side.spec.options):
        if found.target in rows:
            said = f"has a mapping row “{found.target}” that cannot be used: {found.words}"
            yield side.of_row(rows[found.target], said)
        else:
            yield side.said(found.option, found.words)


def _schema_problems(side: Side) -> Iterator[PublishProblem]:
    wrong = schemas.problem(*side.schema)
    if wrong:
        yield side.said("schema_text", f"has a schema that cannot be used: {wrong}")


def _sample_problems(side: Side, draft: Draft) -> Iterator[PublishProblem]:
    """What becomes of a sample lead: a body that cannot be written, or one that the buyer's schema refuses."""
    rows = side.by_target()
    for field, target, words in _tried(side, draft):
        if target in rows:
            said = f"was tried with a sample lead, mapping row “{target}”: {words}"
            yield side.of_row(rows[target], said)
        else:
            yield side.said(field, f"was tried with a sample lead: {words}")


def _tried(side: Side, draft: Draft) -> Iterator[tuple[str, str, str]]:
    """(field of the endpoint, target or an empty text, words) of everything a sample lead meets."""
    spec, (kind, text) = side.spec, side.schema
    secrets = dict.fromkeys((row.secret for row in spec.mapping if row.secret), "secret")
    pairs = mapping.build(spec, replace(draft.sending, secrets=secrets, spec=for_endpoint(draft.spec, spec)))
    if isinstance(pairs, mapping.Unbuildable):
        # Without a schema that is no objection: another lead may well fit, a sample is only one of many.
        if kind:
            yield "schema_text", pairs.target, f"{pairs.why}; a test value of the row would do"
        return
    try:
        encoded = FORMATS[spec.body_format].encode(pairs, spec.options)
    except UnencodableError as error:
        yield "template" if spec.body_format == "raw" else "body_format", "", str(error)
        return
    found = schemas.violations(kind, text, encoded, spec.options.charset)
    for target, words in schemas.told(found, [row.target for row in spec.mapping]):
        yield "schema_text", target, words
