"""How an attempt leaves, by the kind of its endpoint: one file a kind, one line in `TRANSPORTS`.

A transport carries what it is given at once and calls `done(index, answer)` once for each, on any thread. `http` is the
door itself. What cannot answer as HTTP does tells by the answer's `error` and `sent`.
"""

from collections.abc import Callable, Sequence

from apps.core import http
from apps.deliveries.services.attempt.transports import email, sftp, store
from apps.engine import outcome
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse, TransportError
from apps.engine.outcome import Outcome, Reading

Done = Callable[[int, OutboundResponse], None]
Outgoing = tuple[EndpointSpec, OutboundRequest]
Start = Callable[[Sequence[OutboundRequest], Done], None]

TRANSPORTS: dict[str, Start] = {
    "http": http.start,
    "email": email.start,
    "sftp": sftp.start,
    "store": store.start,
}
_NOTHING_LEAVES = ("sftp", "store")


def start(items: Sequence[Outgoing], done: Done) -> None:
    """Carry all at once, each by its endpoint's transport; `done` gets the place of the item."""
    places: dict[str, list[int]] = {}
    for place, (endpoint, _) in enumerate(items):
        places.setdefault(endpoint.kind, []).append(place)
    for kind, those in places.items():
        requests = [items[place][1] for place in those]
        TRANSPORTS[kind](requests, done if len(those) == len(items) else _placed(those, done))


def _placed(places: Sequence[int], done: Done) -> Done:
    return lambda index, answer: done(places[index], answer)


def read(endpoint: EndpointSpec, response: OutboundResponse) -> Reading:
    """What an answer means: by the endpoint's rules, or, where nothing answers, by what the transport did."""
    if endpoint.kind == "http":
        return outcome.read(response, endpoint.rules)
    if response.error is TransportError.INTERRUPTED and endpoint.kind in _NOTHING_LEAVES:
        # The lead is stored in the transaction that settles its attempt, and this one was never settled.
        return Reading(Outcome.RETRYABLE, response.error.value)
    return outcome.read_plain(response)
