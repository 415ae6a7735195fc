"""Behaviours that break the rules of HTTP or never end. They write to the bare connection."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable

from apps.simulator.visits import Visit

LONGEST_S = 600
"""After this long even an endless behaviour lets go of the connection."""

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_ACCEPTED = b'{"status": "accepted", "id": "SIM-BROKEN", "price": 25.0}'

Break = Callable[[Visit, asyncio.Transport], Awaitable[None]]


async def hang(visit: Visit, transport: asyncio.Transport) -> None:
    """Takes the request and never answers."""
    await asyncio.sleep(LONGEST_S)


async def drip(visit: Visit, transport: asyncio.Transport) -> None:
    """Answers a byte at a time: `part` is body or header, `every` the milliseconds between bytes."""
    part = visit.parameters.choice("part", ("body", "header"))
    pause_s = visit.parameters.whole("every", 200, least=1) / 1000
    if part == "body":
        transport.write(_HEAD + b"Content-Length: 100000\r\n\r\n")
    else:
        transport.write(_HEAD + b"X-Drip: ")
    for _ in range(int(LONGEST_S / pause_s)):
        if transport.is_closing():
            return
        transport.write(b"a")
        await asyncio.sleep(pause_s)


async def garbage(visit: Visit, transport: asyncio.Transport) -> None:
    """Answers nonsense: `kind` is http (no HTTP at all), json (cut JSON under status 200), empty or binary."""
    kind = visit.parameters.choice("kind", ("http", "json", "empty", "binary"))
    if kind == "http":
        transport.write(b"\x16\x03 this is no HTTP \xff\xfe\r\n\r\n")
        return
    body = {"json": b'{"status": "accep', "empty": b"", "binary": bytes(range(256))}[kind]
    transport.write(_HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


async def reset(visit: Visit, transport: asyncio.Transport) -> None:
    """Breaks off: `after` is body (half of it sent), header or nothing; `how` is reset or close."""
    after = visit.parameters.choice("after", ("body", "header", "nothing"))
    how = visit.parameters.choice("how", ("reset", "close"))
    head = _HEAD + b"Content-Length: %d\r\n\r\n" % len(_ACCEPTED)
    transport.write({"body": head + _ACCEPTED[:30], "header": head, "nothing": b""}[after])
    await asyncio.sleep(0)
    if how == "reset":
        # Lingering zero seconds makes the kernel send RST instead of FIN.
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


async def huge(visit: Visit, transport: asyncio.Transport) -> None:
    """Answers too much: `kind` is plain (`bytes` long), endless (chunks without end) or bomb (gzip of zeros)."""
    kind = visit.parameters.choice("kind", ("plain", "endless", "bomb"))
    size = visit.parameters.whole("bytes", 10_000_000, least=1, most=1_000_000_000)
    if kind == "bomb":
        packed = gzip.compress(bytes(min(size, 100_000_000)), 9)
        head = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        transport.write(_HEAD + head + packed)
        return
    chunk = b"x" * 65_536
    if kind == "plain":
        transport.write(_HEAD + b"Content-Length: %d\r\n\r\n" % size)
        frames, frame = size // len(chunk) + 1, chunk
    else:
        transport.write(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        frames, frame = 10**9, b"10000\r\n" + chunk + b"\r\n"
    for _ in range(frames):
        if transport.is_closing():
            return
        transport.write(frame)
        while transport.get_write_buffer_size() > 1_000_000 and not transport.is_closing():
            await asyncio.sleep(0.005)
        await asyncio.sleep(0)


HOSTILE: dict[str, Break] = {
    "hang": hang,
    "drip": drip,
    "garbage": garbage,
    "reset": reset,
    "huge": huge,
}
"""Behaviours that keep no promise of HTTP; the connection is closed after them."""
