"""Real servers for the door to meet: bare sockets, one thread a connection, nothing patched."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Handle = Callable[["Connection"], None]

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Connection:
    """One accepted connection, as a handler sees it."""

    raw: socket.socket
    server: "Server"

    def read_request(self) -> bytes:
        """One whole request, header and body; empty when the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = self.raw.recv(65_536)
            if not chunk:
                return b""
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += self.raw.recv(65_536)
        request = head + b"\r\n\r\n" + body
        self.server.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        """Bytes, as they are."""
        self.raw.sendall(data)

    def reset(self) -> None:
        """Break off with RST."""
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.raw.close()

    def hold(self) -> None:
        """Say nothing until the test is over, or the client hangs up."""
        self.server.over.wait(20)


@dataclass
class Server:
    """A listening socket and what it has seen."""

    host: str
    port: int
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/", *, host: str = "", scheme: str = "http") -> str:
        """An address on this server, under its own address or another host name."""
        return f"{scheme}://{host or self.host}:{self.port}{path}"


@contextmanager
def serving(
    handle: Handle, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Server]:
    """A server that gives each connection to `handle`, then closes it."""
    listener = socket.create_server((host, 0), backlog=256)
    server = Server(host, listener.getsockname()[1])

    def attend(raw: socket.socket) -> None:
        with suppress(OSError), raw:
            talking = tls.wrap_socket(raw, server_side=True) if tls else raw
            with talking:
                handle(Connection(talking, server))

    def accept() -> None:
        with suppress(OSError):
            while True:
                raw, _ = listener.accept()
                server.connections += 1
                threading.Thread(target=attend, args=(raw,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def answering(answer: bytes) -> Handle:
    """Gives the same answer to every request, keeping the connection."""

    def handle(connection: Connection) -> None:
        while connection.read_request():
            connection.send(answer)

    return handle


def once(answer: bytes) -> Handle:
    """Answers one request and closes."""

    def handle(connection: Connection) -> None:
        connection.read_request()
        connection.send(answer)

    return handle


ok = answering(OK)
