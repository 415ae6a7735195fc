"""Orders in an auction: whether their buyers can be asked, and who may share a lead."""

from collections.abc import Iterator

from apps.buyers.choices import MappingPhase, PriceKind, ShareMode
from apps.buyers.models import Endpoint, LeadOrder
from apps.campaigns.models import Campaign
from apps.publishing.problems import money

Said = Iterator[tuple[str, str]]


def problems(order: LeadOrder, campaign: Campaign) -> Said:
    """(field, what is wrong) of one order."""
    if order.endpoint is not None:
        bids = order.price_kind == PriceKind.BID
        yield from _asked(order.endpoint) if bids else _not_asked(order.endpoint)
    yield from _sharing(order, campaign)
    yield from money.problems(order)


def _asked(endpoint: Endpoint) -> Said:
    if endpoint.kind != "http":
        by = endpoint.get_kind_display().partition(":")[0].partition(",")[0]
        yield "price_kind", f"bids, but its endpoint delivers by “{by}”, which cannot be pinged"
    elif not endpoint.ping_url:
        yield "price_kind", f"bids, but its endpoint {endpoint} has no ping URL"


def _not_asked(endpoint: Endpoint) -> Said:
    """A row that says what is sent without a ping's answer does for orders that bid and for others."""
    for row in endpoint.mappings.all():
        if (row.phase, row.kind) == (MappingPhase.POST, "ping_response") and row.on_empty != "default":
            words = f"is not pinged, but its endpoint sends “{row.target}” from the answer to a ping"
            yield "price_kind", f"{words}: let it bid, or give that row a default"


def _sharing(order: LeadOrder, campaign: Campaign) -> Said:
    if order.share == ShareMode.EXCLUSIVE:
        return
    if campaign.max_buyers < 2:
        yield "share", "shares its leads, but the campaign sells each to one buyer at most"
    elif order.group.max_buyers < 2:
        yield "share", f"shares its leads, but its group {order.group} sells each to one buyer at most"
    if order.shared_price is not None and order.shared_price < 0:
        yield "shared_price", "has a negative price for shared leads"
