"""Buyers that hang, drip, flood, lie and break off: every exchange ends, in time, and says what happened."""

import logging
import socket
from collections.abc import Iterator

import pytest

from apps.core.http import Door
from apps.engine.outbound import OutboundRequest, OutboundResponse, TransportError
from apps.simulator.running import Running, running_simulator
from tests.core.http.conftest import OpenDoor, post
from tests.core.http.servers import OK, Connection, answering, once, serving

CAP = 262_144
FOREVER_MS = 20_000
"""An exchange that its deadline did not end would take until the test server gives up, which is longer than this."""


@pytest.fixture(scope="module")
def buyers() -> Iterator[Running]:
    with running_simulator() as running:
        yield running


def _timely(answer: OutboundResponse, deadline_ms: int) -> bool:
    return deadline_ms <= answer.timings.total_ms < FOREVER_MS


def test_hang_after_accept_is_a_timeout_of_something_sent(door: Door, buyers: Running) -> None:
    answer = door.send(post(buyers.buyer("x", "hang"), timeout_ms=300))
    assert (answer.error, answer.sent, answer.status) == (TransportError.TIMEOUT, True, None)
    assert _timely(answer, 300)


def test_hang_on_connect_sends_nothing(door: Door) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        # Linux drops the third SYN to a full backlog: whoever connects now waits.
        waiting = [socket.socket() for _ in range(3)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        answer = door.send(post(f"http://127.0.0.1:{full.getsockname()[1]}/", timeout_ms=300))
        for client in waiting:
            client.close()
    assert (answer.error, answer.sent) == (TransportError.CONNECT_ERROR, False)
    assert _timely(answer, 300)


def test_hang_in_the_tls_handshake_sends_nothing(door: Door) -> None:
    with serving(Connection.hold) as silent:
        answer = door.send(post(silent.url(scheme="https"), timeout_ms=300))
    assert (answer.error, answer.sent) == (TransportError.CONNECT_ERROR, False)
    assert _timely(answer, 300)


def test_a_refused_connection_sends_nothing(door: Door) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = door.send(post(f"http://127.0.0.1:{port}/"))
    assert (answer.error, answer.sent) == (TransportError.CONNECT_ERROR, False)
    assert "refused" in answer.error_detail


@pytest.mark.parametrize("part", ["header", "body"])
def test_a_dripping_answer_ends_at_the_deadline(door: Door, buyers: Running, part: str) -> None:
    answer = door.send(post(buyers.buyer("x", "drip", f"part={part}&every=20"), timeout_ms=400))
    assert (answer.error, answer.sent) == (TransportError.TIMEOUT, True)
    assert _timely(answer, 400)
    if part == "body":
        assert answer.status == 200
        assert answer.body.startswith(b"aaa")


def test_a_reader_that_takes_nothing_in_ends_at_the_deadline(door: Door) -> None:
    def deaf(connection: Connection) -> None:
        connection.raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.hold()

    with serving(deaf) as server:
        answer = door.send(post(server.url(), b"x" * 20_000_000, timeout_ms=400))
    assert (answer.error, answer.sent) == (TransportError.TIMEOUT, True)
    assert _timely(answer, 400)


@pytest.mark.parametrize("length", [10, 300_000])
def test_an_answer_given_without_reading_the_request_ends_at_the_deadline_or_the_cap(
    door: Door, length: int
) -> None:
    def hasty(connection: Connection) -> None:
        connection.raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b"x" * length)
        connection.hold()

    with serving(hasty) as server:
        answer = door.send(post(server.url(), b"x" * 20_000_000, timeout_ms=500))
    assert answer.sent
    assert answer.timings.total_ms < FOREVER_MS
    assert (answer.error, answer.truncated) == (
        (None, True) if length > CAP else (TransportError.TIMEOUT, False)
    )


def test_endless_interim_answers_end_at_the_deadline(door: Door) -> None:
    def interim(connection: Connection) -> None:
        connection.read_request()
        while not connection.server.over.wait(0.005):
            connection.send(b"HTTP/1.1 102 Processing\r\n\r\n")

    with serving(interim) as server:
        answer = door.send(post(server.url(), timeout_ms=300))
    assert (answer.error, answer.sent) == (TransportError.TIMEOUT, True)


