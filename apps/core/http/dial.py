"""Opening a connection to one of a name's vetted addresses, with TLS where the URL asks for it."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Callable, Sequence

from aiohappyeyeballs import AddrInfoType, start_connection

from apps.core.http.guard import Address, Target
from apps.core.http.wire import BUFFER_BYTES, Connection

_NEXT_ADDRESS_AFTER_S = 0.25
"""How long one address may be silent before the next is tried beside it (RFC 8305)."""

Key = tuple[str, str, int]
"""Scheme, host and port: what two requests must share to share a connection."""


def key_of(target: Target) -> Key:
    """What connections to `target` are kept under."""
    return target.url.scheme, target.host, target.port


class Dialler:
    """Opens connections, whose buffer they share: what one reads is taken in before another reads."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._buffer = memoryview(bytearray(BUFFER_BYTES))

    async def dial(
        self, target: Target, addresses: Sequence[Address], lost: Callable[[Connection], None]
    ) -> Connection:
        """A connection to the first of `addresses` that takes it; nothing else is dialled.

        OSError if none does; ssl.SSLError, an OSError too, if the certificate is not for the host or not trusted.
        """
        loop = asyncio.get_running_loop()
        infos = [_info(address, target.port) for address in addresses]
        sock = await start_connection(infos, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER_S, loop=loop)
        connection = Connection(key_of(target), sock, self._buffer, lost)
        secure = target.url.scheme == "https"
        await loop.create_connection(
            lambda: connection,
            sock=sock,
            ssl=self._context if secure else None,
            server_hostname=target.host.rstrip(".") if secure else None,
        )
        if not connection.is_open:
            # Closed again, or given up since bytes came over it before anybody asked.
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        return connection


def _info(address: Address, port: int) -> AddrInfoType:
    if address.version == 4:
        return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (str(address), port)
    return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (str(address), port, 0, 0)
