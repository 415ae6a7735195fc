"""One request and its answer, on the event loop, within one deadline.

A request that finds its address vetted and a connection kept needs no task: it is written at once, and the connection
calls back. Only names to be looked up, connections to be opened and turns to be waited for are awaited.
"""

import asyncio
import logging
import os
import ssl
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.core.http import request as requests
from apps.core.http.addresses import Addresses
from apps.core.http.guard import RefusedError, Target, read_target
from apps.core.http.pool import Pool
from apps.core.http.progress import Progress, since
from apps.core.http.wire import ClosedError, Connection, NotHttpError
from apps.engine.outbound import OutboundRequest, OutboundResponse, TransportError

_log = logging.getLogger(__name__)

_EXPECTED = (OSError, zlib.error, NotHttpError, ClosedError)

Done = Callable[[int, OutboundResponse], None]


@dataclass(slots=True)
class Exchanger:
    """Carries requests over the connections of one pool. Lives on one event loop."""

    loop: asyncio.AbstractEventLoop
    addresses: Addresses
    pool: Pool
    max_body_bytes: int
    user_agent: str
    under_way: "set[Exchange]" = field(default_factory=set)
    tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    def start(
        self, request: OutboundRequest, *, index: int, started: float, deadline: float, done: Done
    ) -> None:
        """Carry `request` and tell `done` what came of it; never raises. Both times are `time.monotonic()`, the
        loop's clock."""
        progress = Progress(started, self.max_body_bytes)
        exchange = Exchange(self, request, progress, lambda response: done(index, response))
        self.under_way.add(exchange)
        exchange.begin(deadline)

    async def close(self) -> None:
        """Break off what is under way."""
        for exchange in list(self.under_way):
            exchange.interrupt()
        await asyncio.gather(*self.tasks, return_exceptions=True)


class Exchange:
    """One request on its way. It ends once, by what comes first: an answer, a failure, its deadline, the closing."""

    __slots__ = ("_connection", "_done", "_owner", "_progress", "_request", "_task", "_timer")

    def __init__(
        self,
        owner: Exchanger,
        request: OutboundRequest,
        progress: Progress,
        done: Callable[[OutboundResponse], None],
    ) -> None:
        self._owner = owner
        self._request = request
        self._progress = progress
        self._done: Callable[[OutboundResponse], None] | None = done
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None

    def begin(self, deadline: float) -> None:
        """Send the request if that can be done at once, else see to it."""
        try:
            self._begin(deadline)
        except Exception as error:
            self._fail(error)

    def interrupt(self) -> None:
        """The door closes."""
        self._finish(TransportError.INTERRUPTED, "The process was stopped meanwhile.")

    def _begin(self, deadline: float) -> None:
        if objection := requests.objection(self._request):
            self._finish(TransportError.UNBUILDABLE, objection)
            return
        owner, target, now = self._owner, read_target(self._request.url), time.monotonic()
        if deadline <= now:
            self._expire()
            return
        self._timer = owner.loop.call_at(deadline, self._expire)
        connection = owner.pool.kept(target, now) if owner.addresses.known(target, now) else None
        if connection is not None:
            self._ask(connection, target)
            return
        self._task = task = owner.loop.create_task(self._reach(target))
        owner.tasks.add(task)
        task.add_done_callback(owner.tasks.discard)

    async def _reach(self, target: Target) -> None:
        """Vet the address, find a connection, send. Cancelled when the exchange ends before."""
        owner, progress = self._owner, self._progress
        try:
            progress.looking_up = True
            addresses, asked = await owner.addresses.vet(target)
            progress.looking_up = False
            if asked:
                progress.dns_ms = since(progress.started)
            connection = await owner.pool.take(target, addresses, progress)
            self._task = None
            self._ask(connection, target)
        except Exception as error:
            self._task = None
            self._fail(error)

    def _ask(self, connection: Connection, target: Target) -> None:
        self._connection = connection
        connection.ask(
            requests.head(self._request, target, self._owner.user_agent),
            self._request.body,
            progress=self._progress,
            ended=self._ended,
            bodiless=self._request.method == "HEAD",
        )

    def _ended(self, error: Exception | None) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._owner.pool.release(connection)
        if error is None:
            self._finish()
        else:
            self._fail(error)

    def _expire(self) -> None:
        self._finish(*_overdue(self._progress))

    def _fail(self, error: Exception) -> None:
        if isinstance(error, RefusedError):
            self._finish(TransportError.ADDRESS_REFUSED, str(error))
            return
        if not isinstance(error, _EXPECTED):
            _log.error("outbound exchange failed in an unknown way", exc_info=error)
        self._finish(*_failure(error, self._progress))

    def _finish(self, error: TransportError | None = None, detail: str = "") -> None:
        done, self._done = self._done, None
        if done is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        if self._connection is not None:
            self._connection.forsake()
            self._owner.pool.release(self._connection)
        self._owner.under_way.discard(self)
        try:
            done(self._progress.result(error, detail))
        except Exception:
            _log.exception("an outbound answer could not be handed on")


def _overdue(progress: Progress) -> tuple[TransportError, str]:
    if progress.answered_at is not None:
        return TransportError.TIMEOUT, "The answer was not complete in time."
    if progress.sent:
        return TransportError.TIMEOUT, "No answer came in time."
    if progress.looking_up:
        return TransportError.DNS_ERROR, "The host name could not be looked up in time."
    return TransportError.CONNECT_ERROR, "No connection was established in time."


def _failure(error: Exception, progress: Progress) -> tuple[TransportError, str]:
    if progress.sent:
        return TransportError.PROTOCOL_ERROR, _broken_answer(error, progress)
    if progress.looking_up:
        return TransportError.DNS_ERROR, "The host name could not be looked up."
    if isinstance(error, ssl.SSLError):
        return TransportError.TLS_ERROR, _tls_reason(error)
    return TransportError.CONNECT_ERROR, f"No connection: {_connect_reason(error)}."


def _broken_answer(error: Exception, progress: Progress) -> str:
    # Own sentences: the libraries' messages quote what came over the wire.
    if isinstance(error, zlib.error):
        return "The answer's body is not compressed as it says."
    if progress.answered_at is not None:
        return "The connection broke while the answer was being read."
    if isinstance(error, NotHttpError):
        return "The answer is no HTTP."
    if isinstance(error, ClosedError | OSError):
        return "The connection was closed before an answer came."
    return f"The exchange failed: {type(error).__name__}."


def _connect_reason(error: Exception) -> str:
    # The system's own words for the number; the library's message quotes the address.
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number).lower() if number else type(error).__name__


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate was not accepted: {error.verify_message}."
    reason = error.reason or type(error).__name__
    return f"The TLS handshake failed: {reason.replace('_', ' ').lower()}."