@pytest.mark.parametrize("query", ["kind=plain", "kind=endless", "kind=bomb&bytes=50000000"])
def test_too_much_is_cut_at_the_cap(door: Door, buyers: Running, query: str) -> None:
    answer = door.send(post(buyers.buyer("x", "huge", query), timeout_ms=FOREVER_MS))
    assert (answer.status, answer.error, answer.truncated) == (200, None, True)
    assert len(answer.body) == CAP


def test_the_cap_is_a_setting(open_door: OpenDoor, buyers: Running) -> None:
    answer = open_door(max_body_bytes=1000).send(post(buyers.buyer("x", "huge")))
    assert len(answer.body) == 1000


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % number for number in range(5_000)) + b"\r\n",
        b"HTTP/1.1 200 " + b"a" * 100_000 + b"\r\n\r\n",
    ],
    ids=["long header", "many headers", "long reason"],
)
def test_a_flood_of_headers_is_no_answer(door: Door, head: bytes) -> None:
    with serving(once(head)) as server:
        answer = door.send(post(server.url()))
    assert (answer.error, answer.sent) == (TransportError.PROTOCOL_ERROR, True)


@pytest.mark.parametrize(
    "text",
    [
        b"\x16\x03\x01 nonsense\r\n\r\n",
        b"<html>no status line</html>",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_garbage_is_a_protocol_error_of_something_sent(door: Door, text: bytes) -> None:
    with serving(once(text)) as server:
        answer = door.send(post(server.url()))
    assert (answer.error, answer.sent) == (TransportError.PROTOCOL_ERROR, True)
    assert answer.error_detail.endswith(".")


def test_half_a_body_is_kept_and_told_as_broken(door: Door, buyers: Running) -> None:
    for query in ("after=body&how=reset", "after=body&how=close"):
        answer = door.send(post(buyers.buyer("x", "reset", query)))
        assert (answer.error, answer.sent, answer.status) == (TransportError.PROTOCOL_ERROR, True, 200)
    assert answer.body == b'{"status": "accepted", "id": "'


@pytest.mark.parametrize(
    "query", ["after=nothing&how=reset", "after=nothing&how=close", "after=header&how=close"]
)
def test_breaking_off_before_the_body_is_a_protocol_error(door: Door, buyers: Running, query: str) -> None:
    answer = door.send(post(buyers.buyer("x", "reset", query)))
    assert (answer.error, answer.sent) == (TransportError.PROTOCOL_ERROR, True)


@pytest.mark.parametrize(
    "body", [b"plain text after all", b"\x1f\x8b\x08\x00broken", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"]
)
def test_a_body_not_compressed_as_it_says_is_a_protocol_error(door: Door, body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with serving(once(head + body)) as server:
        answer = door.send(post(server.url()))
    assert (answer.error, answer.sent, answer.status) == (TransportError.PROTOCOL_ERROR, True, 200)


def test_odd_bytes_in_headers_become_text(door: Door) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Odd: caf\xe9 \xff\r\nContent-Length: 0\r\n\r\n"
    with serving(once(head)) as server:
        answer = door.send(post(server.url()))
    assert answer.header("x-odd") == "caf\ufffd \ufffd"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_nothing_is_sent_twice_behind_our_back(door: Door, method: str) -> None:
    def second_breaks(connection: Connection) -> None:
        connection.read_request()
        connection.send(OK)
        connection.read_request()

    with serving(second_breaks) as server:
        door.send(OutboundRequest(method, server.url()))
        answer = door.send(OutboundRequest(method, server.url()))
        assert (answer.error, answer.sent) == (TransportError.PROTOCOL_ERROR, True)
        assert len(server.requests) == 2


def test_a_connection_with_more_to_come_is_not_used_again(door: Door) -> None:
    with serving(answering(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsmugg")) as server:
        answers = [door.send(post(server.url())) for _ in range(3)]
    assert [answer.body for answer in answers] == [b"ok"] * 3
    assert server.connections == 3


def test_logs_hold_neither_query_nor_body_nor_what_came_back(
    door: Door, buyers: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(once(b"canary-answer\r\n\r\n")) as server:
        details = [
            door.send(
                post(f"{url}?email=canary-query", b"canary-body", timeout_ms=300, Key="canary-header")
            ).error_detail
            for url in (
                server.url("/canary-path"),
                buyers.buyer("x", "hang"),
                "http://10.0.0.1/",
                "https://127.0.0.1:9/",
            )
        ]
    assert all(details)
    assert "canary" not in caplog.text + "".join(details)
