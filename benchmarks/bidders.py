"""Buyers that bid after 50 ms, as light as can be: `python -m benchmarks.bidders` prints the port it listens on.

They share the machine's cores with what is measured, so they read a request only as far as they must. A path
`/ping/2150` bids 21.50; `/post/2150` takes the lead at that price.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BUYER_MS = 50
_TARGET = re.compile(rb"^\w+ /(ping|post)/(\d+)(\d\d)[ ?]")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ANSWERS = {
    b"ping": b'{"status":"bid","bid":"%b.%b","promise":"benchmark"}',
    b"post": b'{"status":"accepted","id":"benchmark","price":"%b.%b"}',
}


class _Bidder(asyncio.Protocol):
    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if end else None
        if not end or len(body) < (int(length[1]) if length else 0):
            return
        self._buffer = b""
        said = _TARGET.match(head)
        answer = _ANSWERS[said[1]] % (said[2], said[3]) if said else b"{}"
        asyncio.get_running_loop().call_later(BUYER_MS / 1000, self._answer, answer)

    def _answer(self, answer: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(answer) + answer)


@contextmanager
def running_bidders() -> Iterator[str]:
    """The bidders in a process of their own: their URL."""
    command = [sys.executable, "-m", "benchmarks.bidders"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Bidder, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
