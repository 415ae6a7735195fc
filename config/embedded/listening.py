"""Ports: taken before they are promised."""

import socket

from config.embedded.errors import EmbeddedError

_TRIES = 50


def listen(host: str, wanted: int | None, *, first: int) -> socket.socket:
    """A listening socket on `wanted`, or on the first free port from `first` on. Whoever holds it cannot lose it."""
    if wanted is not None:
        try:
            return _listen(host, wanted)
        except OSError as error:
            raise EmbeddedError(
                f"Port {wanted} cannot be used ({error.strerror}): set PORT to another, or leave it out."
            ) from None
    for port in range(first, first + _TRIES):
        try:
            return _listen(host, port)
        except OSError:
            continue
    return _listen(host, 0)


def _listen(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), backlog=2048)
