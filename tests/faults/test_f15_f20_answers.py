"""F15-F17, F19, F20 through a whole delivery: odd answers, redirects, bad certificates, and what they mean."""

import json
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from apps.core.crypto import unwrap
from apps.deliveries import services
from apps.deliveries.models import Attempt
from apps.deliveries.services.attempt.records import KEPT_BODY_BYTES, open_response
from apps.leads.models import Lead
from apps.simulator.running import Running
from tests.core.http.servers import Connection, once, serving
from tests.deliveries.market import market, outcomes, sales, stands

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FAST = {"timeout_ms": 1500, "retries": 0}


def answer_of(attempt: Attempt) -> dict[str, Any]:
    """The stored answer, opened."""
    opened = open_response(unwrap(Lead.objects.get(pk=attempt.lead_id).wrapped_key), attempt)
    assert opened is not None
    return opened


def http(status: int, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """The bytes of an answer."""
    lines = [
        f"HTTP/1.1 {status} Told",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


# --- F15 ---


@pytest.mark.parametrize("kind", ["plain", "endless", "bomb"])
def test_f15_too_much_is_cut_and_never_a_sale(simulator: Running, kind: str) -> None:
    delivery = market(simulator, [f"huge?kind={kind}", "accept"], endpoint=FAST).lead()
    services.drain()
    attempt = Attempt.objects.get()
    assert attempt.outcome == "unknown"
    assert stands(delivery) == ("held", "held")
    kept = answer_of(attempt)
    assert kept["truncated"] is True
    assert len(kept["body"]) <= KEPT_BODY_BYTES
    assert sales(delivery) == []


def test_f15_rules_read_what_arrived(simulator: Running) -> None:
    """A refusal at the beginning of an endless answer is a refusal."""
    refusal = b"REJECTED: outside our area " + b"." * 400_000
    with serving(once(http(200, refusal, "Content-Type: text/plain"))) as server:
        rule = {"outcome": "rejected", "match": "text", "operator": "contains", "value": "REJECTED"}
        scene = market(simulator, [server.url(), "accept"], endpoint=FAST)
        scene.endpoint(0).rules.create(position=9, **rule)
        scene.world.publish()
        delivery = scene.lead()
        services.drain()
    assert outcomes(delivery) == ["rejected", "accepted"]


# --- F16 ---


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/leads", "http://169.254.169.254/latest/meta-data"]
)
def test_f16_a_redirect_is_not_followed(simulator: Running, status: int, target: str) -> None:
    delivery = market(simulator, [f"redirect?status={status}&to={target}", "accept"], endpoint=FAST).lead()
    services.drain()
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.http_status, attempt.error) == ("unknown", status, "")
    assert stands(delivery) == ("held", "held")
    assert ["location", target] in [[name.lower(), value] for name, value in answer_of(attempt)["headers"]]
    assert len(simulator.requests) == 1


# --- F17 ---


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> trustme.CA:
    """Trusted by this process's door."""
    made = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    made.cert_pem.write_to_path(str(ca_file))
    settings.OUTBOUND_CA_FILE = str(ca_file)
    return made


