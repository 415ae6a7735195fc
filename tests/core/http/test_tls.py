"""TLS: only a certificate that is valid for the name, over TLS 1.2 or later; else not one byte of the lead leaves."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from apps.core.http import Door
from apps.engine.outbound import TransportError
from tests.core.http.conftest import OpenDoor, post
from tests.core.http.servers import OK, Connection, Server, ok, serving

NAME = "buyer.example"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def door(open_door: OpenDoor, authority: trustme.CA, tmp_path: Path) -> Door:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return open_door(names={NAME: ["127.0.0.1"]}, ca_file=str(ca_file))


def _context(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


@contextmanager
def _sink(context: ssl.SSLContext) -> Iterator[tuple[Server, list[bytes]]]:
    """A TLS server that keeps every byte it could decrypt."""
    seen: list[bytes] = []

    def swallow(connection: Connection) -> None:
        while data := connection.raw.recv(65_536):
            seen.append(data)

    with serving(swallow, tls=context) as server:
        yield server, seen


def test_a_trusted_certificate_for_the_name_is_accepted_and_told_the_name(
    door: Door, authority: trustme.CA
) -> None:
    asked_for: list[str | None] = []
    context = _context(authority.issue_cert(NAME))
    context.sni_callback = lambda connection, name, _: asked_for.append(name)
    with serving(ok, tls=context) as server:
        answers = [
            door.send(post(server.url(host=host, scheme="https"))) for host in (NAME, NAME, f"{NAME}.")
        ]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert asked_for == [NAME, NAME]
    assert server.connections == 2


def test_a_certificate_may_be_for_an_address(door: Door, authority: trustme.CA) -> None:
    with serving(ok, tls=_context(authority.issue_cert("127.0.0.1"))) as server:
        assert door.send(post(server.url(scheme="https"))).status == 200


def _self_signed(_: trustme.CA) -> trustme.LeafCert:
    return trustme.CA().issue_cert(NAME)


def _wrong_host(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("other.example")


def _expired(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert(NAME, not_after=datetime(2020, 1, 1, tzinfo=UTC))


def _not_yet_valid(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert(NAME, not_before=datetime(2090, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("issue", [_self_signed, _wrong_host, _expired, _not_yet_valid])
def test_a_bad_certificate_is_a_tls_error_and_nothing_is_sent(
    door: Door, authority: trustme.CA, issue: Callable[[trustme.CA], trustme.LeafCert]
) -> None:
    with _sink(_context(issue(authority))) as (server, seen):
        answer = door.send(post(server.url(host=NAME, scheme="https"), b"personal"))
    assert (answer.error, answer.sent) == (TransportError.TLS_ERROR, False)
    assert answer.error_detail.startswith("The certificate was not accepted: ")
    assert seen == []


def test_a_private_authority_is_not_trusted_without_the_setting(
    open_door: OpenDoor, authority: trustme.CA
) -> None:
    door = open_door(names={NAME: ["127.0.0.1"]})
    with _sink(_context(authority.issue_cert(NAME))) as (server, seen):
        assert door.send(post(server.url(host=NAME, scheme="https"))).error == TransportError.TLS_ERROR
    assert seen == []


@pytest.mark.filterwarnings("ignore:.*TLSv1:DeprecationWarning")
def test_an_old_version_of_tls_is_a_tls_error_and_nothing_is_sent(door: Door, authority: trustme.CA) -> None:
    context = _context(authority.issue_cert(NAME))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with _sink(context) as (server, seen):
        answer = door.send(post(server.url(host=NAME, scheme="https"), b"personal"))
    assert (answer.error, answer.sent) == (TransportError.TLS_ERROR, False)
    assert seen == []


def test_a_server_without_tls_is_a_tls_error_and_sees_no_request(door: Door) -> None:
    seen: list[bytes] = []

    def plain(connection: Connection) -> None:
        seen.append(connection.raw.recv(65_536))
        connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(plain) as server:
        answer = door.send(post(server.url(host=NAME, scheme="https"), b"personal"))
    assert (answer.error, answer.sent) == (TransportError.TLS_ERROR, False)
    assert b"personal" not in b"".join(seen)


def test_a_server_that_speaks_before_it_is_asked_is_not_waited_for(door: Door, authority: trustme.CA) -> None:
    def hasty(connection: Connection) -> None:
        connection.send(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        connection.hold()

    with serving(hasty, tls=_context(authority.issue_cert(NAME))) as server:
        answers = [door.send(post(server.url(host=NAME, scheme="https"))) for _ in range(5)]
    for answer in answers:
        told = (answer.error, answer.sent, answer.status)
        assert told in ((TransportError.CONNECT_ERROR, False, None), (None, True, 200))


def test_a_certificate_authority_file_that_is_none_is_told_at_once(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("no certificate")
    with pytest.raises(ssl.SSLError):
        open_door(ca_file=str(nonsense))
    with pytest.raises(FileNotFoundError):
        open_door(ca_file=str(tmp_path / "missing.pem"))
