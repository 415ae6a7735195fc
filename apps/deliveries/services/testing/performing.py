"""What a test does on the network, and how what it sees is told. No database here."""

from dataclasses import asdict
from datetime import timedelta

from apps.core import clock, http
from apps.core.http import Probe
from apps.core.redact import scrub_text
from apps.deliveries.services.testing import bidding, dropping, mailing
from apps.deliveries.services.testing.building import Built, build
from apps.deliveries.services.testing.lines import Line, Told, failed
from apps.deliveries.services.testing.preparing import Prepared
from apps.engine import outcome
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse
from apps.engine.outcome import Outcome, Reading
from apps.engine.request import MASK

PROBE_MS = 8_000
LONGEST_MS = 20_000
"""A test waits no longer for an answer, whatever the endpoint allows: a person is waiting."""
EXPIRES_SOON = timedelta(days=21)
SHOWN_BYTES = 8_000

_STORED = "Nothing is sent to this buyer: its leads are kept here until it reads them."
_NOT_SENT = Line("Sending", "Nothing was sent, for what is told above.", warned=True)


def perform(prepared: Prepared, *, quiet: bool = False) -> Told:
    """Look, send, read. Takes up to `PROBE_MS` and `LONGEST_MS`, and as long as a token server takes.

    `quiet`, as canaries are, sends no mail to people: the relay is asked whether it would take one.
    """
    spec, built = prepared.spec, build(prepared)
    told = Told([*prepared.lines, *built.lines])
    if prepared.drop is not None:
        dropping.look(told, prepared.drop, within_ms=LONGEST_MS)
    elif spec is not None and spec.kind == "email":
        _mail(told, built, quiet=quiet)
    elif spec is not None and spec.kind == "store":
        told.lines.append(Line("Sending", _STORED))
    elif spec is not None:
        _call(told, prepared, built)
    return told


def _mail(told: Told, built: Built, *, quiet: bool) -> None:
    if built.request is None:
        told.lines.append(_NOT_SENT)
    else:
        mailing.look(told, built.request, within_ms=LONGEST_MS, quiet=quiet)


def _call(told: Told, prepared: Prepared, built: Built) -> None:
    spec = prepared.spec
    assert spec is not None
    probe = http.probe(spec.url, timeout_ms=PROBE_MS)
    told.lines += network_lines(probe)
    if built.request is None or not probe.reached:
        told.lines.append(_NOT_SENT)
    else:
        _send(told, prepared, built.request, built.secret_texts)


def network_lines(probe: Probe) -> list[Line]:
    """Addresses, the guard's verdict, the connection, TLS and certificate, as far as one came."""
    lines = [_dns(probe)] if probe.addresses or probe.dns_problem else []
    if probe.guard_problem:
        lines.append(failed("Address guard", f"{probe.guard_problem} It is never called."))
    elif probe.addresses:
        lines.append(Line("Address guard", "Every address may be called."))
    if probe.connect_problem:
        lines.append(failed("Connection", probe.connect_problem))
    elif probe.connected_to:
        lines.append(Line("Connection", f"Connected to {probe.connected_to}.", ms=probe.connect_ms))
        lines += _tls(probe)
    return lines


def _dns(probe: Probe) -> Line:
    if probe.dns_problem:
        return failed("DNS", probe.dns_problem, ms=probe.dns_ms)
    listed = ", ".join(f"{address} (refused)" if no else address for address, no in probe.addresses)
    return Line("DNS", f"{listed}.", ms=probe.dns_ms)


def _tls(probe: Probe) -> list[Line]:
    if not probe.secure:
        told = "None: the URL begins with http://, so anybody on the way can read the lead."
        return [Line("TLS", told, warned=True)]
    lines = []
    if probe.tls_problem:
        lines.append(failed("TLS", probe.tls_problem, ms=probe.tls_ms))
    else:
        lines.append(Line("TLS", f"{probe.tls}.", ms=probe.tls_ms))
    if probe.certificate is not None:
        lines.append(_certificate(probe))
    return lines


def _certificate(probe: Probe) -> Line:
    certificate, now = probe.certificate, clock.now()
    assert certificate is not None
    names = ", ".join(certificate.names) or certificate.subject
    issuer = "itself" if certificate.self_signed else certificate.issuer
    valid = f"{certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}"
    words = f"For {names}; issued by {issuer}; valid {valid}."
    left = certificate.not_after - now
    if left <= timedelta():
        return failed("Certificate", f"Expired {-left.days} days ago. {words}")
    if certificate.not_before > now:
        return failed("Certificate", f"Not valid yet. {words}")
    if certificate.self_signed:
        return failed("Certificate", f"Signed by itself, so nobody vouches for it. {words}")
    if probe.tls_problem:
        return failed("Certificate", words)
    if left < EXPIRES_SOON:
        return Line(
            "Certificate", f"Expires in {left.days} days; ask the buyer to renew it. {words}", warned=True
        )
    return Line("Certificate", f"Good for {left.days} days. {words}")


