"""Who sends, who buys, and how it is delivered: terms, groups, orders, endpoints."""

from collections.abc import Iterator

from apps.engine import rules
from apps.engine.campaign import CampaignSpec, PayoutSpec
from apps.engine.orders import EndpointSpec, MappingRow, OrderSpec
from apps.engine.requirements import Expression
from apps.publishing.diff import words
from apps.publishing.diff.requirements import caps
from apps.publishing.diff.words import said, shown

_GROUP = {
    "name": "name", "position": "place", "method": "method", "max_buyers": "most buyers",
    "when_sold": "when sold",
}  # fmt: skip
_TERMS = {
    "source_name": "name", "rate_limits": "rate limits", "ip_allow": "allowed addresses",
    "callback_url": "callback URL",
}  # fmt: skip
_ORDER = {
    "name": "name", "price": "price", "priority": "priority", "weight": "weight", "buyer_name": "buyer",
}  # fmt: skip
_ENDPOINT = {
    "name": "name", "url": "URL", "method": "method", "body_format": "format", "timeout_ms": "timeout in ms",
    "retries": "retries", "unknown_policy": "when the answer is unknown",
}  # fmt: skip


def terms(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """Sources' terms, by row."""
    for before, after in words.paired(old.terms, new.terms, lambda each: each.id):
        if before is None:
            yield f"Source {after.source_name} added, payout {_payout(after.payout)}"
        elif after is None:
            yield f"Source {before.source_name} removed"
        else:
            label = f"Source {after.source_name}"
            if before.payout != after.payout:
                yield said(label, f"payout {_payout(before.payout)} → {_payout(after.payout)}")
            yield from words.attributes(before, after, _TERMS, label)
            yield from caps(before.caps, after.caps, label)


def _payout(payout: PayoutSpec) -> str:
    forms = {"fixed": "{}", "percent": "{} %", "margin": "price less {}"}
    return forms[payout.kind].format(shown(payout.amount))


def groups(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """Groups, by row."""
    for before, after in words.paired(old.groups, new.groups, lambda each: each.id):
        if before is None:
            yield f"Group {after.name} added"
        elif after is None:
            yield f"Group {before.name} removed"
        else:
            yield from words.attributes(before, after, _GROUP, f"Group {after.name}")


def orders(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """Orders, by row."""
    for before, after in words.paired(old.orders, new.orders, lambda each: each.id):
        if before is None:
            yield f"Order {after.name} of {after.buyer_name} added at {shown(after.price)}"
        elif after is None:
            yield f"Order {before.name} removed"
        else:
            yield from _order(before, after, old, new)


def _order(before: OrderSpec, after: OrderSpec, old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    label = f"Order {after.name}"
    yield from words.attributes(before, after, _ORDER, label)
    if before.group_id != after.group_id:
        yield said(
            label, f"group {_named(old.groups, before.group_id)} → {_named(new.groups, after.group_id)}"
        )
    if before.endpoint_id != after.endpoint_id:
        endpoint = _named(new.endpoints, after.endpoint_id)
        yield said(label, f"endpoint {_named(old.endpoints, before.endpoint_id)} → {endpoint}")
    if before.criteria != after.criteria:
        yield said(label, f"criteria {_explained(before.criteria, old)} → {_explained(after.criteria, new)}")
    if before.price_bands != after.price_bands:
        yield said(label, f"price bands {_bands(before, old)} → {_bands(after, new)}")
    yield from words.states(before.states, after.states, label)
    yield from words.zips((before.zips, old.lists), (after.zips, new.lists), label)
    yield from words.hours(before.schedule, after.schedule, label)
    yield from caps(before.caps, after.caps, label)


def _named(rows: tuple, key: int) -> str:
    return next((row.name for row in rows if row.id == key), "none")


def _explained(expression: Expression | None, spec: CampaignSpec) -> str:
    return rules.explain(expression, spec) if expression is not None else "all leads"


def _bands(order: OrderSpec, spec: CampaignSpec) -> str:
    bands = [f"{shown(band.price)} if {_explained(band.expression, spec)}" for band in order.price_bands]
    return "; ".join(bands) or "none"


def endpoints(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """Endpoints, by row."""
    for before, after in words.paired(old.endpoints, new.endpoints, lambda each: each.id):
        if before is None:
            yield f"Endpoint {after.name} added"
        elif after is None:
            yield f"Endpoint {before.name} is no longer used"
        else:
            yield from _endpoint(before, after)


def _endpoint(before: EndpointSpec, after: EndpointSpec) -> Iterator[str]:
    label = f"Endpoint {after.name}"
    yield from words.attributes(before, after, _ENDPOINT, label)
    for had, has in words.paired(before.headers, after.headers, lambda header: header.name.lower()):
        yield from _part(label, f"header {(has or had).name}", had, has)
    for had, has in words.paired(before.mapping, after.mapping, lambda row: row.target):
        yield from _mapping(label, had, has)
    if before.rules != after.rules:
        yield said(label, f"response rules changed, {len(before.rules)} → {len(after.rules)}")
    if _targets(before) != _targets(after) and set(_targets(before)) == set(_targets(after)):
        yield said(label, "mapping rows are in another order")


def _targets(endpoint: EndpointSpec) -> list[str]:
    return [row.target for row in endpoint.mapping]


def _part(label: str, what: str, had: object, has: object) -> Iterator[str]:
    if had != has:
        verb = "added" if had is None else "removed" if has is None else "changed"
        yield said(label, f"{what} {verb}")


def _mapping(label: str, had: MappingRow | None, has: MappingRow | None) -> Iterator[str]:
    if had is not None and has is not None and had != has:
        yield said(label, f"mapping {has.target} ← {_taken(had)} → {_taken(has)}")
    elif has is not None and had is None:
        yield said(label, f"mapping {has.target} ← {_taken(has)} added")
    elif had is not None and has is None:
        yield said(label, f"mapping {had.target} removed")


def _taken(row: MappingRow) -> str:
    taken = row.source or f"“{row.value}”"
    return f"{taken} as {row.value_format}" if row.value_format else taken
