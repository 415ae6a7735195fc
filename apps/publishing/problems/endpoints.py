"""Endpoints: address, headers, mapping, response rules."""

from collections.abc import Iterable, Iterator

from apps.buyers import judges
from apps.buyers.models import Endpoint
from apps.engine import authentication, inserts, mapping, outcome
from apps.engine.formats import FORMATS
from apps.engine.orders import EndpointSpec, MappingRow
from apps.engine.request import header_problem
from apps.publishing.compile.parts import ExpressionError
from apps.publishing.compile.selling import endpoint_spec
from apps.publishing.problems import formats, manners, pings, reach
from apps.publishing.problems.base import Draft, PublishProblem, named
from apps.publishing.problems.sides import Side, ping_side, post_side

Said = Iterator[tuple[str, str]]
_FROM_FIELD = ("field", "split", "value_table")


def problems(endpoint: Endpoint, draft: Draft, *, is_pinged: bool = False) -> Iterator[PublishProblem]:
    """What is wrong with one endpoint; its ping is judged where orders of this campaign have it pinged."""
    label = f"Endpoint {endpoint}"
    try:
        spec = endpoint_spec(endpoint, draft.reader)
    except ExpressionError as error:
        yield named(
            endpoint, label, "mappings", f"has a mapping with a condition that cannot be used: {error}"
        )
        return
    side = post_side(endpoint, spec)
    if spec.kind != "http":
        yield from reach.problems(endpoint, spec, draft)
        yield from _mapping(side, draft)
        return
    for check in (_authentication, _headers, manners.problems):
        yield from (named(endpoint, label, field, said) for field, said in check(endpoint, spec))
    yield from _side(side, draft)
    asked = ping_side(endpoint, spec)
    if asked is not None and is_pinged:
        yield from _side(asked, draft)
        yield from pings.problems(asked, draft)


def _side(side: Side, draft: Draft) -> Iterator[PublishProblem]:
    """What a request, its mapping, its format and the rules for its answer have in common, posted or pinged."""
    for check in (_request, _rules):
        yield from (side.said(field, said) for field, said in check(side))
    yield from _mapping(side, draft)
    yield from formats.problems(side, draft)


def _request(side: Side) -> Said:
    spec = side.spec
    objection = judges.web_problem(spec.url)
    if objection:
        yield "url", f"has a URL that cannot be called: {objection}"
    if spec.method == "GET" and spec.body_format != "query":
        yield "body_format", "sends GET requests, which carry a query string only"


def _authentication(endpoint: Endpoint, spec: EndpointSpec) -> Said:
    secret = authentication.secret_problem(spec.auth, endpoint.auth_secret)
    for objection in (*authentication.problems(spec.auth), *([secret] if secret else [])):
        yield "auth_kind", f"has an authentication that {objection}"


def _headers(endpoint: Endpoint, spec: EndpointSpec) -> Said:
    for header in endpoint.headers.all():
        objection = header_problem(header.name, header.value) or inserts.problem(header.value)
        if objection:
            yield "headers", f"has a header “{header.name}” that {objection}"


def _rules(side: Side) -> Said:
    rules = side.spec.rules
    if not any(rule.outcome == "accepted" for rule in rules):
        yield "rules", f"has no response rule that means accepted: {side.in_vain}"
    for number, rule in enumerate(rules, start=1):
        for sentence in outcome.problems(rule):
            yield "rules", f"has a response rule, number {number}, that cannot be used: {sentence}"


def _mapping(side: Side, draft: Draft) -> Iterator[PublishProblem]:
    if not side.rows:
        yield side.said("mappings", "has no mapping: nothing of the lead would be sent")
    known = FORMATS.get(side.spec.body_format)
    nested = side.spec.kind == "http" and known is not None and known.nested
    for row, one in zip(side.rows, side.spec.mapping, strict=True):
        for sentence in (*mapping.problems(one, nested=nested), *_mapping_source(one, draft.names)):
            yield side.of_row(row, f"has a mapping row “{one.target}” that cannot be used: {sentence}")


def _mapping_source(spec: MappingRow, names: Iterable[str]) -> list[str]:
    if spec.kind in _FROM_FIELD and spec.source and spec.source not in names:
        return [f"“{spec.source}” is no field of this campaign"]
    if spec.kind == "value_table" and not spec.table:
        return ["The value table is empty"]
    if spec.kind in ("template", "branch"):
        unknown = sorted(mapping.fields_read(spec) - {*names, *mapping.SYSTEM_VALUES})
        return [f"Its template names “{unknown[0]}”, which is no field of this campaign"] if unknown else []
    return []
