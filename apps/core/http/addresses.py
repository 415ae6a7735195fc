"""Names to vetted addresses: a small DNS cache whose every entry has passed the guard."""

import asyncio
import math
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

from apps.core.http.guard import Address, Guard, Target

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Looks a name up: its addresses as text, IPv4 or IPv6. Raises OSError where there is none."""

_MAX_ENTRIES = 4096


@dataclass(slots=True)
class _Entry:
    """What a name was found to be. `ports` are those for which the guard has let the addresses pass."""

    addresses: tuple[Address, ...]
    expires_at: float
    ports: set[int] = field(default_factory=set)


class Addresses:
    """The vetted addresses of names, looked up once a `ttl_s` however many ask. Lives on one event loop."""

    def __init__(self, guard: Guard, resolve: Resolve, *, ttl_s: float) -> None:
        self._guard = guard
        self._resolve = resolve
        self._ttl_s = ttl_s
        self._entries: dict[str, _Entry] = {}
        self._lookups: dict[str, asyncio.Task[_Entry]] = {}

    def known(self, target: Target, now: float) -> tuple[Address, ...] | None:
        """The addresses that have passed for this host and port and are still fresh; None if `vet` is to be asked.

        The guard and an entry's addresses do not change, so neither does its verdict.
        """
        entry = self._entries.get(target.host)
        if entry is None or target.port not in entry.ports or entry.expires_at <= now:
            return None
        return entry.addresses

    async def vet(self, target: Target) -> tuple[tuple[Address, ...], bool]:
        """The addresses that may be dialled, and whether DNS was asked. RefusedError if the guard refuses one;
        OSError if there is none.

        Asked before every request that `known` cannot answer, also one that will reuse a connection: a name that
        has moved to a refused address is refused as soon as its entry expires.
        """
        entry = self._entries.get(target.host)
        asked = target.literal is None and (entry is None or entry.expires_at <= time.monotonic())
        if target.literal is not None:
            entry = entry or _Entry((target.literal,), math.inf)
        elif entry is None or asked:
            entry = await self._look_up(target.host)
        self._guard.judge(target, entry.addresses)
        entry.ports.add(target.port)
        if target.literal is not None:
            self._keep(target.host, entry)
        return entry.addresses, asked

    async def close(self) -> None:
        """Give up the look-ups under way."""
        lookups = list(self._lookups.values())
        for lookup in lookups:
            lookup.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)

    async def _look_up(self, host: str) -> _Entry:
        lookup = self._lookups.get(host)
        if lookup is None:
            lookup = self._lookups[host] = asyncio.create_task(self._ask(host))
            lookup.add_done_callback(lambda done: self._looked_up(host, done))
        # One asker's deadline must not end the look-up that others wait for.
        return await asyncio.shield(lookup)

    async def _ask(self, host: str) -> _Entry:
        found = tuple(ip_address(text) for text in await self._resolve(host))
        if not found:
            raise OSError("The name has no address.")
        return _Entry(found, time.monotonic() + self._ttl_s)

    def _looked_up(self, host: str, done: asyncio.Task[_Entry]) -> None:
        del self._lookups[host]
        self._entries.pop(host, None)
        if done.cancelled() or done.exception() is not None:
            return
        # Refused addresses are never kept: nothing of them can be dialled by whoever comes later.
        if all(self._guard.objection(address) is None for address in done.result().addresses):
            self._keep(host, done.result())

    def _keep(self, host: str, entry: _Entry) -> None:
        if host not in self._entries and len(self._entries) >= _MAX_ENTRIES:
            self._entries.pop(next(iter(self._entries)))
        self._entries[host] = entry


async def system_resolve(host: str) -> list[str]:
    """The operating system's answer, asked on a thread of its own.

    A look-up cannot be cancelled and may hang for half a minute. A pool would let a few hanging names hold
    up all others, and would hold up the process's end; a daemon thread a look-up, one a name at a time,
    does neither.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found = _system_addresses(host)
        with suppress(RuntimeError):  # the loop has been closed in the meantime
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=ask, name="outbound-dns", daemon=True).start()
    return await answer


def _system_addresses(host: str) -> list[str] | OSError:
    try:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except OSError as error:
        return error
    except UnicodeError:
        return OSError("The name cannot be looked up.")
    return list(dict.fromkeys(str(info[4][0]) for info in infos))
