"""A mail server that takes every mail and keeps the last ones in memory, for all who ask to see."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

SHOWN_MAILS = 200
LARGEST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it arrived. `recipients` are those of the envelope."""

    number: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, or what stands for it."""
        return str(self.message.get("Subject", "")) or "(no subject)"

    def body(self, kind: str) -> str:
        """The `plain` or `html` body, empty without one."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


class Mailbox:
    """The mails received, newest last. Also the handler that aiosmtpd calls."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=SHOWN_MAILS)
        self._lock = threading.Lock()
        self._received = 0

    def everything(self) -> list[Mail]:
        """All kept mails, oldest first."""
        with self._lock:
            return list(self._mails)

    def numbered(self, number: str) -> Mail | None:
        """The mail of a number, if it is still kept."""
        return next((mail for mail in self.everything() if str(mail.number) == number), None)

    def reset(self) -> None:
        """Forget all mails."""
        with self._lock:
            self._mails.clear()

    def protocol(self) -> SMTP:
        """The conversation with one client."""
        return SMTP(self, data_size_limit=LARGEST_BYTES, enable_SMTPUTF8=True, ident="Sluice buyer simulator")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        content = envelope.content or b""
        message = message_from_bytes(content, _class=EmailMessage, policy=policy.default)  # type: ignore[call-overload]
        with self._lock:
            self._received += 1
            recipients = tuple(map(str, envelope.rcpt_tos))
            sender = str(envelope.mail_from or "")
            self._mails.append(Mail(self._received, datetime.now(UTC), sender, recipients, message))
        return "250 Taken"
