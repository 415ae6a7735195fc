"""From a decision to send to an attempt with its request, or to why nothing can leave."""

from apps.core import clock
from apps.core.ids import new_id
from apps.deliveries.facts import Live
from apps.deliveries.journeys import Journey, OpenAttempt
from apps.deliveries.sendings import sending_of
from apps.deliveries.services.endpoint import breakers, tokens
from apps.engine import request
from apps.engine.mapping import Unbuildable
from apps.engine.outbound import OutboundRequest, OutboundResponse, TransportError
from apps.engine.waterfall import Send


def prepare(journey: Journey, choice: Send, live: Live) -> OutboundResponse | None:
    """Give the journey its attempt. None when its request may leave; else the answer it has without leaving."""
    order, endpoint = journey.order(choice.order_id), journey.endpoint(choice.order_id)
    attempt = journey.attempt = OpenAttempt(
        id=new_id(),
        order=order,
        endpoint=endpoint,
        place=choice.place,
        retry=choice.retry,
        price=choice.price,
        started_at=live.now,
        reservations=[],
    )
    unsent = tokens.FAILING if tokens.is_failing(live, endpoint) else build(journey, attempt, live)
    if unsent is not None:
        breakers.give_back(live, endpoint.id)
    return unsent


def build(journey: Journey, attempt: OpenAttempt, live: Live, *, copy_to: int = 0) -> OutboundResponse | None:
    """Give an attempt its request. None when it may leave; else the answer it has without leaving."""
    began = clock.monotonic_ms()
    secrets = tokens.secrets_for(live, attempt.endpoint)
    made = request.build(
        attempt.endpoint,
        sending_of(journey, attempt, secrets=secrets, now=live.now, copy_to=copy_to),
    )
    attempt.assembly_ms = clock.monotonic_ms() - began
    return given(attempt, made)


def given(attempt: OpenAttempt, made: OutboundRequest | Unbuildable) -> OutboundResponse | None:
    """Give an attempt the request that was made for it. None when it may leave; else its answer: it cannot be built."""
    if isinstance(made, Unbuildable):
        return OutboundResponse(error=TransportError.UNBUILDABLE, error_detail=f"{made.target} {made.why}")
    attempt.request = made
    return None
