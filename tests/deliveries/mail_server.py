"""A real mail server that behaves as told."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class MailServer:
    """`behaviour`: accept, greylist, unknown_user, full, break (after the mail was read), hang."""

    behaviour: str = "accept"
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Any] = field(default_factory=list)
    port: int = 0

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, answers: list
    ) -> list:
        session.host_name = hostname
        return answers

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.behaviour == "greylist":
            return "451 4.7.1 Come back later"
        if self.behaviour == "unknown_user":
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.behaviour == "full":
            return "552 5.2.2 Mailbox full"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.envelopes.append(envelope)
        if self.behaviour == "break":
            server.transport.abort()
        if self.behaviour == "hang":
            await asyncio.sleep(30)
        return "250 OK"


class _AnyPort(Controller):
    """Learns the port it was given before it calls itself."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """A mail server on a port of its own."""
    handler = MailServer()
    controller = _AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop(no_assert=True)
