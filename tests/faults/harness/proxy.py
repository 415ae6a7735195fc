"""A TCP proxy that misbehaves on demand, for what stands between a process and its server."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

Connect = Callable[[], Any]


class Proxy:
    """Forwards from a loopback port of its own until it is told otherwise; each method acts at once."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._latency_s = 0.0
        self._refusing = False
        self._clients: set[asyncio.StreamWriter] = set()
        self._servers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self.port = 0

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._flowing.set()
        server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256))
        self.port = server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Drop everything and end."""
        self.reset()
        self._call(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def blackhole(self) -> None:
        """Connections stay open, new ones are taken, and no byte comes through any more."""
        self._soon(self._flowing.clear)

    def latency(self, seconds: float) -> None:
        """Each piece of data arrives later by so much, both ways."""
        self._soon(lambda: setattr(self, "_latency_s", seconds))

    def refuse(self) -> None:
        """Break every connection, and every new one."""
        self._soon(lambda: setattr(self, "_refusing", True))
        self.reset()

    def reset(self) -> None:
        """Break every connection that is open, by RST."""
        self._soon(lambda: [_reset(writer) for writer in [*self._clients, *self._servers]])

    def half_close(self) -> None:
        """Tell every client that its server has no more to say, and say nothing to the server."""
        self._soon(lambda: [writer.write_eof() for writer in self._clients if not writer.is_closing()])

    def heal(self) -> None:
        """Forward again; what was kept back arrives now."""

        def healed() -> None:
            self._latency_s, self._refusing = 0.0, False
            self._flowing.set()

        self._soon(healed)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            if self._refusing:
                return _reset(writer)
            await self._flowing.wait()
            server_reader, server_writer = await self._connect()
        except OSError:
            self._clients.discard(writer)
            return _reset(writer)
        self._servers.add(server_writer)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._pump(reader, server_writer), self._pump(server_reader, writer))
        self._clients.discard(writer)
        self._servers.discard(server_writer)
        return None

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Writing after a half-close is a RuntimeError of asyncio's.
        with suppress(OSError, RuntimeError):
            while data := await reader.read(65_536):
                await self._flowing.wait()
                if self._latency_s:
                    await asyncio.sleep(self._latency_s)
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.close()

    def _soon(self, change: Callable[[], object]) -> None:
        async def act() -> None:
            change()

        self._call(act())

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    opened: socket.socket | None = writer.get_extra_info("socket")
    with suppress(OSError):
        if opened is not None and opened.family != socket.AF_UNIX:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def proxy_to(*, path: str = "", port: int = 0) -> Iterator[Proxy]:
    """A proxy in front of a Unix socket or of a port of this machine."""

    def connect() -> Any:
        if path:
            return asyncio.open_unix_connection(path)
        return asyncio.open_connection("127.0.0.1", port)

    proxy = Proxy(connect)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
