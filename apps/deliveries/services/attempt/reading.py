"""An answer on its way into the books: what it means, for the lead and for the endpoint's health."""

from dataclasses import dataclass
from decimal import Decimal

from apps.core import clock
from apps.deliveries.journeys import Journey, OpenAttempt
from apps.deliveries.services.attempt import transports
from apps.deliveries.services.attempt.wording import unnamed
from apps.engine import oauth, pricing
from apps.engine.drift import Shape, fingerprint
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Reading

_OURS = frozenset({TransportError.UNBUILDABLE, TransportError.INTERRUPTED, TransportError.TOKEN_ERROR})
"""Our own failures, and the token server's: they say nothing of an endpoint's health."""


@dataclass(slots=True)
class Answer:
    """An answer on its way into the books."""

    journey: Journey
    attempt: OpenAttempt
    response: OutboundResponse
    reading: Reading
    parse_ms: float
    shape: Shape | None = None
    """The form of the answer; None where none came."""

    @property
    def price(self) -> Decimal:
        """What the sale would be booked at: the buyer's price where a rule extracts one, else the order's."""
        return pricing.cents(self.attempt.price if self.reading.price is None else self.reading.price)

    @property
    def token_refused(self) -> bool:
        """Whether the buyer did not take the access token."""
        return self.reading is oauth.REFUSED_READING

    @property
    def tells_of_health(self) -> bool:
        """Whether the endpoint's breaker counts it."""
        return self.response.error not in _OURS and not self.token_refused


def read(journey: Journey, response: OutboundResponse) -> Answer:
    """What an answer, or none, means to the attempt under way."""
    attempt = journey.attempt
    assert attempt is not None
    began = clock.monotonic_ms()
    if oauth.is_refused(attempt.endpoint, response, attempt.order.id, journey.history):
        reading = oauth.REFUSED_READING
    else:
        reading = unnamed(transports.read(attempt.endpoint, response), journey)
    answers = attempt.endpoint.kind == "http" and response.status is not None
    shape = fingerprint(response, reading) if answers else None
    return Answer(journey, attempt, response, reading, clock.monotonic_ms() - began, shape)