def _send(told: Told, prepared: Prepared, request: OutboundRequest, secrets: frozenset[str]) -> None:
    spec = prepared.spec
    assert spec is not None
    response = http.send(request, deadline_ms=min(spec.timeout_ms, LONGEST_MS))
    reading = outcome.read(response, spec.rules)
    told.outcome, told.total_ms = reading.outcome.value, response.timings.total_ms
    told.lines += [
        *_authentication(response, spec, secrets),
        _answer(response, spec, secrets),
        _reading(response, spec, reading, secrets),
        *bidding.lines(reading, _clean(reading.promise, secrets), prepared.late_after_ms, response),
        _time(response),
    ]


def _authentication(response: OutboundResponse, spec: EndpointSpec, secrets: frozenset[str]) -> list[Line]:
    """What the answer's status says of who we say we are."""
    if response.status in (401, 403):
        verb = "does not know us" if response.status == 401 else "knows us, or not, and refuses us"
        told = f"HTTP {response.status}: the buyer {verb}. Check the credentials and who may post from where."
        return [failed("Authentication", told)]
    if response.status is None:
        return []
    if not secrets and spec.auth.kind == "none":
        return [Line("Authentication", "None is sent, and none was asked for.")]
    return [Line("Authentication", "Sent, and not refused.")]


def _answer(response: OutboundResponse, spec: EndpointSpec, secrets: frozenset[str]) -> Line:
    ms = response.timings.total_ms
    if response.error is not None or response.status is None:
        told = response.error_detail or "No answer came."
        if ms >= LONGEST_MS and spec.timeout_ms > LONGEST_MS:
            told = f"No answer in {LONGEST_MS // 1000} s; the endpoint allows {spec.timeout_ms / 1000:g} s."
        left = "The sample lead had left." if response.sent else "Nothing was sent."
        return failed("Answer", f"{told} {left}", ms=ms)
    media = response.header("content-type") or "no content type"
    told = f"HTTP {response.status}, {_clean(media, secrets)[:80]}, {len(response.body):,} bytes."
    return Line("Answer", told, ms=ms, shown=_body(response, secrets))


def _reading(
    response: OutboundResponse, spec: EndpointSpec, reading: Reading, secrets: frozenset[str]
) -> Line:
    words = f"It means {reading.outcome.value}"
    if reading.rule_index is None:
        return failed("Response rules", f"{words}: {_unread(response)}", shown=_verdicts(response, spec))
    found = [
        f"reason “{reading.reason}”" if reading.reason else "",
        f"price {reading.price}" if reading.price is not None else "",
        f"reference {reading.reference}" if reading.reference else "",
    ]
    read = _clean("; ".join(filter(None, found)), secrets)
    told = (
        f"{words}: rule {reading.rule_index + 1} of {len(spec.rules)} reads it{f' ({read})' if read else ''}."
    )
    trouble = reading.outcome in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.RETRYABLE)
    return Line("Response rules", told, passed=not trouble, shown=_verdicts(response, spec))


def _unread(response: OutboundResponse) -> str:
    if response.error is not None or response.status is None:
        return "no complete answer came, so no rule is asked."
    if response.status in (408, 429) or response.status >= 500:
        return f"HTTP {response.status} is tried again; no rule is asked."
    return "no rule reads this answer, so it could never be a sale."


def _verdicts(response: OutboundResponse, spec: EndpointSpec) -> str:
    """What each rule says of the answer, asked alone; the first that matches decides."""
    if response.error is not None:
        return ""
    alone = [outcome.read(response, (rule,)).rule_index is not None for rule in spec.rules]
    return "\n".join(
        f"Rule {number} ({rule.outcome}): {'matches' if matches else 'does not match'}"
        for number, (rule, matches) in enumerate(zip(spec.rules, alone, strict=True), start=1)
    )


def _time(response: OutboundResponse) -> Line:
    stages = {name: ms for name, ms in asdict(response.timings).items() if ms is not None}
    return Line("Time", f"{response.timings.total_ms:,.0f} ms in all.", timings=stages)


def _body(response: OutboundResponse, secrets: frozenset[str]) -> str:
    text = response.body[:SHOWN_BYTES].decode("utf-8", "replace").replace("\x00", "")
    cut = "\n… (cut)" if len(response.body) > SHOWN_BYTES else ""
    return f"{_clean(text, secrets)}{cut}"


def _clean(text: str, secrets: frozenset[str]) -> str:
    """A buyer's words without what we told it in confidence."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return scrub_text(text)
