"""The door itself: a thread with an event loop and its connections, called from ordinary blocking code."""

import asyncio
import os
import queue
import selectors
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from apps.core.http.addresses import Addresses, Resolve, system_resolve
from apps.core.http.dial import Dialler
from apps.core.http.exchange import Done, Exchanger
from apps.core.http.guard import Guard
from apps.core.http.pool import Pool
from apps.core.http.probe import Probe, Prober
from apps.engine.outbound import OutboundRequest, OutboundResponse, TransportError

_LOOP_GRACE_S = 5.0
"""How long past its deadline a caller waits for the loop thread before it calls the exchange interrupted."""


@dataclass(frozen=True, slots=True)
class DoorConfig:
    """How a door behaves. `ca_file` holds further trusted authorities (PEM) beside the system's."""

    allow_networks: tuple[str, ...] = ()
    max_body_bytes: int = 262_144
    ca_file: str = ""
    dns_ttl_s: float = 30.0
    # Shorter than the 5 s after which common servers drop an idle connection: a request sent into a
    # connection that is just being dropped has an unknown outcome.
    keepalive_s: float = 4.0
    connections: int = 1024
    connections_per_host: int = 128
    user_agent: str = "Sluice"


class Door:
    """One way out to the network. Methods may be called from any thread; none of them raises for what happens there.

    `resolve` replaces the operating system's name look-up, for tests and for machines with a resolver of
    their own; the guard judges its answers like any others.
    """

    def __init__(self, config: DoorConfig | None = None, *, resolve: Resolve = system_resolve) -> None:
        self.config = config or DoorConfig()
        self._resolve = resolve
        self._guard = Guard.of(self.config.allow_networks)
        self._tls = _tls_context(self.config.ca_file)
        self._selector = selectors.DefaultSelector()
        self._loop = asyncio.SelectorEventLoop(self._selector)
        self._addresses: Addresses
        self._pool: Pool
        self._exchanger: Exchanger
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="outbound", daemon=True)
        self._thread.start()
        opened.result()

    def send(self, request: OutboundRequest, *, deadline_ms: float | None = None) -> OutboundResponse:
        """Carry one request within its own `timeout_ms`, or `deadline_ms` if that is less."""
        return self.send_all((request,), deadline_ms=deadline_ms)[0]

    def send_all(
        self, requests: Sequence[OutboundRequest], *, deadline_ms: float | None = None
    ) -> list[OutboundResponse]:
        """Carry all at once; the answers in the order of `requests`, none later than `deadline_ms`."""
        if not requests:
            return []
        started = time.monotonic()
        answers: dict[int, OutboundResponse] = {}
        complete = threading.Event()

        def done(index: int, response: OutboundResponse) -> None:
            answers[index] = response
            if len(answers) == len(requests):
                complete.set()

        self._submit(requests, started, deadline_ms, done)
        complete.wait(_longest_s(requests, deadline_ms) + _LOOP_GRACE_S)
        return [answers.get(index) or _interrupted() for index in range(len(requests))]

    def send_each(self, requests: Sequence[OutboundRequest]) -> Iterator[tuple[int, OutboundResponse]]:
        """Carry all at once, each within its own `timeout_ms`; yields (index, answer) as each is complete."""
        started = time.monotonic()
        answers: queue.SimpleQueue[tuple[int, OutboundResponse]] = queue.SimpleQueue()
        self._submit(requests, started, None, lambda index, response: answers.put((index, response)))
        missing = set(range(len(requests)))
        latest = started + _longest_s(requests, None) + _LOOP_GRACE_S
        while missing:
            try:
                index, response = answers.get(timeout=max(0.0, latest - time.monotonic()))
            except queue.Empty:
                break
            missing.discard(index)
            yield index, response
        for index in sorted(missing):
            yield index, _interrupted()

    def start(self, requests: Sequence[OutboundRequest], done: Done) -> None:
        """Carry all at once and return at once; `done(index, answer)` is called for each, on the door's own
        thread, so it must only hand the answer on."""
        self._submit(requests, time.monotonic(), None, done)

    def probe(self, url: str, *, timeout_ms: float) -> Probe:
        """What lies before a request to `url`, looked at within `timeout_ms`; nothing of a request is sent."""
        prober = Prober(self._guard, self._resolve, self._tls)
        looking = prober.probe(url, within_s=timeout_ms / 1000.0)
        return asyncio.run_coroutine_threadsafe(looking, self._loop).result(
            timeout_ms / 1000.0 + _LOOP_GRACE_S
        )

    def close(self) -> None:
        """Break off what is under way, close all connections and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(2.0)

    def abandon(self) -> None:
        """In a forked child: leave the parent's connections alone.

        The child holds copies of the parent's sockets and of its epoll object. Closing a transport here
        would take the socket out of the epoll set that the parent waits on, so the copy is pointed at
        nothing first.
        """
        with suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nowhere, self._selector.fileno())
            os.close(nowhere)

    def _submit(
        self, requests: Sequence[OutboundRequest], started: float, deadline_ms: float | None, done: Done
    ) -> None:
        def start() -> None:
            for index, request in enumerate(requests):
                deadline = started + _budget_s(request, deadline_ms)
                self._exchanger.start(request, index=index, started=started, deadline=deadline, done=done)

        self._loop.call_soon_threadsafe(start)

    def _run(self, opened: "Future[None]") -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._open()
        except BaseException as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._shut())
            self._loop.close()

    def _open(self) -> None:
        config = self.config
        self._addresses = Addresses(self._guard, self._resolve, ttl_s=config.dns_ttl_s)
        self._pool = Pool(
            Dialler(self._tls),
            limit=config.connections,
            limit_per_host=config.connections_per_host,
            keepalive_s=config.keepalive_s,
        )
        self._exchanger = Exchanger(
            self._loop,
            self._addresses,
            self._pool,
            max_body_bytes=config.max_body_bytes,
            user_agent=config.user_agent,
        )

    async def _shut(self) -> None:
        await self._exchanger.close()
        await self._addresses.close()
        await self._pool.close()


def _tls_context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def _budget_s(request: OutboundRequest, deadline_ms: float | None) -> float:
    budget_ms = request.timeout_ms if deadline_ms is None else min(request.timeout_ms, deadline_ms)
    return budget_ms / 1000.0


def _longest_s(requests: Sequence[OutboundRequest], deadline_ms: float | None) -> float:
    return max((_budget_s(request, deadline_ms) for request in requests), default=0.0)


def _interrupted() -> OutboundResponse:
    return OutboundResponse(
        error=TransportError.INTERRUPTED,
        error_detail="The process was stopped or overloaded meanwhile.",
        sent=True,
    )
