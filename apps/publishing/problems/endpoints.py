"""Endpoints: address, headers, mapping, response rules."""

from collections.abc import Iterable, Iterator

from apps.buyers import judges
from apps.buyers.models import Endpoint
from apps.engine import authentication, inserts, mapping, outcome
from apps.engine.orders import EndpointSpec, MappingRow
from apps.engine.request import header_problem
from apps.publishing.compile.parts import ExpressionError
from apps.publishing.compile.selling import endpoint_spec
from apps.publishing.problems import formats, manners, reach
from apps.publishing.problems.base import Draft, PublishProblem, named

Said = Iterator[tuple[str, str]]
_FROM_FIELD = ("field", "split", "value_table")


def problems(endpoint: Endpoint, draft: Draft) -> Iterator[PublishProblem]:
    """What is wrong with one endpoint."""
    label = f"Endpoint {endpoint}"
    try:
        spec = endpoint_spec(endpoint, draft.reader)
    except ExpressionError as error:
        yield named(
            endpoint, label, "mappings", f"has a mapping with a condition that cannot be used: {error}"
        )
        return
    if spec.kind != "http":
        yield from reach.problems(endpoint, spec, draft)
        yield from _mapping(endpoint, spec, draft)
        return
    for check in (_request, _authentication, _headers, _rules, manners.problems):
        yield from (named(endpoint, label, field, said) for field, said in check(endpoint, spec))
    yield from _mapping(endpoint, spec, draft)
    yield from formats.problems(endpoint, spec, draft)


def _request(endpoint: Endpoint, spec: EndpointSpec) -> Said:
    objection = judges.web_problem(endpoint.url)
    if objection:
        yield "url", f"has a URL that cannot be called: {objection}"
    if endpoint.method == "GET" and endpoint.body_format != "query":
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


def _rules(endpoint: Endpoint, spec: EndpointSpec) -> Said:
    rules = spec.rules
    if not any(rule.outcome == "accepted" for rule in rules):
        yield "rules", "has no response rule that means accepted: nothing sent there would ever be sold"
    for number, rule in enumerate(rules, start=1):
        for sentence in outcome.problems(rule):
            yield "rules", f"has a response rule, number {number}, that cannot be used: {sentence}"


def _mapping(endpoint: Endpoint, spec: EndpointSpec, draft: Draft) -> Iterator[PublishProblem]:
    label, rows, specs = f"Endpoint {endpoint}", list(endpoint.mappings.all()), spec.mapping
    if not rows:
        yield named(endpoint, label, "mappings", "has no mapping: nothing of the lead would be sent")
    nested = spec.kind == "http" and formats.nested(endpoint)
    for row, one in zip(rows, specs, strict=True):
        for sentence in (*mapping.problems(one, nested=nested), *_mapping_source(one, draft.names)):
            where = f"has a mapping row “{one.target}” that cannot be used: {sentence}"
            yield named(row, label, "target", where)


def _mapping_source(spec: MappingRow, names: Iterable[str]) -> list[str]:
    if spec.kind in _FROM_FIELD and spec.source and spec.source not in names:
        return [f"“{spec.source}” is no field of this campaign"]
    if spec.kind == "value_table" and not spec.table:
        return ["The value table is empty"]
    if spec.kind in ("template", "branch"):
        unknown = sorted(mapping.fields_read(spec) - {*names, *mapping.SYSTEM_VALUES})
        return [f"Its template names “{unknown[0]}”, which is no field of this campaign"] if unknown else []
    return []
