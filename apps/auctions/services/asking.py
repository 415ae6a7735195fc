"""Asking buyers for their bids: all at once, by one deadline; who comes late is recorded later and never used."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from apps.auctions.facts import Known
from apps.auctions.offered import Asked, Offered
from apps.auctions.services import late, speeds
from apps.core import clock, http
from apps.core.ids import new_id
from apps.core.places import PLACES
from apps.deliveries.choices import CallPhase
from apps.deliveries.services.endpoint import breakers, tokens
from apps.engine import pinging, request
from apps.engine.entrants import Entrants
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.orders import EndpointSpec, OrderSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse, TransportError
from apps.engine.routing import Considered

LATE_MS = 2_000
"""How long past the deadline answers are still listened to, for the record."""
_TIMED_OUT = OutboundResponse(error=TransportError.TIMEOUT, error_detail="No answer came in time.", sent=True)


def prepare(offered: Offered, entrants: Entrants, known: Known) -> tuple[list[Asked], list[Considered]]:
    """The buyers to ask with their requests, and a line for each bidding order that cannot be asked."""
    asked: list[Asked] = []
    passed: list[Considered] = []
    endpoints = pinging.endpoints(offered.spec)
    for order in entrants.bidding:
        endpoint = endpoints.get(order.endpoint_id)
        made = _why_not(offered, endpoint, known) or _asked(offered, order, endpoint, known)
        if isinstance(made, Asked):
            asked.append(made)
        else:
            passed.append(Considered(order.id, *made))
    tokens.fetch_soon(known.live)
    return asked, passed


def _why_not(offered: Offered, endpoint: EndpointSpec | None, known: Known) -> tuple[str, str] | None:
    if endpoint is None:
        return "no_ping", ""
    live = known.live
    if tokens.is_awaited(live, endpoint) or tokens.is_failing(live, endpoint):
        return "no_token", ""
    slow_ms = speeds.too_slow(endpoint.id, budget_ms(offered, endpoint))
    if slow_ms is not None:
        return "too_slow", f"{slow_ms:.0f} ms"
    if endpoint.id in known.probes and not breakers.take_probe(endpoint.id, CallPhase.PING, live.now):
        return "resting", ""
    return None


def _asked(
    offered: Offered, order: OrderSpec, endpoint: EndpointSpec | None, known: Known
) -> Asked | tuple[str, str]:
    assert endpoint is not None
    began = clock.monotonic_ms()
    now = known.live.now
    made = request_for(offered, order, endpoint, secrets=tokens.secrets_for(known.live, endpoint), now=now)
    if isinstance(made, Unbuildable):
        return "unbuildable", f"{made.target} {made.why}"
    # Listened to for longer than it counts; the deadline is kept by who waits.
    listens = replace(made, timeout_ms=budget_ms(offered, endpoint) + LATE_MS)
    return Asked(new_id(), order, endpoint, listens, offered.key, now, clock.monotonic_ms() - began)


def request_for(
    offered: Offered, order: OrderSpec, endpoint: EndpointSpec, *, secrets: Mapping[str, str], now: datetime
) -> OutboundRequest | Unbuildable:
    """The ping to an endpoint (as pinged) for an order."""
    system = SystemValues(
        lead_id=offered.public_id,
        delivery_id=offered.public_id,
        order_id=order.id,
        price=order.price,
        received_at=offered.received_at,
        order_name=order.name,
        buyer_name=order.buyer_name,
        source_number=offered.terms.source_number,
    )
    sending = Sending(offered.data, system, secrets, spec=offered.spec, now=now, places=PLACES)
    return request.build(endpoint, sending)


def budget_ms(offered: Offered, endpoint: EndpointSpec) -> int:
    """What one buyer has: the campaign's deadline, or its own if that is shorter."""
    return min(endpoint.timeout_ms, offered.spec.auction.deadline_ms)


def exchange(offered: Offered, asked: Sequence[Asked]) -> None:
    """Ask all at once and wait until all have answered or their time is over. No database work meanwhile."""
    if not asked:
        return
    began = time.monotonic()
    desk = late.Desk(asked, [began + budget_ms(offered, one.endpoint) / 1000 for one in asked])
    http.start([one.request for one in asked], desk.arrived)
    for index, response in desk.wait().items():
        asked[index].response = response


def read(asked: Sequence[Asked], now: datetime) -> None:
    """What each answer bids; whoever did not answer in time is late."""
    for one in asked:
        response = one.response or _TIMED_OUT
        one.answered = pinging.read(one.endpoint, response, at=now, share=one.order.share)
        if one.response is not None:
            speeds.note(one.endpoint.id, one.response.timings.total_ms)
