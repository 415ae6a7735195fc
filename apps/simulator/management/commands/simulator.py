"""`manage.py simulator`: buyers that behave as told, for demo, trials and benchmarks."""

import asyncio
import signal
from argparse import ArgumentParser
from socket import socket
from typing import Any

from django.core.management.base import BaseCommand

from apps.simulator.running import listener, serve
from apps.simulator.server import Simulator


class Command(BaseCommand):
    """Needs neither database nor broker."""

    help = "Run the buyer simulator: endpoints that accept, reject, fail, hang and more, as their path says."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8001, help="port, 0 for any free one (default 8001)")
        parser.add_argument(
            "--fd", type=int, help="number of a listening socket handed down, in place of both"
        )

        parser.add_argument("--mail-port", type=int, help="take mails at this port, too, and show them")
        parser.add_argument(
            "--mail-fd", type=int, help="number of a listening socket for mails, in its place"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        handed_down = options["fd"]
        door = (
            listener(options["host"], options["port"]) if handed_down is None else socket(fileno=handed_down)
        )
        asyncio.run(self._serve(door, _mail_door(options)))

    async def _serve(self, door: socket, mail_door: socket | None) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve(Simulator(), door=door, up=self._say, stop=stop, mail_door=mail_door)

    def _say(self, url: str) -> None:
        self.stdout.write(f"Buyer simulator: {url}/")
        self.stdout.flush()


def _mail_door(options: dict[str, Any]) -> socket | None:
    if options["mail_fd"] is not None:
        return socket(fileno=options["mail_fd"])
    return listener(options["host"], options["mail_port"]) if options["mail_port"] is not None else None
