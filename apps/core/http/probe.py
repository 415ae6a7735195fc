"""What lies before a request: the name's addresses, the guard's verdict, a connection, TLS and its certificate.

Not one byte of a request is sent. A certificate that is not accepted is read over a second handshake that trusts
nobody, to say what is wrong with it; that connection carries nothing.
"""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509

from apps.core.http.addresses import Resolve
from apps.core.http.guard import Guard, RefusedError, Target, read_target

SHOWN_NAMES = 10


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate: whose it is, who issued it, the names it is for (the first 10), its time."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    self_signed: bool


@dataclass(slots=True)
class Probe:
    """How far one came. A `..._problem` is a sentence and the last thing that was tried; times are milliseconds.

    `addresses` are (address, the guard's objection or an empty text). `tls` names version and cipher; `secure` tells
    whether the URL asks for TLS at all.
    """

    secure: bool = False
    addresses: tuple[tuple[str, str], ...] = ()
    dns_problem: str = ""
    dns_ms: float | None = None
    guard_problem: str = ""
    connected_to: str = ""
    connect_problem: str = ""
    connect_ms: float | None = None
    tls: str = ""
    tls_problem: str = ""
    tls_ms: float | None = None
    certificate: Certificate | None = None

    @property
    def reached(self) -> bool:
        """Whether a request could leave now."""
        problems = (self.dns_problem, self.guard_problem, self.connect_problem, self.tls_problem)
        return bool(self.connected_to) and not any(problems)


class Prober:
    """Looks at addresses with the guard, resolver and trust of a door. Lives on the door's event loop."""

    def __init__(self, guard: Guard, resolve: Resolve, context: ssl.SSLContext) -> None:
        self._guard = guard
        self._resolve = resolve
        self._context = context

    async def probe(self, url: str, *, within_s: float) -> Probe:
        """What lies before a request to `url`; never raises for what the network does."""
        found = Probe()
        try:
            target = read_target(url)
        except RefusedError as refusal:
            found.guard_problem = str(refusal)
            return found
        found.secure = target.url.scheme == "https"
        try:
            async with asyncio.timeout(within_s):
                await self._steps(target, found)
        except TimeoutError:
            _overdue(found)
        return found

    async def _steps(self, target: Target, found: Probe) -> None:
        addresses = await self._look_up(target, found)
        if not addresses or found.guard_problem:
            return
        writer = await _connected(addresses, target.port, found)
        if writer is None:
            return
        if not found.secure:
            writer.close()
            return
        der = await self._handshake(writer, target, found)
        if der is None and found.connected_to:
            der = await _unverified(found.connected_to, target)
        found.certificate = _certificate(der) if der else None

    async def _look_up(self, target: Target, found: Probe) -> list[str]:
        began = time.monotonic()
        try:
            texts = [str(target.literal)] if target.literal else list(await self._resolve(target.host))
        except OSError:
            texts = []
        if target.literal is None:
            found.dns_ms = _since(began)
        if not texts:
            found.dns_problem = "The host name could not be looked up."
            return []
        literals = [ip_address(text) for text in texts]
        found.addresses = tuple((str(one), self._guard.objection(one) or "") for one in literals)
        try:
            self._guard.judge(target, literals)
        except RefusedError as refusal:
            found.guard_problem = str(refusal)
        return texts

    async def _handshake(self, writer: asyncio.StreamWriter, target: Target, found: Probe) -> bytes | None:
        began = time.monotonic()
        try:
            await writer.start_tls(self._context, server_hostname=target.host.rstrip("."))
        except (OSError, EOFError) as error:
            found.tls_problem = _tls_words(error)
            writer.close()
            return None
        found.tls_ms = _since(began)
        der = _remembered(writer, found)
        writer.close()
        return der


def _remembered(writer: asyncio.StreamWriter, found: Probe) -> bytes | None:
    secured = writer.get_extra_info("ssl_object")
    cipher = secured.cipher()
    found.tls = f"{secured.version()}, {cipher[0]}" if cipher else str(secured.version())
    der: bytes | None = secured.getpeercert(binary_form=True)
    return der


async def _connected(addresses: Sequence[str], port: int, found: Probe) -> asyncio.StreamWriter | None:
    began = time.monotonic()
    for address in addresses:
        try:
            _, writer = await asyncio.open_connection(address, port)
        except OSError as error:
            found.connect_problem = f"No connection to {address}: {_system_words(error)}."
            continue
        found.connect_ms = _since(began)
        found.connected_to, found.connect_problem = address, ""
        return writer
    return None


async def _unverified(address: str, target: Target) -> bytes | None:
    """The certificate as it is shown, trusted or not. Only ever read, on a connection that carries nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        _, writer = await asyncio.open_connection(
            address, target.port, ssl=context, server_hostname=target.host.rstrip(".")
        )
    except (OSError, EOFError):
        return None
    der: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return der


def _certificate(der: bytes) -> Certificate | None:
    try:
        read = x509.load_der_x509_certificate(der)
        return Certificate(
            subject=_name(read.subject),
            issuer=_name(read.issuer),
            names=_names(read),
            not_before=read.not_valid_before_utc,
            not_after=read.not_valid_after_utc,
            self_signed=read.issuer == read.subject,
        )
    except ValueError:
        return None


def _name(name: x509.Name) -> str:
    return _printable(name.rfc4514_string())


def _names(read: x509.Certificate) -> tuple[str, ...]:
    try:
        listed = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    texts = [
        *map(str, listed.get_values_for_type(x509.DNSName)),
        *map(str, listed.get_values_for_type(x509.IPAddress)),
    ]
    return tuple(_printable(text) for text in texts[:SHOWN_NAMES])


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:200])


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000.0, 3)


def _overdue(found: Probe) -> None:
    if not found.addresses:
        found.dns_problem = "The host name could not be looked up in time."
    elif not found.connected_to:
        found.connect_problem = "No connection was established in time."
    elif not found.tls and not found.tls_problem:
        found.tls_problem = "The TLS handshake did not end in time."


def _system_words(error: OSError) -> str:
    if isinstance(error, socket.gaierror) or not error.errno:
        return type(error).__name__
    return os.strerror(error.errno).lower()


def _tls_words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate was not accepted: {error.verify_message}."
    reason = getattr(error, "reason", None) or type(error).__name__
    return f"The TLS handshake failed: {str(reason).replace('_', ' ').lower()}."
