"""Who sends and who buys: terms, groups, orders."""

from collections.abc import Iterator

from apps.engine import rules
from apps.engine.campaign import CampaignSpec, PayoutSpec
from apps.engine.orders import OrderSpec
from apps.engine.requirements import Expression
from apps.publishing.diff import auction, shows, webhooks, words
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
    "outside_hours": "outside its hours:", "duplicate_days": "days without the same person",
    "duplicate_scope": "the same person counts for",
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
            yield from auction.terms(before, after, label)
            yield from webhooks.terms(before, after, label)
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
    yield from words.attributes(before, after, _ORDER, label, shows.ORDER)
    yield from auction.order(before, after, label)
    if before.group_id != after.group_id:
        yield said(
            label, f"group {_named(old.groups, before.group_id)} → {_named(new.groups, after.group_id)}"
        )
    if before.endpoint_id != after.endpoint_id:
        endpoint = _named(new.endpoints, after.endpoint_id)
        yield said(label, f"endpoint {_named(old.endpoints, before.endpoint_id)} → {endpoint}")
    if before.copies != after.copies:
        yield said(label, f"copies {_names(old, before.copies)} → {_names(new, after.copies)}")
    if before.criteria != after.criteria:
        yield said(label, f"criteria {_explained(before.criteria, old)} → {_explained(after.criteria, new)}")
    if before.price_bands != after.price_bands:
        yield said(label, f"price bands {_bands(before, old)} → {_bands(after, new)}")
    yield from words.states(before.states, after.states, label)
    yield from words.zips((before.zips, old.lists), (after.zips, new.lists), label)
    yield from words.hours(before.schedule, after.schedule, label)
    yield from caps(before.caps, after.caps, label)


def _names(spec: CampaignSpec, endpoint_ids: tuple[int, ...]) -> str:
    return ", ".join(_named(spec.endpoints, each) for each in endpoint_ids) or "none"


def _named(rows: tuple, key: int) -> str:
    return next((row.name for row in rows if row.id == key), "none")


def _explained(expression: Expression | None, spec: CampaignSpec) -> str:
    return rules.explain(expression, spec) if expression is not None else "all leads"


def _bands(order: OrderSpec, spec: CampaignSpec) -> str:
    bands = [f"{shown(band.price)} if {_explained(band.expression, spec)}" for band in order.price_bands]
    return "; ".join(bands) or "none"
