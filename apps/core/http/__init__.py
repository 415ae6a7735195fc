"""The only way out to the network: one door a process, opened when first used, never shared with a forked child.

`send` carries one request, `send_all` an auction's, `send_each` a drain's; `probe` looks at what lies before one.
What the network does is a value (`OutboundResponse.error`), never an exception. Settings: `OUTBOUND_ALLOW_NETWORKS`,
`OUTBOUND_MAX_BODY_BYTES`, `OUTBOUND_CA_FILE`, `OUTBOUND_CONNECTIONS_PER_HOST`.
"""

import atexit
import os
import threading
from collections.abc import Iterator, Sequence

from django.conf import settings

from apps.core.http.door import Done, Door, DoorConfig
from apps.core.http.guard import check_url
from apps.core.http.headers import check_header
from apps.core.http.probe import Certificate, Probe
from apps.engine.outbound import OutboundRequest, OutboundResponse

__all__ = [
    "Certificate",
    "Door",
    "DoorConfig",
    "Probe",
    "check_header",
    "check_url",
    "close",
    "probe",
    "send",
    "send_all",
    "send_each",
    "start",
]


class _Process:
    """This process's door."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._door: Door | None = None

    def door(self) -> Door:
        """The open door for the settings as they are now."""
        config = DoorConfig(
            allow_networks=tuple(settings.OUTBOUND_ALLOW_NETWORKS),
            max_body_bytes=settings.OUTBOUND_MAX_BODY_BYTES,
            ca_file=settings.OUTBOUND_CA_FILE,
            connections_per_host=settings.OUTBOUND_CONNECTIONS_PER_HOST,
        )
        door = self._door
        if door is not None and door.config == config:
            return door
        with self._lock:
            if self._door is None or self._door.config != config:
                stale, self._door = self._door, Door(config)
                if stale is not None:
                    stale.close()
            return self._door

    def close(self) -> None:
        """Close the door; the next request opens another."""
        with self._lock:
            door, self._door = self._door, None
        if door is not None:
            door.close()

    def after_fork(self) -> None:
        """The parent's thread does not exist here, and its lock may never be given back."""
        self._lock = threading.Lock()
        if self._door is not None:
            self._door.abandon()
            self._door = None


_process = _Process()
os.register_at_fork(after_in_child=_process.after_fork)
atexit.register(_process.close)


def send(request: OutboundRequest, *, deadline_ms: float | None = None) -> OutboundResponse:
    """What came of one request, within its own `timeout_ms` or `deadline_ms`, whichever is less."""
    return _process.door().send(request, deadline_ms=deadline_ms)


def send_all(
    requests: Sequence[OutboundRequest], *, deadline_ms: float | None = None
) -> list[OutboundResponse]:
    """What came of each request, in their order, all at once and none later than `deadline_ms` from now."""
    return _process.door().send_all(requests, deadline_ms=deadline_ms)


def send_each(requests: Sequence[OutboundRequest]) -> Iterator[tuple[int, OutboundResponse]]:
    """Carry all at once; yields (index, answer) as each is complete."""
    return _process.door().send_each(requests)


def start(requests: Sequence[OutboundRequest], done: Done) -> None:
    """Carry all at once and return at once; `done(index, answer)` is called on the door's own thread."""
    _process.door().start(requests, done)


def probe(url: str, *, timeout_ms: float = 10_000) -> Probe:
    """What lies before a request to `url`: addresses, connection, TLS, certificate. Nothing of a request is sent."""
    return _process.door().probe(url, timeout_ms=timeout_ms)


def close() -> None:
    """Close this process's connections; the next request opens new ones."""
    _process.close()
