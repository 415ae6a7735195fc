"""An endpoint as it is pinged, and what its answer bids.

As pinged it is the same buyer, headers and authentication, with the ping's own address, form, mapping and rules:
whatever builds, sends, previews or judges a post does it for a ping when it is given this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from apps.engine import outcome
from apps.engine.campaign import CampaignSpec
from apps.engine.index import per_campaign
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome, Reading

LONGEST_LIFE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a buyer said to a ping. `status`: bid, no_bid, late or error. Prices are unrounded, None for none."""

    status: str
    reading: Reading
    exclusive: Decimal | None = None
    shared: Decimal | None = None
    expires_at: datetime | None = None


def pinged(endpoint: EndpointSpec) -> EndpointSpec | None:
    """The endpoint as it is pinged, or None where it is not. A ping is asked once: it has no retries."""
    ping = endpoint.ping
    if ping is None:
        return None
    return replace(
        endpoint,
        url=ping.url,
        method=ping.method,
        body_format=ping.body_format,
        options=replace(endpoint.options, content_type=ping.content_type, template=ping.template),
        mapping=ping.mapping,
        rules=ping.rules,
        timeout_ms=ping.timeout_ms,
        retries=0,
        ping=None,
    )


@per_campaign
def endpoints(spec: CampaignSpec) -> Mapping[int, EndpointSpec]:
    """By endpoint id, a version's endpoints as they are pinged."""
    return {one.id: asked for one in spec.endpoints if (asked := pinged(one)) is not None}


def read(endpoint: EndpointSpec, response: OutboundResponse, *, at: datetime, share: str) -> Answered:
    """What the answer to a ping of `endpoint` (as pinged) bids, by the order's share mode. Nothing that is not above
    zero is a bid.
    """
    reading = outcome.read(response, endpoint.rules)
    if reading.outcome is not Outcome.ACCEPTED:
        decided = reading.outcome in (Outcome.REJECTED, Outcome.DUPLICATE)
        late = response.error is TransportError.TIMEOUT
        return Answered("no_bid" if decided else "late" if late else "error", reading)
    exclusive, shared = _prices(reading, share)
    if exclusive is None and shared is None:
        return Answered("no_bid", replace(reading, reason=reading.reason or "no_price"))
    expires_at = _expiry(reading.expiry, at)
    if expires_at is not None and expires_at <= at:
        return Answered("no_bid", replace(reading, reason="bid_expired"), expires_at=expires_at)
    return Answered("bid", reading, exclusive, shared, expires_at)


def _prices(reading: Reading, share: str) -> tuple[Decimal | None, Decimal | None]:
    """(exclusive, shared). A buyer that names one price only pays it in whichever mode its order has."""
    price, shared = reading.price or None, reading.shared_price or None
    if share == "exclusive":
        return price, None
    if share == "shared":
        return None, shared or price
    return price, shared


def _expiry(text: str, at: datetime) -> datetime | None:
    """Seconds from now, or an instant (ISO 8601, UTC without a zone); None for none and for what cannot be read."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return at + min(timedelta(seconds=int(text)), LONGEST_LIFE)
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        return None
    return until if until.tzinfo else until.replace(tzinfo=UTC)
