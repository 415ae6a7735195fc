"""Orders, and the buyers behind them."""

from collections.abc import Iterator

from apps.buyers.choices import PriceKind
from apps.buyers.models import LeadOrder
from apps.publishing.compile.selling import included
from apps.publishing.problems import bidding, endpoints
from apps.publishing.problems.base import Draft, PublishProblem, is_zone, named

Said = Iterator[tuple[str, str]]


def problems(draft: Draft) -> Iterator[PublishProblem]:
    """What is wrong with orders and endpoints; paused orders without an endpoint are left alone."""
    rows = included(draft.campaign)
    for order in rows:
        yield from _order(order, draft)
    found = {order.endpoint_id: order.endpoint for order in rows if order.endpoint_id}
    found |= {copy.endpoint_id: copy.endpoint for order in rows for copy in order.copies.all()}
    asked = {order.endpoint_id for order in rows if order.price_kind == PriceKind.BID}
    for endpoint in found.values():
        yield from endpoints.problems(endpoint, draft, is_pinged=endpoint.pk in asked)
    seen: set[int] = set()
    for buyer in (order.buyer for order in rows):
        if buyer.pk not in seen:
            seen.add(buyer.pk)
            yield from draft.caps(buyer.caps.all(), f"Buyer {buyer}")


def _order(order: LeadOrder, draft: Draft) -> Iterator[PublishProblem]:
    label = f"Order {order}"
    for check in (_endpoints(order), _standing(order, draft), bidding.problems(order, draft.campaign)):
        yield from (named(order, label, field, said) for field, said in check)
    yield from draft.targeting(order, label)
    yield from draft.expression(order, label, "criteria")
    for band in order.price_bands.all():
        if not band.expression:
            yield named(band, f"{label}: price band {band}", "expression", "holds for no lead in particular")
        yield from draft.expression(band, f"{label}: price band {band}", "expression")
    yield from draft.caps(order.caps.all(), label)


def _endpoints(order: LeadOrder) -> Said:
    if order.endpoint is None:
        yield "endpoint", "has no endpoint"
    elif order.endpoint.buyer_id != order.buyer_id:
        yield "endpoint", f"delivers to an endpoint of another buyer, {order.endpoint.buyer}"
    for copy in order.copies.all():
        if copy.endpoint.buyer_id != order.buyer_id:
            yield "copies", f"sends copies to an endpoint of another buyer, {copy.endpoint.buyer}"


def _standing(order: LeadOrder, draft: Draft) -> Said:
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
