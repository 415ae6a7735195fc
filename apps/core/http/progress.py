"""How far one exchange has come: what was sent, what arrived, how long each stage took."""

import time
from types import SimpleNamespace
from typing import Any

from aiohttp import ClientResponse, ClientSession, TraceConfig

from apps.core.http.body import BoundedBody
from apps.engine.outbound import OutboundResponse, Timings, TransportError


class Progress:
    """Filled in as the exchange goes on, so that one that fails half-way still tells its first half."""

    __slots__ = (
        "answered_at",
        "body",
        "connect_ms",
        "connect_started",
        "dns_ms",
        "headers",
        "looking_up",
        "ready_at",
        "sent",
        "sent_at",
        "started",
        "status",
    )

    def __init__(self, started: float) -> None:
        self.started = started
        self.looking_up = False
        self.dns_ms: float | None = None
        self.connect_started: float | None = None
        self.connect_ms: float | None = None
        self.ready_at: float | None = None
        self.sent = False
        self.sent_at: float | None = None
        self.answered_at: float | None = None
        self.status: int | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.body: BoundedBody | None = None

    def answered(self, response: ClientResponse) -> None:
        """Status and headers are in."""
        self.answered_at = time.monotonic()
        self.status = response.status
        self.headers = tuple((_text(name), _text(value)) for name, value in response.raw_headers)

    def result(self, error: TransportError | None = None, detail: str = "") -> OutboundResponse:
        """The exchange as it stands now."""
        return OutboundResponse(
            status=self.status,
            headers=self.headers,
            body=self.body.content if self.body else b"",
            truncated=self.body.truncated if self.body else False,
            error=error,
            error_detail=detail,
            sent=self.sent,
            timings=self._timings(time.monotonic()),
        )

    def _timings(self, now: float) -> Timings:
        return Timings(
            dns_ms=self.dns_ms,
            connect_ms=self.connect_ms,
            send_ms=_between(self.ready_at, self.sent_at),
            wait_ms=_between(self.sent_at, self.answered_at or now),
            parse_ms=_between(self.answered_at, now),
            total_ms=_between(self.started, now) or 0.0,
        )


def trace_config() -> TraceConfig:
    """Has aiohttp report each stage to the `Progress` given as `trace_request_ctx`."""
    config = TraceConfig()
    config.on_connection_create_start.append(_connecting)
    config.on_connection_create_end.append(_connected)
    config.on_request_headers_sent.append(_sending)
    config.on_request_chunk_sent.append(_sending)
    config.freeze()
    return config


async def _connecting(session: ClientSession, context: SimpleNamespace, params: Any) -> None:
    _progress(context).connect_started = time.monotonic()


async def _connected(session: ClientSession, context: SimpleNamespace, params: Any) -> None:
    progress = _progress(context)
    progress.connect_ms = _between(progress.connect_started, time.monotonic())


async def _sending(session: ClientSession, context: SimpleNamespace, params: Any) -> None:
    # Called just before bytes are handed to the socket: from here on nobody can say that nothing was sent.
    progress = _progress(context)
    progress.sent = True
    progress.sent_at = time.monotonic()
    if progress.ready_at is None:
        progress.ready_at = progress.sent_at


def _progress(context: SimpleNamespace) -> Progress:
    progress: Progress = context.trace_request_ctx
    return progress


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round((end - start) * 1000.0, 3)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace("\x00", "")
