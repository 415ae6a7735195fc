"""Starting and stopping the simulator: in a process of its own, or inside a test."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from apps.simulator.journal import SHOWN_REQUESTS, Journal, Received
from apps.simulator.mailbox import Mailbox
from apps.simulator.server import Simulator


@dataclass(frozen=True)
class Running:
    """A simulator that is up, as its tests see it."""

    url: str
    journal: Journal
    mailbox: Mailbox
    mail_port: int = 0
    """Where it takes mails; 0 where it takes none."""

    @property
    def requests(self) -> list[Received]:
        """Every kept request, oldest first."""
        return self.journal.everything()

    def buyer(self, name: str, behaviour: str, query: str = "") -> str:
        """The URL of a behaviour."""
        return f"{self.url}/buyers/{name}/{behaviour}" + (f"?{query}" if query else "")

    def pings(self, name: str = "") -> list[Received]:
        """The kept pings, of all buyers or of one, oldest first."""
        return self._of_phase("ping", name)

    def posts(self, name: str = "") -> list[Received]:
        """Everything kept that was no ping, of all buyers or of one, oldest first."""
        return self._of_phase("post", name)

    def _of_phase(self, phase: str, name: str) -> list[Received]:
        kept = self.journal.of(name) if name else self.requests
        return [received for received in kept if received.phase == phase]

    def with_key(self, key: str) -> list[Received]:
        """The requests that carried this Idempotency-Key."""
        return [received for received in self.requests if received.key == key]

    def wait_for(self, count: int, *, timeout_s: float = 10.0) -> bool:
        """Whether `count` requests have arrived in all, waiting for them at most `timeout_s`."""
        return self.journal.wait_for(count, timeout_s=timeout_s)

    def reset(self) -> None:
        """Forget all requests and counts."""
        self.journal.reset()


def listener(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


async def serve(
    simulator: Simulator,
    *,
    door: socket.socket,
    up: Callable[[str], None],
    stop: asyncio.Event,
    mail_door: socket.socket | None = None,
) -> None:
    """Serve what comes through `door`, and mails through `mail_door`, until `stop` is set. `up` is told the URL."""
    # Without an access log and with cancellation, so that whoever hangs up also ends a hanging behaviour.
    server = web.Server(simulator.handle, access_log=None, handler_cancellation=True)
    runner = web.ServerRunner(server, shutdown_timeout=0.2)
    await runner.setup()
    mails = await _mail_server(simulator, mail_door) if mail_door is not None else None
    try:
        host, port = door.getsockname()[:2]
        await web.SockSite(runner, door, backlog=1024).start()
        up(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
        await stop.wait()
    finally:
        if mails is not None:
            mails.close()
        await runner.cleanup()


async def _mail_server(simulator: Simulator, door: socket.socket) -> asyncio.Server:
    # Every line of every conversation would be logged, and what was sent is shown anyway.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    simulator.mail_port = door.getsockname()[1]
    return await asyncio.get_running_loop().create_server(simulator.mailbox.protocol, sock=door)


@contextmanager
def running_simulator(
    *, host: str = "127.0.0.1", port: int = 0, keep: int | None = SHOWN_REQUESTS, mails: bool = False
) -> Iterator[Running]:
    """A simulator on a thread of this process. `keep` None remembers every request; with `mails` it is a mail
    server, too.
    """
    simulator = Simulator(keep=keep)
    up: Future[str] = Future()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            mail_door = listener(host, 0) if mails else None
            door = listener(host, port)
            loop.run_until_complete(
                serve(simulator, door=door, up=up.set_result, stop=stop, mail_door=mail_door)
            )
        except OSError as error:
            up.set_exception(error)
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="simulator", daemon=True)
    thread.start()
    try:
        yield Running(up.result(), simulator.journal, simulator.mailbox, simulator.mail_port or 0)
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(5.0)
