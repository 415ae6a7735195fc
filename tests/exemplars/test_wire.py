"""Every request exemplar that can be built, sent by the very door that calls buyers: what arrives on a raw socket."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import msgspec
import pytest

from apps.core.http import Door, DoorConfig
from apps.engine import request
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundRequest
from tests.exemplars.documents import load
from tests.exemplars.test_requests import ENDPOINT, FILES, sending


class Wire:
    """A server that reads one request at a time, answers 200 and remembers the bytes."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.received: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.received.append(self._read(connection))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

    def _read(self, connection: socket.socket) -> bytes:
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += connection.recv(65536)
        head, _, body = raw.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.listener.close()


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    async def resolve(host: str) -> list[str]:
        return ["127.0.0.1"]

    door = Door(DoorConfig(allow_networks=("127.0.0.0/8",)), resolve=resolve)
    yield door
    door.close()


def built() -> Iterator[tuple[Path, OutboundRequest]]:
    for path in FILES:
        document = load(path)
        made = request.build(
            msgspec.convert(ENDPOINT | document["endpoint"], EndpointSpec), sending(document)
        )
        if isinstance(made, OutboundRequest):
            yield path, made


@pytest.mark.parametrize(("path", "made"), built(), ids=lambda one: one.stem if isinstance(one, Path) else "")
def test_what_arrives(path: Path, made: OutboundRequest, wire: Wire, door: Door) -> None:
    parts = urlsplit(made.url)
    url = urlunsplit(parts._replace(scheme="http", netloc=f"{parts.hostname}:{wire.port}"))
    wire.received.clear()
    answer = door.send(replace(made, url=url))
    assert (answer.status, answer.body) == (200, b"ok")
    (raw,) = wire.received
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    assert line == f"{made.method} {target} HTTP/1.1".encode()
    assert body == made.body
    for name, value in made.headers:
        assert f"{name}: {value}".encode() in headers
    assert len({header.partition(b":")[0].lower() for header in headers}) == len(headers)
