"""Probing: what lies before a request is told without a byte of a request, also where it is hostile."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from apps.core.http import Door
from tests.core.http.conftest import OpenDoor
from tests.core.http.servers import Connection, serving

NAME = "buyer.example"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Sluice tests")


@pytest.fixture
def door(open_door: OpenDoor, authority: trustme.CA, tmp_path: Path) -> Door:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return open_door(names={NAME: ["127.0.0.1"], "inside.example": ["10.0.0.7"]}, ca_file=str(ca_file))


def _context(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


class _Sink:
    """Keeps every byte that came over an established connection."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def __call__(self, connection: Connection) -> None:
        while data := connection.raw.recv(65_536):
            self.seen.append(data)


def test_a_good_address_is_told_with_its_certificate_and_nothing_is_sent(
    door: Door, authority: trustme.CA
) -> None:
    sink, ends = _Sink(), datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    with serving(sink, tls=_context(authority.issue_cert(NAME, not_after=ends))) as server:
        found = door.probe(server.url(host=NAME, scheme="https"), timeout_ms=5_000)
    assert found.reached
    assert found.addresses == (("127.0.0.1", ""),)
    assert found.connected_to == "127.0.0.1"
    assert found.tls.startswith("TLSv1.3")
    assert found.certificate is not None
    assert found.certificate.names == (NAME,)
    assert found.certificate.not_after == ends
    assert "Sluice tests" in found.certificate.issuer
    assert not found.certificate.self_signed
    assert None not in (found.dns_ms, found.connect_ms, found.tls_ms)
    assert sink.seen == []


@pytest.mark.parametrize(
    ("issue", "words"),
    [
        (lambda ours: ours.issue_cert(NAME, not_after=datetime(2020, 1, 1, tzinfo=UTC)), "expired"),
        (lambda ours: ours.issue_cert("other.example"), "Hostname mismatch"),
        (lambda ours: trustme.CA().issue_cert(NAME), "unable to get local issuer"),
    ],
    ids=["expired", "wrong host", "unknown authority"],
)
def test_a_bad_certificate_is_told_and_still_read(
    issue, words: str, door: Door, authority: trustme.CA
) -> None:
    sink = _Sink()
    with serving(sink, tls=_context(issue(authority))) as server:
        found = door.probe(server.url(host=NAME, scheme="https"), timeout_ms=5_000)
    assert not found.reached
    assert words in found.tls_problem
    assert found.certificate is not None
    assert sink.seen == []


def test_a_refused_address_is_not_dialled(door: Door) -> None:
    found = door.probe("https://inside.example/leads", timeout_ms=5_000)
    assert found.addresses == (("10.0.0.7", "10.0.0.7 is a private address."),)
    assert found.guard_problem == "10.0.0.7 is a private address."
    assert (found.connected_to, found.connect_ms) == ("", None)


def test_a_refused_port_is_not_dialled(open_door: OpenDoor) -> None:
    found = open_door(names={NAME: ["93.184.215.14"]}).probe(f"https://{NAME}:6379/", timeout_ms=5_000)
    assert found.guard_problem == "Port 6379 belongs to another service than HTTP."
    assert found.connected_to == ""


def test_a_name_that_is_none_and_a_url_that_is_none(door: Door) -> None:
    assert "looked up" in door.probe("https://nobody.example/", timeout_ms=5_000).dns_problem
    assert door.probe("gopher://buyer.example/", timeout_ms=5_000).guard_problem


def test_nobody_listening(door: Door) -> None:
    with serving(lambda connection: None) as server:
        url = server.url(host=NAME, scheme="https")
    assert (
        door.probe(url, timeout_ms=5_000).connect_problem == "No connection to 127.0.0.1: connection refused."
    )


def test_a_server_that_never_shakes_hands_is_given_up_in_time(door: Door) -> None:
    with serving(lambda connection: connection.hold()) as server:
        found = door.probe(server.url(host=NAME, scheme="https"), timeout_ms=300)
    assert found.connected_to == "127.0.0.1"
    assert found.tls_problem == "The TLS handshake did not end in time."


def test_a_server_without_tls(door: Door) -> None:
    def chatter(connection: Connection) -> None:
        connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(chatter) as server:
        found = door.probe(server.url(host=NAME, scheme="https"), timeout_ms=5_000)
        plain = door.probe(server.url(host=NAME), timeout_ms=5_000)
    assert found.tls_problem.startswith("The TLS handshake failed: ")
    assert plain.reached
    assert not plain.secure
