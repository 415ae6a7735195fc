"""Connections: kept and given up at the right moment, shared out in turn, none left behind."""

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.core.http import Door
from apps.engine.outbound import OutboundRequest, TransportError
from tests.core.http.conftest import OpenDoor, post
from tests.core.http.servers import OK, Connection, answering, ok, once, serving


def _sockets() -> int:
    """Sockets this process holds."""
    links = (Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd"))
    return sum(link.is_symlink() and os.readlink(link).startswith("socket:") for link in links)


def _answer_then(after: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """Answers one request on each connection, then does `after` and waits."""

    def handle(connection: Connection) -> None:
        connection.read_request()
        connection.send(OK)
        after(connection)
        connection.read_request()

    return handle


@pytest.mark.parametrize(
    "after",
    [
        lambda connection: connection.raw.shutdown(socket.SHUT_WR),
        lambda connection: connection.reset(),
        lambda connection: connection.send(OK),
    ],
    ids=["closed", "reset", "a second answer"],
)
def test_a_kept_connection_over_which_anything_came_is_not_used_again(
    door: Door, after: Callable[[Connection], None]
) -> None:
    happened = threading.Event()

    def then(connection: Connection) -> None:
        after(connection)
        happened.set()

    with serving(_answer_then(then)) as server:
        assert door.send(post(server.url())).body == b"ok"
        assert happened.wait(10)
        answer = door.send(post(server.url()))
        assert (answer.status, answer.body, answer.error) == (200, b"ok", None)
        assert server.connections == 2
        assert len(server.requests) == 2


def test_a_connection_is_kept_for_its_time_only(open_door: OpenDoor) -> None:
    door = open_door(keepalive_s=0.05)
    gone = threading.Event()
    with serving(_watching(gone)) as server:
        door.send(post(server.url()))
        assert gone.wait(10)
        door.send(post(server.url()))
        assert server.connections == 2


def _watching(gone: threading.Event) -> Callable[[Connection], None]:
    def handle(connection: Connection) -> None:
        while connection.read_request():
            connection.send(OK)
        gone.set()

    return handle


def test_of_several_kept_connections_the_last_one_used_is_used_again(open_door: OpenDoor) -> None:
    door = open_door(keepalive_s=30.0)
    both = threading.Barrier(2)
    seen: list[int] = []

    def handle(connection: Connection) -> None:
        number = connection.server.connections
        while request := connection.read_request():
            if request.startswith(b"POST /both"):
                both.wait(10)
            else:
                seen.append(number)
            connection.send(OK)

    with serving(handle) as server:
        door.send_all([post(server.url("/both"))] * 2)
        for _ in range(5):
            door.send(post(server.url("/alone")))
    assert len(seen) == 5
    assert len(set(seen)) == 1


def test_who_came_first_is_served_first(open_door: OpenDoor) -> None:
    door = open_door(connections_per_host=1)
    with serving(ok) as server:
        door.send_all([post(server.url(f"/{number}")) for number in range(20)])
        paths = [request.split(b" ")[1] for request in server.requests]
    assert paths == [b"/%d" % number for number in range(20)]
    assert server.connections == 1


def test_a_request_that_gives_up_waiting_keeps_nobody_from_a_turn(open_door: OpenDoor) -> None:
    door = open_door(connections_per_host=1)
    release = threading.Event()

    def slow(connection: Connection) -> None:
        while request := connection.read_request():
            if b"/first " in request:
                release.wait(10)
            connection.send(OK)

    with serving(slow) as server:
        answers = door.send_each(
            [
                post(server.url("/first")),
                *[post(server.url("/impatient"), timeout_ms=100)] * 5,
                post(server.url("/patient")),
            ]
        )
        impatient = [next(answers)[1] for _ in range(5)]
        assert {(answer.error, answer.sent) for answer in impatient} == {
            (TransportError.CONNECT_ERROR, False)
        }
        release.set()
        assert [answer.status for _, answer in answers] == [200, 200]
        assert len(server.requests) == 2


def test_one_busy_host_does_not_keep_another_from_its_turn_when_all_places_are_taken(
    open_door: OpenDoor,
) -> None:
    door = open_door(connections=2, connections_per_host=2)
    with serving(ok) as busy, serving(ok) as other:
        requests = [post(busy.url()) for _ in range(10)] + [post(other.url())] + [post(busy.url())] * 40
        order = [index for index, answer in door.send_each(requests) if answer.status == 200]
    assert len(order) == len(requests)
    assert order.index(10) < 20
    assert len(other.requests) == 1


def test_an_idle_connection_makes_way_for_one_to_another_host(open_door: OpenDoor) -> None:
    door = open_door(connections=1, keepalive_s=30.0)
    with serving(ok) as first, serving(ok) as second:
        for server in (first, second, second, first):
            assert door.send(post(server.url(), timeout_ms=10_000)).status == 200
    assert (first.connections, second.connections) == (2, 1)


@pytest.mark.parametrize("size", [65_536, 65_537, 3_000_000])
def test_a_big_request_arrives_whole(door: Door, size: int) -> None:
    body = os.urandom(size)
    with serving(ok) as server:
        answers = [door.send(post(server.url(), body)) for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 200]
        assert all(request.endswith(b"\r\n\r\n" + body) for request in server.requests)
        assert server.connections == 1


def test_a_connection_whose_request_was_answered_before_it_was_read_is_not_used_again(door: Door) -> None:
    def hasty(connection: Connection) -> None:
        connection.raw.recv(100)
        connection.send(OK)
        connection.hold()

    with serving(hasty) as server:
        answers = [door.send(post(server.url(), b"x" * 20_000_000)) for _ in range(2)]
        assert [(answer.status, answer.error) for answer in answers] == [(200, None)] * 2
        assert server.connections == 2


def test_after_an_answer_to_head_the_next_one_is_read_right(door: Door) -> None:
    with serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")) as server:
        for _ in range(2):
            answer = door.send(OutboundRequest("HEAD", server.url()))
            assert (answer.status, answer.body, answer.error) == (200, b"", None)


def test_a_storm_leaves_no_socket_behind(open_door: OpenDoor) -> None:
    before = _sockets()
    door = open_door(connections_per_host=8, names={"buyer.example": ["127.0.0.9", "127.0.0.1"]})

    def broken(connection: Connection) -> None:
        connection.read_request()
        connection.reset()

    with (
        serving(ok) as well,
        serving(broken) as bad,
        serving(Connection.hold) as silent,
        serving(once(b"nonsense\r\n\r\n")) as odd,
        serving(once(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000)) as long,
    ):
        urls = [server.url() for server in (well, bad, silent, odd, long)]
        urls += [silent.url(scheme="https"), well.url(scheme="https"), well.url(host="buyer.example")]
        answers = door.send_all([post(url, timeout_ms=1_500) for url in urls * 20])
        assert len(answers) == 160
    door.close()
    for _ in range(2_000):  # the servers' own threads let go when they see the end
        if _sockets() <= before:
            return
        time.sleep(0.005)
    assert _sockets() <= before


def test_an_answer_to_somebody_who_fails_to_take_it_disturbs_no_one(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    told = threading.Event()

    def done(index: int, answer: object) -> None:
        if index == 0:
            raise ValueError("nobody home")
        told.set()

    with serving(ok) as server:
        door.start([post(server.url())] * 2, done)
        assert told.wait(10)
        assert door.send(post(server.url())).status == 200
    assert "could not be handed on" in caplog.text
