"""Whether a request may leave for an endpoint now, and for how long a delivery steps back if not.

A place of this process, a token, the pace over all processes: each may be missing for a moment, and no delivery
stands in the way of others meanwhile.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apps.deliveries.facts import Live
from apps.deliveries.journeys import Journey
from apps.deliveries.services.endpoint import breakers, tokens
from apps.deliveries.services.endpoint.pacing import PaceBook
from apps.engine.orders import EndpointSpec
from apps.engine.pace import Full

PARKED_S = 0.5
"""How long a delivery steps back whose endpoint has as many requests under way from here as it may."""

Crowd = Callable[[int], float]
"""By endpoint id, how many seconds to step back because of this process; 0 takes a place of it."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery that steps back. `crowded` when this process has too many requests under way to its endpoint, `full`
    when the endpoint is at a limit of its own."""

    journey: Journey
    wait_s: float
    crowded: bool = False
    full: Full | None = None


class Gate:
    """The gate of one batch, within its transaction: locks the pace of the endpoints it is asked about."""

    def __init__(self, live: Live, crowd: Crowd, endpoints: Iterable[EndpointSpec]) -> None:
        self._live, self._crowd = live, crowd
        self._pace = PaceBook(endpoints)

    def parked(self, journey: Journey, endpoint: EndpointSpec) -> Parked | None:
        """None: it may leave, and its place is counted. A probe that steps back leaves the probe to another one."""
        parked = self._parked(journey, endpoint)
        if parked is not None:
            breakers.give_back(self._live, endpoint.id)
        return parked

    def _parked(self, journey: Journey, endpoint: EndpointSpec) -> Parked | None:
        if tokens.is_awaited(self._live, endpoint):
            return Parked(journey, tokens.STEP_BACK.total_seconds())
        if tokens.is_failing(self._live, endpoint):
            return None
        crowded_s = self._crowd(endpoint.id)
        if crowded_s:
            return Parked(journey, crowded_s, crowded=True)
        full = self._pace.full(endpoint)
        if full is None:
            return None
        return Parked(journey, (full.place_at - self._pace.now).total_seconds(), full=full)

    def write(self) -> None:
        """Store what the pace has counted."""
        self._pace.write()
