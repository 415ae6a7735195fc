"""How buyers answered: the simulator's own behaviours, without a network between."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from urllib.parse import parse_qsl, urlsplit

from apps.engine import oauth, reach
from apps.engine.oauth import Granted
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse, Timings, TransportError
from apps.simulator.answers import written
from apps.simulator.behaviours import DEFAULTS, answer
from apps.simulator.journal import Journal, Received
from apps.simulator.parameters import FORMATS, Parameters
from apps.simulator.visits import Visit

LOST = 0.0012
"""Share of calls whose answer never came."""
UNREACHED = 0.004
"""Share of calls that could not connect."""


@dataclass(slots=True)
class PastBuyers:
    """The demo's buyers as they were."""

    random: Random
    journal: Journal = field(default_factory=Journal)

    def answer(self, request: OutboundRequest, at: datetime) -> OutboundResponse:
        """What came of a request sent at an instant, a mail and a lead laid in store included."""
        if request.method == reach.STORE:
            return OutboundResponse(sent=True)
        fate = self.random.random()
        if fate < UNREACHED:
            detail = "Connection refused"
            return OutboundResponse(
                error=TransportError.CONNECT_ERROR, error_detail=detail, timings=Timings(total_ms=3.1)
            )
        if fate < UNREACHED + LOST:
            return OutboundResponse(
                error=TransportError.TIMEOUT, sent=True, timings=Timings(total_ms=float(request.timeout_ms))
            )
        if request.method == reach.MAIL:
            return self._mailed()
        return self._answered(_received(request, at))

    def token(self, endpoint: EndpointSpec, secret: str, at: datetime) -> str:
        """The access token with which an OAuth endpoint was called."""
        answer = self._answered(_received(oauth.token_request(endpoint.auth, secret), at))
        told = oauth.read_token(answer)
        assert isinstance(told, Granted), "a past token server gave no token"
        return told.token

    def _mailed(self) -> OutboundResponse:
        connect, send = self.random.lognormvariate(2.0, 0.5), self.random.lognormvariate(3.0, 0.5)
        times = Timings(
            connect_ms=round(connect, 3), send_ms=round(send, 3), total_ms=round(connect + send, 3)
        )
        return OutboundResponse(250, sent=True, timings=times)

    def _answered(self, received: Received) -> OutboundResponse:
        parameters = Parameters({**DEFAULTS.get(received.behaviour, {}), **received.query})
        visit = Visit(received, parameters, self.journal)
        said = answer(visit)
        body, content_type = written(said.facts, parameters.choice("format", FORMATS))
        headers = (("Content-Type", content_type), ("Content-Length", str(len(body))))
        return OutboundResponse(said.status, headers, body, sent=True, timings=self._timings(visit.wait_ms))

    def _timings(self, wait_ms: int) -> Timings:
        wait = wait_ms + self.random.lognormvariate(3.4, 0.6)
        connect = self.random.lognormvariate(1.0, 0.5) if self.random.random() < 0.15 else None
        send = self.random.uniform(0.1, 0.6)
        total = wait + send + (connect or 0)
        return Timings(
            connect_ms=round(connect, 3) if connect else None,
            send_ms=round(send, 3),
            wait_ms=round(wait, 3),
            total_ms=round(total, 3),
        )


def _received(request: OutboundRequest, at: datetime) -> Received:
    parts = urlsplit(request.url)
    _, _, buyer, behaviour = parts.path.split("/")
    headers = dict(request.headers)
    return Received(
        number=0,
        received_at=at,
        buyer=buyer,
        behaviour=behaviour,
        method=request.method,
        path=parts.path,
        query=dict(parse_qsl(parts.query)),
        headers=headers,
        body=request.body,
        key=headers.get("Idempotency-Key", ""),
    )
