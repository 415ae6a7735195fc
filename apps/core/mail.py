"""Leads by mail: through Django's mail framework to the deployment's own relay (`EMAIL_URL`), each within its time.

What the relay does is a value, as with `core.http`: refused for good, refused for now, gone without an answer. The
line between "nothing left" and "it may have been taken" is the 354 after which the mail's content flows. Bounces that
come later, and replies, go to the sender's mailbox (`DEFAULT_FROM_EMAIL`) and are not read.
"""

import json
import os
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from apps.engine.outbound import OutboundRequest, OutboundResponse, Timings, TransportError

Done = Callable[[int, OutboundResponse], None]
_Exchange = Callable[[BaseEmailBackend, EmailMultiAlternatives], object]

MAX_REPLY = 1000
AT_ONCE = 8
"""Mails a process has under way; further ones wait, within their time."""
SMTP = "django.core.mail.backends.smtp.EmailBackend"
_NO_SERVER = frozenset(
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased")
)


@dataclass(slots=True)
class _Wire:
    """How far a mail has come by `until` (`time.monotonic`). `server` is the connection, once there is one."""

    until: float
    server: smtplib.SMTP | None = None
    asked: bool = False
    content_left: bool = False
    taken: bool = False
    opened_at: float = 0.0
    cut: bool = False

    @property
    def overdue(self) -> bool:
        """Whether the time was over, whoever noticed first: the watchdog or the socket."""
        return self.cut or time.monotonic() >= self.until

    def hang_up(self) -> None:
        """The time is over: whoever waits on the socket is told so."""
        self.cut = True
        connection = getattr(self.server, "sock", None)
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Observed:
    """Before smtplib.SMTP in the line of ancestors: tells the wire what has happened."""

    wire: _Wire

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self.wire.server = self  # type: ignore[assignment]
        return super()._get_socket(host, port, timeout)  # type: ignore[misc]

    def getreply(self) -> tuple[int, bytes]:
        code, text = super().getreply()  # type: ignore[misc]
        if self.wire.asked and code == 354:
            self.wire.content_left = True
        return code, text

    def data(self, content: bytes) -> tuple[int, bytes]:
        self.wire.asked = True
        code, text = super().data(content)  # type: ignore[misc]
        self.wire.taken = code == 250
        return code, text


