"""Reads of buyers: what is worth knowing of orders and endpoints in an auction, in sentences."""

from collections.abc import Iterator

from apps.buyers.choices import EndpointKind, MappingPhase, PriceKind
from apps.buyers.models import Endpoint, LeadOrder


def is_pinged(endpoint: Endpoint) -> bool:
    """Whether there is somewhere to ping."""
    return endpoint.kind == EndpointKind.HTTP and bool(endpoint.ping_url)


def agreed_targets(endpoint: Endpoint) -> list[str]:
    """The targets under which its ping sends personal data in the clear, as agreed with the buyer."""
    return [row.target for row in endpoint.mappings.all() if row.phase == MappingPhase.PING and row.agreed]


def order_notes(order: LeadOrder) -> Iterator[str]:
    """Why an order would take no part in an auction."""
    if order.price_kind != PriceKind.BID or order.endpoint is None or is_pinged(order.endpoint):
        return
    if order.endpoint.kind == EndpointKind.HTTP:
        yield "It bids, and its endpoint has no ping URL: nobody would be asked"
    else:
        yield "It bids, and its endpoint is no HTTP endpoint: nobody could be asked"


def endpoint_notes(endpoint: Endpoint) -> Iterator[str]:
    """What a ping tells a buyer that has bought nothing yet."""
    agreed = agreed_targets(endpoint)
    if agreed and is_pinged(endpoint):
        yield f"Its ping sends {', '.join(agreed)} in the clear, as agreed with this buyer"
