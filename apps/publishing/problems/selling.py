"""Orders, and the endpoints they deliver to."""

from collections import Counter
from collections.abc import Iterable, Iterator

from apps.buyers.models import Endpoint, LeadOrder
from apps.core.http.guard import check_url
from apps.engine import mapping, outcome, templates
from apps.engine.request import header_problem, url_problem
from apps.publishing.compile.selling import endpoint_spec, included
from apps.publishing.problems.base import Draft, PublishProblem, is_zone, named

Said = Iterator[tuple[str, str]]
_FROM_FIELD = ("field", "value_table")


def problems(draft: Draft) -> Iterator[PublishProblem]:
    """What is wrong with orders and endpoints; paused orders without an endpoint are left alone."""
    rows = included(draft.campaign)
    for order in rows:
        yield from _order(order, draft)
    for endpoint in {order.endpoint_id: order.endpoint for order in rows if order.endpoint_id}.values():
        label = f"Endpoint {endpoint}"
        for check in (_request, _headers, _rules):
            yield from (named(endpoint, label, field, said) for field, said in check(endpoint))
        yield from _mapping(endpoint, label, draft)
    seen: set[int] = set()
    for buyer in (order.buyer for order in rows):
        if buyer.pk not in seen:
            seen.add(buyer.pk)
            yield from draft.caps(buyer.caps.all(), f"Buyer {buyer}")


def _order(order: LeadOrder, draft: Draft) -> Iterator[PublishProblem]:
    label = f"Order {order}"
    yield from (named(order, label, field, said) for field, said in _standing(order, draft))
    yield from draft.targeting(order, label)
    yield from draft.expression(order, label, "criteria")
    for band in order.price_bands.all():
        if not band.expression:
            yield named(band, f"{label}: price band {band}", "expression", "holds for no lead in particular")
        yield from draft.expression(band, f"{label}: price band {band}", "expression")
    yield from draft.caps(order.caps.all(), label)


def _standing(order: LeadOrder, draft: Draft) -> Said:
    if order.endpoint is None:
        yield "endpoint", "has no endpoint"
    elif order.endpoint.buyer_id != order.buyer_id:
        yield "endpoint", f"delivers to an endpoint of another buyer, {order.endpoint.buyer}"
    if order.buyer.company_id != draft.campaign.company_id:
        yield "buyer", "belongs to a buyer of another company"
    if order.group.campaign_id != draft.campaign.pk:
        yield "group", "stands in a group of another campaign"
    if order.price < 0:
        yield "price", "has a negative price"
    if order.weight < 1:
        yield "weight", "needs a weight of at least 1"
    if order.time_zone and not is_zone(order.time_zone):
        yield "time_zone", f"has an unknown time zone “{order.time_zone}”"


def _request(endpoint: Endpoint) -> Said:
    objection = url_problem(endpoint.url) or check_url(endpoint.url)
    if objection:
        yield "url", f"has a URL that cannot be called: {objection}"
    if endpoint.method == "GET" and endpoint.body_format != "query":
        yield "body_format", "sends GET requests, which carry a query string only"


def _headers(endpoint: Endpoint) -> Said:
    for header in endpoint.headers.all():
        objection = header_problem(header.name, header.value)
        if objection:
            yield "headers", f"has a header “{header.name}” that {objection}"


def _rules(endpoint: Endpoint) -> Said:
    rules = endpoint_spec(endpoint).rules
    if not any(rule.outcome == "accepted" for rule in rules):
        yield "rules", "has no response rule that means accepted: nothing sent there would ever be sold"
    for number, rule in enumerate(rules, start=1):
        for sentence in outcome.problems(rule):
            yield "rules", f"has a response rule, number {number}, that cannot be used: {sentence}"


def _mapping(endpoint: Endpoint, label: str, draft: Draft) -> Iterator[PublishProblem]:
    rows = list(endpoint.mappings.all())
    if not rows:
        yield named(endpoint, label, "mappings", "has no mapping: nothing of the lead would be sent")
    specs = endpoint_spec(endpoint).mapping
    nested = endpoint.body_format == "json"
    targets = Counter(spec.target for spec in specs)
    crossed = mapping.crossed(targets) if nested else frozenset()
    for row, spec in zip(rows, specs, strict=True):
        said = [*mapping.problems(spec, nested=nested), *_mapping_source(spec, draft.names)]
        if nested and targets[spec.target] > 1:
            said.append("another row writes to the same place")
        elif spec.target in crossed:
            said.append("it and another row's target cannot stand in one document")
        for sentence in said:
            where = f"has a mapping row “{spec.target}” that cannot be used: {sentence}"
            yield named(row, label, "target", where)


def _mapping_source(spec: mapping.MappingRow, names: Iterable[str]) -> list[str]:
    if spec.kind in _FROM_FIELD and spec.source and spec.source not in names:
        return [f"“{spec.source}” is no field of this campaign"]
    if spec.kind == "value_table" and not spec.table:
        return ["The value table is empty"]
    if spec.kind == "template" and not templates.problem(spec.value):
        unknown = sorted(templates.names(spec.value) - {*names, *mapping.SYSTEM_VALUES})
        return [f"Its template names “{unknown[0]}”, which is no field of this campaign"] if unknown else []
    return []
