"""A load generator for one keep-alive HTTP server on this machine: closed loop or at a steady pace.

Raw asyncio streams, because the client shares two cores with the server: what it costs is taken from what is measured,
alike for every contender.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Result:
    """Latencies in milliseconds, statuses counted, and how long the run took in seconds."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    last_body: bytes = b""
    sent: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies_ms) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """For example 0.99; nan without answers."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    def add(self, other: "Result") -> None:
        self.seconds += other.seconds
        self.latencies_ms += other.latencies_ms
        for status, count in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + count
        self.last_body = other.last_body or self.last_body


def drive(port: int, path: str, bodies: Iterator[bytes], *, connections: int, seconds: float) -> Result:
    """Post `bodies` to 127.0.0.1 over so many connections, each sending its next as soon as it has its answer."""
    return asyncio.run(_drive(port, path, bodies, connections, seconds))


async def _drive(port: int, path: str, bodies: Iterator[bytes], connections: int, seconds: float) -> Result:
    result = Result()
    start = time.perf_counter()
    until = start + seconds
    await asyncio.gather(*(_client(port, path, bodies, until, result) for _ in range(connections)))
    result.seconds = time.perf_counter() - start
    return result


def keep_pace(
    port: int,
    path: str,
    bodies: Iterator[bytes],
    *,
    per_second: float,
    seconds: float,
    patience_s: float,
    answers: list[bytes],
) -> Result:
    """Post so many bodies a second whatever becomes of those before (open loop), and collect the answers.

    A latency counts from when the request was due. Who has no answer `patience_s` after the last was due is given up.
    """
    return asyncio.run(_keep_pace(port, path, bodies, per_second, seconds, patience_s, answers))


async def _keep_pace(
    port: int,
    path: str,
    bodies: Iterator[bytes],
    per_second: float,
    seconds: float,
    patience_s: float,
    answers: list[bytes],
) -> Result:
    result = Result()
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    prefix = _prefix(path)

    async def one(due: float, body: bytes) -> None:
        while idle and idle[-1][0].at_eof():
            idle.pop()[1].close()  # closed by the server meanwhile, as those that were idle long
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"%s%d\r\n\r\n%s" % (prefix, len(body), body))
        status, keep, answer = await _answer(reader)
        result.latencies_ms.append((time.perf_counter() - due) * 1000)
        result.statuses[status] = result.statuses.get(status, 0) + 1
        answers.append(answer)
        if keep:
            idle.append((reader, writer))
        else:
            writer.close()

    begin = time.perf_counter()
    tasks = []
    for number, body in zip(range(int(per_second * seconds)), bodies, strict=False):
        due = begin + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due, body)))
    result.sent = len(tasks)
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=patience_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    result.seconds = time.perf_counter() - begin
    for _, writer in idle:
        writer.close()
    return result


def _prefix(path: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
    return head.encode()


async def _client(port: int, path: str, bodies: Iterator[bytes], until: float, result: Result) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    prefix = _prefix(path)
    try:
        while (begin := time.perf_counter()) < until:
            body = next(bodies)
            writer.write(b"%s%d\r\n\r\n%s" % (prefix, len(body), body))
            status, keep, answer = await _answer(reader)
            result.latencies_ms.append((time.perf_counter() - begin) * 1000)
            result.statuses[status] = result.statuses.get(status, 0) + 1
            result.last_body = answer
            if not keep:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    body = await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
    return int(head[9:12]), b"connection: close" not in lower, body
