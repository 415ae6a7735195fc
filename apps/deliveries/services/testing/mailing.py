"""Test Endpoint for e-mail: a real mail, marked TEST, to the endpoint's recipients; a canary only asks for them."""

import time
from dataclasses import asdict

from apps.core import mail
from apps.core.redact import scrub_text
from apps.deliveries.services.testing.lines import Line, Told, failed
from apps.engine import outcome
from apps.engine.outbound import OutboundRequest, OutboundResponse


def look(told: Told, request: OutboundRequest, *, within_ms: int, quiet: bool) -> None:
    """Hand the mail to the deployment's relay. `quiet`: only ask it whether it takes the recipients."""
    until = time.monotonic() + within_ms / 1000
    response = mail.ask(request, until=until) if quiet else mail.send(request, until=until)
    told.outcome, told.total_ms = outcome.read_plain(response).outcome.value, response.timings.total_ms
    told.lines += [_relay(response), *_taken(response, request, quiet=quiet), _time(response)]


def _relay(response: OutboundResponse) -> Line:
    reached = response.status is not None or response.sent
    if not reached:
        return failed("Mail relay", response.error_detail or "The deployment's mail relay was not reached.")
    return Line("Mail relay", "The deployment's mail relay was reached.", ms=response.timings.connect_ms)


def _taken(response: OutboundResponse, request: OutboundRequest, *, quiet: bool) -> list[Line]:
    to = dict(request.headers)["To"]
    if response.error is not None:
        return [failed("Acceptance", response.error_detail)] if response.sent else []
    if (response.status or 0) >= 400:
        reply = scrub_text(response.body.decode("utf-8", "replace"))[:300]
        return [failed("Acceptance", f"The relay answered {response.status}: {reply}")]
    if quiet:
        return [Line("Acceptance", f"The relay takes mail to {to}. No mail was sent.")]
    told = f"The relay has taken the mail to {to}. Whether it reaches them is told to its sender only."
    return [Line("Acceptance", told, ms=response.timings.send_ms)]


def _time(response: OutboundResponse) -> Line:
    stages = {name: ms for name, ms in asdict(response.timings).items() if ms is not None}
    return Line("Time", f"{response.timings.total_ms:,.0f} ms in all.", timings=stages)
