"""Ordinary exchanges: what is sent, what comes back, in which order and over how many connections."""

import gzip
import threading

import pytest

from apps.core.http import Door
from apps.engine.outbound import OutboundRequest, TransportError
from tests.core.http.conftest import OpenDoor, post
from tests.core.http.servers import OK, Connection, answering, ok, once, serving


def test_a_request_arrives_as_it_was_made(door: Door) -> None:
    with serving(ok) as server:
        request = OutboundRequest(
            "PUT",
            server.url("/a%2Fb/../c?x=%7e&y=a+b"),
            (("X-B", "1"), ("X-A", "Zoë"), ("X-B", "2"), ("Content-Type", "text/xml")),
            b"<lead/>",
        )
        answer = door.send(request)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "PUT /a%2Fb/../c?x=%7e&y=a+b HTTP/1.1"
    assert [line for line in lines if line.lower().startswith("x-")] == ["X-B: 1", "X-A: Zoë", "X-B: 2"]
    assert f"Host: 127.0.0.1:{server.port}" in lines
    assert "User-Agent: Sluice" in lines
    assert "Content-Length: 7" in lines
    assert body == b"<lead/>"
    assert (answer.status, answer.body, answer.error, answer.sent) == (200, b"ok", None, True)
    assert answer.header("content-type") == "text/plain"


def test_an_empty_body_has_no_type_and_a_length_of_zero(door: Door) -> None:
    with serving(ok) as server:
        door.send(OutboundRequest("POST", server.url()))
        door.send(OutboundRequest("GET", server.url()))
    assert b"Content-Length: 0" in server.requests[0]
    assert b"content-type" not in server.requests[0].lower() + server.requests[1].lower()


def test_connections_are_kept_and_cookies_are_not(door: Door) -> None:
    with serving(answering(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=1\r\n\r\n"))) as server:
        first, second = (door.send(post(server.url())) for _ in range(2))
    assert server.connections == 1
    assert b"cookie" not in server.requests[1].lower()
    assert first.timings.connect_ms is not None
    assert second.timings.connect_ms is None


def test_every_stage_is_timed(open_door: OpenDoor) -> None:
    door = open_door(names={"buyer.example": ["127.0.0.1"]})
    with serving(ok) as server:
        timings = door.send(post(server.url(host="buyer.example"))).timings
    stages = [timings.dns_ms, timings.connect_ms, timings.send_ms, timings.wait_ms, timings.parse_ms]
    assert all(stage is not None and stage >= 0 for stage in stages)
    assert timings.total_ms > 0


def test_all_answers_come_in_the_order_of_their_requests(door: Door) -> None:
    def slow_first(connection: Connection) -> None:
        path = connection.read_request().split(b" ")[1]
        if path == b"/0":
            connection.server.over.wait(0.2)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + path)

    with serving(slow_first) as server:
        answers = door.send_all([post(server.url(f"/{number}")) for number in range(5)], deadline_ms=5_000)
    assert [answer.body for answer in answers] == [b"/0", b"/1", b"/2", b"/3", b"/4"]


def test_one_that_misses_the_deadline_does_not_keep_the_others(door: Door) -> None:
    with serving(ok) as server, serving(Connection.hold) as silent:
        answers = door.send_all([post(silent.url()), post(server.url())], deadline_ms=1_000)
    assert [answer.error for answer in answers] == [TransportError.TIMEOUT, None]
    assert answers[0].sent
    assert answers[0].timings.total_ms >= 1_000


def test_nothing_to_send_is_answered_with_nothing(door: Door) -> None:
    assert door.send_all([], deadline_ms=100) == []
    assert list(door.send_each([])) == []


def test_each_is_handed_over_as_soon_as_it_is_complete(door: Door) -> None:
    release = threading.Event()

    def last_on_release(connection: Connection) -> None:
        if b" /wait " in connection.read_request():
            release.wait(10)
        connection.send(OK)

    with serving(last_on_release) as server:
        arriving = door.send_each([post(server.url("/wait")), post(server.url("/now"))])
        assert next(arriving)[0] == 1
        release.set()
        index, answer = next(arriving)
        assert (index, answer.status) == (0, 200)
        assert list(arriving) == []


def test_more_requests_than_connections_take_turns(open_door: OpenDoor) -> None:
    door = open_door(connections_per_host=4)
    with serving(ok) as server:
        answers = door.send_all([post(server.url()) for _ in range(60)], deadline_ms=10_000)
    assert {answer.status for answer in answers} == {200}
    assert server.connections <= 4


def test_many_threads_may_use_one_door(door: Door) -> None:
    statuses: list[int | None] = []
    with serving(ok) as server:

        def work() -> None:
            statuses.extend(door.send(post(server.url())).status for _ in range(10))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 80


def test_a_compressed_answer_is_read(door: Door) -> None:
    packed = gzip.compress(b'{"status": "accepted"}')
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with serving(once(head + packed)) as server:
        assert door.send(post(server.url())).body == b'{"status": "accepted"}'
    assert b"Accept-Encoding: gzip, deflate" in server.requests[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_told_and_never_followed(door: Door, status: int) -> None:
    with serving(ok) as elsewhere:
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.url()}\r\nContent-Length: 0\r\n\r\n"
        with serving(once(head.encode())) as server:
            answer = door.send(post(server.url()))
        assert (answer.status, answer.error) == (status, None)
        assert answer.header("Location") == elsewhere.url()
        assert elsewhere.connections == 0


@pytest.mark.parametrize("status", [100, 103])
def test_interim_answers_are_passed_over(door: Door, status: int) -> None:
    with serving(once(b"HTTP/1.1 %d Go on\r\n\r\n" % status + OK)) as server:
        assert door.send(post(server.url())).status == 200


@pytest.mark.parametrize(
    "request_",
    [
        OutboundRequest("POST", "http://127.0.0.1:1/", (("X-Key", "a\r\nX-Evil: 1"),)),
        OutboundRequest("POST", "http://127.0.0.1:1/", (("Host", "other"),)),
        OutboundRequest("POST", "http://127.0.0.1:1/", (("Transfer-Encoding", "chunked"),)),
        OutboundRequest("CONNECT", "http://127.0.0.1:1/"),
        OutboundRequest("GET / HTTP/1.1\r\nX: ", "http://127.0.0.1:1/"),
    ],
)
def test_a_request_that_would_break_the_message_is_not_built(door: Door, request_: OutboundRequest) -> None:
    with serving(ok) as server:
        url = request_.url.replace(":1/", f":{server.port}/")
        answer = door.send(OutboundRequest(request_.method, url, request_.headers))
    assert (answer.error, answer.sent) == (TransportError.UNBUILDABLE, False)
    assert server.connections == 0


def test_a_proxy_in_the_environment_is_ignored(open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(ok) as proxy, serving(ok) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert open_door().send(post(server.url())).status == 200
    assert proxy.connections == 0