def context_of(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def old_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = context_of(authority.issue_cert("127.0.0.1"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


BAD = {
    "self-signed": lambda _: context_of(trustme.CA().issue_cert("127.0.0.1")),
    "wrong host": lambda authority: context_of(authority.issue_cert("other.example")),
    "expired": lambda authority: context_of(
        authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    ),
    "TLS 1.1": old_tls,
}


@pytest.mark.filterwarnings("ignore:.*TLSv1:DeprecationWarning")
@pytest.mark.parametrize("case", BAD)
def test_f17_bad_tls_fails_before_anything_is_sent(
    simulator: Running, authority: trustme.CA, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    seen: list[bytes] = []

    def swallow(connection: Connection) -> None:
        while data := connection.raw.recv(65_536):
            seen.append(data)

    with serving(swallow, tls=BAD[case](authority)) as server:
        delivery = market(simulator, [server.url(scheme="https"), "accept"], endpoint=FAST).lead()
        services.drain()
    attempt = Attempt.objects.order_by("pk")[0]
    assert (attempt.outcome, attempt.error) == ("failed", "tls_error")
    assert seen == []
    assert outcomes(delivery) == ["failed", "accepted"]
    told = [record for record in caplog.records if record.getMessage() == "endpoint_failed"]
    assert [record.attempt_id for record in told] == [attempt.pk]


# --- F19 ---


def cut(connection: Connection) -> None:
    """Half of an acceptance, then RST."""
    connection.read_request()
    connection.send(http(200, b'{"status": "acc', "Content-Type: application/json", length=40))
    connection.reset()


ODD = {
    "garbage for a status line": once(b"\x16\x03 no HTTP at all\r\n\r\n"),
    "reset in the body": cut,
    "closed early": once(http(200, b'{"status": "acc', "Content-Type: application/json", length=40)),
    "closed without a word": once(b""),
    "JSON that ends early": once(http(200, b'{"status": "accepted"', "Content-Type: application/json")),
    "XML that ends early": once(http(200, b"<r><status>accepted</status>", "Content-Type: text/xml")),
    "HTML of a proxy": once(
        http(200, b"<html><body>accepted? sign in</body></html>", "Content-Type: text/html")
    ),
    "an empty answer": once(http(200)),
    "no content": once(http(204)),
    "another type": once(http(200, b"\x89PNG accepted", "Content-Type: image/png")),
}


@pytest.mark.parametrize("case", ODD)
def test_f19_what_nobody_can_read_is_unknown_and_nobody_else_gets_it(simulator: Running, case: str) -> None:
    with serving(ODD[case]) as server:
        delivery = market(simulator, [server.url(), "accept"], endpoint=FAST).lead()
        services.drain()
    assert outcomes(delivery) == ["unknown"]
    assert stands(delivery) == ("held", "held")
    assert sales(delivery) == []
    assert simulator.requests == []


# --- F20 ---


def said(**facts: Any) -> bytes:
    return json.dumps(facts).encode()


REFUSED = said(status="rejected", reason="Outside our area")
BOUGHT = said(status="accepted", id="B-17")
TABLE = [
    (200, REFUSED, "rejected", "Outside our area"),
    (201, REFUSED, "rejected", "Outside our area"),
    (200, BOUGHT, "accepted", ""),
    (200, b"{}", "unknown", "no_rule_matched"),
    *(
        (status, BOUGHT, "failed", f"http_{status}")
        for status in (400, 401, 403, 404, 405, 409, 410, 413, 422, 451)
    ),
    *((status, BOUGHT, "retryable", f"http_{status}") for status in (408, 429, 500, 501, 502, 503, 504, 599)),
    *((status, BOUGHT, "unknown", "no_rule_matched") for status in (300, 301, 302)),
]


@pytest.mark.parametrize(("status", "body", "outcome", "reason"), TABLE, ids=lambda value: str(value)[:20])
def test_f20_every_status_means_what_the_table_says(
    simulator: Running, status: int, body: bytes, outcome: str, reason: str
) -> None:
    """An acceptance in the body changes nothing about 4xx without a rule that names them, nor about 5xx."""
    with serving(once(http(status, body, "Content-Type: application/json"))) as server:
        delivery = market(simulator, [server.url(), "accept"], endpoint=FAST).lead()
        services.drain()
    first = Attempt.objects.order_by("pk")[0]
    assert (first.outcome, first.reason, first.http_status) == (outcome, reason, status)
    after = {"accepted": "sold", "unknown": "held"}.get(outcome, "sold")
    assert stands(delivery)[0] == after
    assert len(sales(delivery)) == (0 if outcome == "unknown" else 1)
    assert len(simulator.requests) == (0 if outcome in ("accepted", "unknown") else 1)


@pytest.mark.parametrize(("status", "outcome"), [(409, "duplicate"), (422, "rejected"), (302, "rejected")])
def test_f20_a_rule_that_names_the_status_reads_it(simulator: Running, status: int, outcome: str) -> None:
    with serving(once(http(status, REFUSED, "Content-Type: application/json"))) as server:
        scene = market(simulator, [server.url(), "accept"], endpoint=FAST)
        scene.endpoint(0).rules.create(
            position=9, outcome=outcome, statuses=str(status), match="json_path", path="reason", operator="present",
            reason_path="reason",
        )  # fmt: skip
        scene.world.publish()
        delivery = scene.lead()
        services.drain()
    assert outcomes(delivery) == [outcome, "accepted"]
    assert Attempt.objects.order_by("pk")[0].reason == "Outside our area"


def test_f20_retry_after_is_honoured(simulator: Running) -> None:
    delivery = market(
        simulator, ["rate-limit?retry_after=30", "accept"], endpoint=FAST | {"retries": 2}
    ).lead()
    services.drain()
    delivery.refresh_from_db()
    assert outcomes(delivery) == ["retryable"]
    assert delivery.status == "pending"
    waits = (delivery.next_attempt_at - Attempt.objects.get().finished_at).total_seconds()
    assert waits >= 29
