"""The door of a process: opened when needed, following its settings, safe across forks and at the end."""

import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from apps.core import http
from apps.core.http import Door
from apps.engine.outbound import OutboundResponse, TransportError
from tests.core.http.conftest import post
from tests.core.http.servers import Connection, Server, ok, serving


@pytest.fixture(autouse=True)
def _own_door(settings: Settings) -> Iterator[None]:
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    http.close()
    yield
    http.close()


def _outbound_threads() -> int:
    return sum(thread.name == "outbound" for thread in threading.enumerate())


def _in_a_child(work: "object") -> str:
    """What `work` returns in a forked child, as text."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = str(work())  # type: ignore[operator]
        except BaseException as error:
            told = repr(error)
        os.write(writer, told.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told


def test_the_functions_share_one_door_and_one_thread() -> None:
    with serving(ok) as server:
        assert http.send(post(server.url())).status == 200
        assert [answer.status for answer in http.send_all([post(server.url())] * 2, deadline_ms=5000)] == [
            200,
            200,
        ]
        assert {index for index, _ in http.send_each([post(server.url())] * 2)} == {0, 1}
        assert _outbound_threads() == 1
    http.close()
    assert _outbound_threads() == 0


def test_changed_settings_open_another_door(settings: Settings) -> None:
    with serving(ok) as server:
        assert http.send(post(server.url())).status == 200
        settings.OUTBOUND_ALLOW_NETWORKS = []
        assert http.send(post(server.url())).error == TransportError.ADDRESS_REFUSED
        settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.1/32"]
        settings.OUTBOUND_MAX_BODY_BYTES = 1
        assert http.send(post(server.url())).body == b"o"
    assert _outbound_threads() == 1


def test_a_child_has_a_door_of_its_own_and_leaves_the_parents_alone() -> None:
    def in_the_child() -> str:
        statuses = [http.send(post(server.url("/child"))).status for _ in range(2)]
        # Even when the parent's connections are swept up here, the parent must not notice.
        inherited._pool.abort()
        return f"{statuses} {_outbound_threads()}"

    with serving(ok) as server:
        assert http.send(post(server.url("/parent"))).status == 200
        inherited = http._process.door()
        assert _in_a_child(in_the_child) == "[200, 200] 1"
        assert http.send(post(server.url("/parent"))).status == 200
        # One connection of the parent, kept over the fork, and one of the child.
        assert server.connections == 2


def test_a_child_forked_while_the_parent_waits_for_answers_disturbs_none_of_them() -> None:
    release = threading.Event()

    def on_release(connection: Connection) -> None:
        while connection.read_request():
            release.wait(10)
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with serving(on_release) as server, serving(ok) as other:
        statuses: list[int | None] = []
        waiting = threading.Thread(
            target=lambda: statuses.extend(
                a.status for a in http.send_all([post(server.url())] * 5, deadline_ms=9000)
            )
        )
        waiting.start()
        _wait_for_requests(server, 5)
        assert _in_a_child(lambda: http.send(post(other.url())).status) == "200"
        release.set()
        waiting.join()
    assert statuses == [200] * 5


def _wait_for_requests(server: Server, count: int) -> None:
    for _ in range(1000):
        if len(server.requests) >= count:
            return
        time.sleep(0.005)
    raise AssertionError("The requests did not arrive.")


def _closed_while_looking_up() -> OutboundResponse:
    asked = threading.Event()

    async def resolve(host: str) -> list[str]:
        asked.set()
        await asyncio.sleep(60)
        return []

    door = Door(http.DoorConfig(), resolve=resolve)
    answers: list[OutboundResponse] = []
    sender = threading.Thread(target=lambda: answers.append(door.send(post("http://buyer.example/"))))
    sender.start()
    asked.wait(10)
    door.close()
    sender.join(10)
    return answers[0]


def test_closing_the_door_gives_up_a_look_up_that_hangs(caplog: pytest.LogCaptureFixture) -> None:
    answer = _closed_while_looking_up()
    gc.collect()
    assert (answer.error, answer.sent) == (TransportError.INTERRUPTED, False)
    assert caplog.text == ""


def test_closing_the_door_tells_what_was_under_way() -> None:
    door = Door(http.DoorConfig(allow_networks=("127.0.0.0/8",)))
    answers = []
    with serving(Connection.hold) as server:
        sender = threading.Thread(
            target=lambda: answers.append(door.send(post(server.url(), timeout_ms=60_000)))
        )
        sender.start()
        while not server.connections:
            time.sleep(0.005)
        door.close()
        sender.join(10)
    assert answers[0].error == TransportError.INTERRUPTED


def test_a_process_ends_without_a_word_while_a_request_hangs() -> None:
    program = """
import django, threading, time
django.setup()
from apps.core import http
from apps.engine.outbound import OutboundRequest
url = "http://127.0.0.1:%d/"
http.send(OutboundRequest("POST", url + "first"))
threading.Thread(target=http.send, args=(OutboundRequest("POST", url, timeout_ms=60_000),), daemon=True).start()
time.sleep(0.3)
"""

    def first_only(connection: Connection) -> None:
        if b"/first" in connection.read_request():
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        connection.hold()

    with serving(first_only) as server:
        ended = subprocess.run(
            [sys.executable, "-X", "dev", "-c", program % server.port],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "OUTBOUND_ALLOW_NETWORKS": "127.0.0.0/8"},
        )
    assert (ended.returncode, ended.stderr) == (0, "")
