"""One exchange with a buyer as values: what is to be sent, and what came of it.

`apps.core.http` carries these over the network; `mapping` and `formats` build the request, `outcome` reads the
response.
"""

from dataclasses import dataclass, field
from enum import StrEnum

MASK = "••••••••"
"""Stands in `OutboundRequest.shown` for every secret."""


class TransportError(StrEnum):
    """Why no complete answer came. The value is stored with the attempt."""

    DNS_ERROR = "dns_error"
    """The host name could not be resolved."""
    ADDRESS_REFUSED = "address_refused"
    """The address guard refused the URL or every address it resolves to; nothing was sent."""
    CONNECT_ERROR = "connect_error"
    """Connection refused, unreachable or not established in time; nothing was sent."""
    TLS_ERROR = "tls_error"
    """The TLS handshake or the certificate failed; nothing was sent."""
    TIMEOUT = "timeout"
    """The deadline passed after bytes had left."""
    PROTOCOL_ERROR = "protocol_error"
    """Bytes left, but the answer was cut, reset or is no HTTP."""
    INTERRUPTED = "interrupted"
    """Our own process ended between sending and storing the answer."""
    UNBUILDABLE = "unbuildable"
    """The request could not be built from the lead (a required mapping was empty, a value did not fit)."""
    TOKEN_ERROR = "token_error"  # noqa: S105
    """The endpoint's token server gave no token; nothing was sent."""


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """A request ready for the wire.

    `headers` keep their order; `timeout_ms` is the total budget of this request, from the first DNS packet to the last
    byte of the answer. `shown` is the same request with masks in place of secrets, the only one that may be kept or
    shown to anybody; None when there is no secret in it.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeout_ms: int = 10_000
    shown: "OutboundRequest | None" = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent in each stage; None where the stage was not reached or not needed (kept-alive connection)."""

    assembly_ms: float | None = None
    dns_ms: float | None = None
    connect_ms: float | None = None
    send_ms: float | None = None
    wait_ms: float | None = None
    parse_ms: float | None = None
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """What came back, or why nothing did.

    `sent` is True once any byte of the request may have reached the buyer: the line between `retryable` and `unknown`.
    `body` is decoded (gzip, deflate) and cut at the size cap, then `truncated` is True. Redirects are never followed.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: bool = False
    error: TransportError | None = None
    error_detail: str = ""
    sent: bool = False
    timings: Timings = field(default_factory=Timings)

    def header(self, name: str, default: str = "") -> str:
        """The first header of that name, case-insensitively."""
        wanted, length = name.lower(), len(name)
        for key, value in self.headers:
            if len(key) == length and key.lower() == wanted:
                return value
        return default
