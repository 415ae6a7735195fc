"""An answer fed to a connection in pieces, without a network: what is read of it."""

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from apps.core.http.progress import Progress
from apps.core.http.wire import BUFFER_BYTES, Connection

CAP = 1_000
H = b"HTTP/1.1 200 OK\r\n"


class Line(asyncio.Transport):
    """Where a connection writes; open until it is aborted."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def abort(self) -> None:
        self.is_aborted = True

    def is_closing(self) -> bool:
        return self.is_aborted

    def get_write_buffer_size(self) -> int:
        return 0


@dataclass(frozen=True)
class Read:
    """What came of an answer."""

    error: type[Exception] | None
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    kept: bool


def read(sock: socket.socket, pieces: Iterable[bytes], *, bodiless: bool = False) -> Read:
    """Has a connection read `pieces`, then the end of the connection; it must end once and only once."""
    buffer = memoryview(bytearray(BUFFER_BYTES))
    gone: list[Connection] = []
    ends: list[Exception | None] = []
    connection = Connection(("http", "buyer.example", 80), sock, buffer, gone.append)
    connection.connection_made(Line())
    progress = Progress(0.0, CAP)
    connection.ask(b"POST / HTTP/1.1\r\n\r\n", b"", progress=progress, ended=ends.append, bodiless=bodiless)
    for piece in pieces:
        for start in range(0, len(piece), BUFFER_BYTES):
            part = piece[start : start + BUFFER_BYTES]
            connection.get_buffer(-1)[: len(part)] = part
            connection.buffer_updated(len(part))
    kept = bool(ends) and connection.is_reusable
    connection.eof_received()
    connection.connection_lost(None)
    assert len(ends) == 1
    assert gone == [connection]
    (error,) = ends
    body = progress.body
    return Read(
        type(error) if error else None,
        progress.status,
        progress.headers,
        body.content if body else b"",
        body.truncated if body else False,
        kept,
    )


def chunked(*pieces: bytes, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    """A body in chunks."""
    parts = [b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces]
    return b"".join(parts) + b"0" + extension + b"\r\n" + trailer + b"\r\n"
