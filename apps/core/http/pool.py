"""Connections kept for the next request, and turns where there are no more to be had. Lives on one event loop."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from itertools import count

from apps.core.http.dial import Dialler, Key, key_of
from apps.core.http.guard import Address, Target
from apps.core.http.progress import Progress, since
from apps.core.http.wire import Connection

_CLOSING_ROUNDS = 100
"""Turns of the event loop that closed connections get to be gone; one needs two or three."""


class _Host:
    """One scheme, host and port. `places` counts its connections: idle, at work and being dialled."""

    __slots__ = ("idle", "places", "waiting")

    def __init__(self) -> None:
        self.places = 0
        self.idle: list[Connection] = []
        # Who waits for a place, oldest first, by number: given a kept connection, or None and leave to dial.
        self.waiting: deque[tuple[int, asyncio.Future[Connection | None]]] = deque()

    def first(self) -> int | None:
        """The number of who has waited longest; who has given up meanwhile is forgotten."""
        while self.waiting and self.waiting[0][1].done():
            self.waiting.popleft()
        return self.waiting[0][0] if self.waiting else None


class Pool:
    """At most `limit` connections, at most `limit_per_host` to one host; who finds none waits for his turn.

    First come, first served. A connection is idle for `keepalive_s` at most; the last one used is the first used
    again, so that a burst's connections go once it is over.
    """

    def __init__(self, dialler: Dialler, *, limit: int, limit_per_host: int, keepalive_s: float) -> None:
        self._dialler = dialler
        self._limit = limit
        self._limit_per_host = limit_per_host
        self._keepalive_s = keepalive_s
        self._places = 0
        self._hosts: dict[Key, _Host] = {}
        self._crowded: dict[Key, _Host] = {}
        self._idle: dict[Connection, None] = {}  # in the order in which they became so
        self._open: set[Connection] = set()
        self._numbers = count()
        self._sweeping: asyncio.TimerHandle | None = None

    def kept(self, target: Target, now: float) -> Connection | None:
        """An idle connection that a request may be sent into at once; the caller's until `release`."""
        host = self._hosts.get(key_of(target))
        while host is not None and host.idle:
            connection = host.idle.pop()
            del self._idle[connection]
            if connection.idle_since + self._keepalive_s > now and connection.is_fit():
                return connection
            connection.abort()
            self._settle(connection.key, None)
        return None

    async def take(self, target: Target, addresses: Sequence[Address], progress: Progress) -> Connection:
        """A connection to `target`, kept or dialled to one of `addresses`; the caller's until `release`."""
        connection = self.kept(target, time.monotonic()) or await self._turn(key_of(target))
        if connection is not None:
            if connection.is_fit():
                return connection
            connection.abort()
        began = time.monotonic()
        try:
            dialled = await self._dialler.dial(target, addresses, self._gone)
        except BaseException:
            self._settle(key_of(target), None)
            raise
        progress.connect_ms = since(began)
        self._open.add(dialled)
        return dialled

    def release(self, connection: Connection) -> None:
        """The caller needs the connection no more."""
        self._settle(connection.key, connection if connection.is_reusable else None)

    async def close(self) -> None:
        """Close all connections."""
        self.abort()
        for _ in range(_CLOSING_ROUNDS):
            if not self._open:
                return
            await asyncio.sleep(0)

    def abort(self) -> None:
        """Have all connections closed, without waiting for it."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connection in list(self._open):
            connection.abort()

    # --- places and turns ---

    async def _turn(self, key: Key) -> Connection | None:
        """A place at the host, with a kept connection or with none."""
        host = self._hosts.setdefault(key, _Host())
        if host.first() is None and host.places < self._limit_per_host and self._is_room():
            self._occupy(host)
            return None
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        host.waiting.append((next(self._numbers), turn))
        self._crowded[key] = host
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._settle(key, turn.result())
            elif host.first() is None:
                self._crowded.pop(key, None)
                self._forget(key, host)
            raise

    def _is_room(self) -> bool:
        """Whether there may be one connection more; the one that has been idle longest makes way."""
        if self._places >= self._limit and self._idle:
            self._drop(next(iter(self._idle)))
        return self._places < self._limit

    def _settle(self, key: Key, connection: Connection | None) -> None:
        """A place is no more needed by whoever had it; `connection` is what may be used again there."""
        host = self._hosts[key]
        self._vacate(host)
        next_key = self._next() if self._crowded else None
        if next_key is not None:
            if connection is not None and next_key != key:
                connection.abort()
                connection = None
            following = self._hosts[next_key]
            self._occupy(following)
            following.waiting.popleft()[1].set_result(connection)
        elif connection is not None:
            self._occupy(host)
            self._rest(host, connection)
        self._forget(key, host)

    def _forget(self, key: Key, host: _Host) -> None:
        if not host.places and not host.waiting and self._hosts.get(key) is host:
            del self._hosts[key]

    def _next(self) -> Key | None:
        """Whose turn it is: who has waited longest of those whose host may have one connection more."""
        oldest: tuple[int, Key] | None = None
        for key, host in list(self._crowded.items()):
            number = host.first()
            if number is None:
                del self._crowded[key]
            elif host.places < self._limit_per_host and (oldest is None or number < oldest[0]):
                oldest = number, key
        return oldest[1] if oldest else None

    def _occupy(self, host: _Host) -> None:
        host.places += 1
        self._places += 1

    def _vacate(self, host: _Host) -> None:
        host.places -= 1
        self._places -= 1

    # --- idle connections ---

    def _rest(self, host: _Host, connection: Connection) -> None:
        connection.idle_since = time.monotonic()
        host.idle.append(connection)
        self._idle[connection] = None
        if self._sweeping is None:
            self._sweep_in(self._keepalive_s)

    def _sweep_in(self, seconds: float) -> None:
        self._sweeping = asyncio.get_running_loop().call_later(seconds, self._sweep)

    def _sweep(self) -> None:
        self._sweeping = None
        expired = time.monotonic() - self._keepalive_s
        for connection in list(self._idle):
            if connection.idle_since > expired:
                self._sweep_in(connection.idle_since - expired)
                return
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        del self._idle[connection]
        self._hosts[connection.key].idle.remove(connection)
        connection.abort()
        self._settle(connection.key, None)

    def _gone(self, connection: Connection) -> None:
        """A connection was closed, by whichever side."""
        self._open.discard(connection)
        if connection in self._idle:
            self._drop(connection)
