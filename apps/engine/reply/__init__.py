"""What each API answers: verdicts, pings and faults as bodies, and bodies as bytes. A further API is one file."""

from apps.engine.reply.exchange import (
    PING,
    POST,
    PRECHECK,
    render_exchange_fault,
    render_ping,
    render_post,
    render_precheck,
)
from apps.engine.reply.items import encode
from apps.engine.reply.simple import (
    ACCEPTED,
    HELD,
    PENDING,
    TEST_ACCEPTED,
    render_simple,
    render_simple_fault,
)
from apps.engine.reply.webhook import RECEIVED, render_several, render_webhook_test

__all__ = [
    "ACCEPTED",
    "HELD",
    "PENDING",
    "PING",
    "POST",
    "PRECHECK",
    "RECEIVED",
    "TEST_ACCEPTED",
    "encode",
    "render_exchange_fault",
    "render_ping",
    "render_post",
    "render_precheck",
    "render_several",
    "render_simple",
    "render_simple_fault",
    "render_webhook_test",
]