class _Backend(EmailBackend):
    """Django's SMTP backend over an observed connection."""

    def __init__(self, wire: _Wire, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        self._wire = wire

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        base = smtplib.SMTP_SSL if self.use_ssl else smtplib.SMTP
        return type("ObservedSMTP", (_Observed, base), {"wire": self._wire})


class _Process:
    """This process's threads, made when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")
            return self._pool

    def after_fork(self) -> None:
        """Threads do not survive a fork."""
        self._lock, self._pool = threading.Lock(), None


_process = _Process()
os.register_at_fork(after_in_child=_process.after_fork)


def has_server() -> bool:
    """Whether EMAIL_URL names something that mails can be handed to."""
    return settings.EMAIL_BACKEND not in _NO_SERVER


def start(requests: Sequence[OutboundRequest], done: Done) -> None:
    """Send all and return at once; `done(index, answer)` is called on a thread of this module, once each."""
    pool = _process.pool()
    for index, request in enumerate(requests):
        pool.submit(_carry, request, time.monotonic() + request.timeout_ms / 1000, index, done)


def _carry(request: OutboundRequest, until: float, index: int, done: Done) -> None:
    done(index, send(request, until=until))


def send(request: OutboundRequest, *, until: float) -> OutboundResponse:
    """What came of one mail; `until` is an instant of `time.monotonic`."""
    return _exchanged(request, until, lambda backend, mail: backend.send_messages([mail]))


def ask(request: OutboundRequest, *, until: float) -> OutboundResponse:
    """Whether the relay takes a mail to these recipients, without sending one; `sent` then means that it was asked."""
    return _exchanged(request, until, _ask_recipients)


def _ask_recipients(backend: BaseEmailBackend, message: EmailMultiAlternatives) -> None:
    server: smtplib.SMTP | None = getattr(backend, "connection", None)
    if server is None:
        return
    server.ehlo_or_helo_if_needed()
    _expect(server.mail(parseaddr(message.from_email)[1]))
    for recipient in message.to:
        _expect(server.rcpt(recipient))
    server.rset()


def _expect(reply: tuple[int, bytes]) -> None:
    if reply[0] // 100 != 2:
        raise smtplib.SMTPResponseException(*reply)


def _exchanged(request: OutboundRequest, until: float, do: _Exchange) -> OutboundResponse:
    began = time.monotonic()
    if until - began <= 0:
        return OutboundResponse(
            error=TransportError.CONNECT_ERROR, error_detail="All mail connections were busy."
        )
    if not has_server():
        return _unsent(TransportError.CONNECT_ERROR, "EMAIL_URL names no mail server.")
    wire = _Wire(until)
    backend = _Backend(wire, until - began) if settings.EMAIL_BACKEND == SMTP else get_connection()
    watchdog = threading.Timer(until - began, wire.hang_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        answer = _sent(backend, _message(request), wire, do)
    finally:
        watchdog.cancel()
    return replace(answer, timings=_timings(began, wire))


def _sent(
    backend: BaseEmailBackend, message: EmailMultiAlternatives, wire: _Wire, do: _Exchange
) -> OutboundResponse:
    answer = OutboundResponse(status=250, sent=True)
    try:
        backend.open()
        wire.opened_at = time.monotonic()
        do(backend, message)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        # The relay is ours: that it does not know us says nothing about the mail.
        answer = _unsent(TransportError.CONNECT_ERROR, f"The mail server answered {error.smtp_code}.")
    except smtplib.SMTPResponseException as error:
        answer = _refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPRecipientsRefused as error:
        answer = _refused(*min(error.recipients.values()))
    except smtplib.SMTPServerDisconnected:
        answer = _broken(wire, "The mail server hung up.")
    except socket.gaierror:
        answer = _unsent(TransportError.DNS_ERROR, "The mail server's name could not be resolved.")
    except (smtplib.SMTPException, ValueError) as error:
        answer = _unsent(TransportError.UNBUILDABLE, type(error).__name__)
    except OSError as error:
        answer = _broken(wire, f"The connection to the mail server failed: {type(error).__name__}.")
    with suppress(OSError, smtplib.SMTPException):
        backend.close()
    # Whatever breaks after the server has taken the mail breaks too late to matter.
    return OutboundResponse(status=250, sent=True) if wire.taken else answer


def _unsent(error: TransportError, told: str) -> OutboundResponse:
    return OutboundResponse(error=error, error_detail=told)


def _refused(code: int, text: bytes | str) -> OutboundResponse:
    told = text if isinstance(text, bytes) else text.encode()
    return OutboundResponse(status=code, body=told[:MAX_REPLY], sent=True)


def _broken(wire: _Wire, told: str) -> OutboundResponse:
    if not wire.content_left:
        return _unsent(TransportError.CONNECT_ERROR, "The time was over." if wire.overdue else told)
    if wire.overdue:
        told = "The mail server did not say in time whether it took the mail."
    error = TransportError.TIMEOUT if wire.overdue else TransportError.PROTOCOL_ERROR
    return OutboundResponse(error=error, error_detail=told, sent=True)


def _timings(began: float, wire: _Wire) -> Timings:
    now = time.monotonic()
    if not wire.opened_at:
        return Timings(total_ms=(now - began) * 1000)
    return Timings(
        connect_ms=(wire.opened_at - began) * 1000,
        send_ms=(now - wire.opened_at) * 1000,
        total_ms=(now - began) * 1000,
    )


def _message(request: OutboundRequest) -> EmailMultiAlternatives:
    headers, content = dict(request.headers), json.loads(request.body)
    sender = settings.DEFAULT_FROM_EMAIL
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    message = EmailMultiAlternatives(
        headers["Subject"],
        content["text"],
        sender,
        headers["To"].split(", "),
        # Equal over repeats, so that whoever gets a mail twice can tell.
        headers={
            "Message-ID": f"<{headers['Idempotency-Key']}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(content["html"], "text/html")
    return message
