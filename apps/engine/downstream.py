"""Why a lead that was offered is answered `failed` to its source, from the last offer that went wrong."""

from apps.engine.outbound import TransportError
from apps.engine.outcome import Outcome

_IN_TIME = frozenset({TransportError.TIMEOUT, TransportError.INTERRUPTED})


def failure(*, outcome: str, error: str) -> str:
    """A code of `engine.reasons`, by the attempt's `Outcome` (empty while it is under way) and `TransportError`.

    Nobody answered in time: `downstream_timeout`. Something came that cannot be read: `downstream_invalid_response`.
    Otherwise the buyer was not reached or answered with an HTTP error: `buyer_delivery_failed`.
    """
    if not outcome or error in _IN_TIME:
        return "downstream_timeout"
    if error == TransportError.PROTOCOL_ERROR or (outcome == Outcome.UNKNOWN and not error):
        return "downstream_invalid_response"
    return "buyer_delivery_failed"
