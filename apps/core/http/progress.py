"""How far one exchange has come: what was sent, what arrived, how long each stage took."""

import time
from collections.abc import Sequence

from apps.core.http.body import BoundedBody
from apps.engine.outbound import OutboundResponse, Timings, TransportError

_ENCODING = "content-encoding"
_ENCODING_LENGTH = len(_ENCODING)


class Progress:
    """Filled in as the exchange goes on, so that one that fails half-way still tells its first half.

    Times are `time.monotonic()`; `max_body_bytes` bounds what is kept of the answer's body.
    """

    __slots__ = (
        "_max_body_bytes",
        "answered_at",
        "body",
        "connect_ms",
        "dns_ms",
        "headers",
        "looking_up",
        "ready_at",
        "sent",
        "sent_at",
        "started",
        "status",
    )

    def __init__(self, started: float, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes
        self.started = started
        self.looking_up = False
        self.dns_ms: float | None = None
        self.connect_ms: float | None = None
        self.ready_at: float | None = None
        self.sent = False
        self.sent_at: float | None = None
        self.answered_at: float | None = None
        self.status: int | None = None
        self.headers: tuple[tuple[str, str], ...] = ()
        self.body: BoundedBody | None = None

    def sending(self) -> None:
        """Bytes are about to be handed to the socket: from here on nobody can say that nothing was sent."""
        self.sent = True
        self.ready_at = self.sent_at = time.monotonic()

    def sent_further(self) -> None:
        """A further piece of the request is handed to the socket."""
        self.sent_at = time.monotonic()

    def answered(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> BoundedBody:
        """Status and headers are in; what the body is to be fed to."""
        self.answered_at = time.monotonic()
        self.status = status
        self.headers = tuple([(_text(name), _text(value)) for name, value in headers])
        encoding = ""
        for name, value in self.headers:
            if len(name) == _ENCODING_LENGTH and name.lower() == _ENCODING:
                encoding = value
                break
        self.body = BoundedBody(self._max_body_bytes, encoding)
        return self.body

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


def since(began: float) -> float:
    """Milliseconds from `began` to now."""
    return round((time.monotonic() - began) * 1000.0, 3)


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round((end - start) * 1000.0, 3)


def _text(raw: bytes) -> str:
    # The blanks round a value, and a careless server's before the colon, belong to neither.
    return raw.strip(b" \t").decode(errors="replace")
