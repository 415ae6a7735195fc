"""What somebody has to repair is told as an error of the log: of an endpoint and its attempt, never of the lead."""

import logging
from collections.abc import Iterable

from apps.engine.outbound import TransportError
from apps.engine.outcome import Outcome

logger = logging.getLogger(__name__)

_CONFIGURATION = {
    TransportError.TLS_ERROR: "the buyer's certificate or TLS version was not accepted",
    TransportError.ADDRESS_REFUSED: "its address must not be called",
    TransportError.UNBUILDABLE: "the request could not be built from the lead",
}


def tell(answers: Iterable[tuple[int, int, Outcome, TransportError | None, int | None]]) -> None:
    """Of (endpoint id, attempt id, outcome, transport error, HTTP status), those that no retry will mend."""
    for endpoint_id, attempt_id, outcome, error, status in answers:
        if outcome is not Outcome.FAILED:
            continue
        why = _CONFIGURATION.get(error, "") if error else f"it answered {status}"
        logger.error(
            "endpoint_failed", extra={"endpoint_id": endpoint_id, "attempt_id": attempt_id, "reason": why}
        )
