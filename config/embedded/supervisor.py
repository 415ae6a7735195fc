"""Watches processes: starts again what has ended, later each time, and stops all in order when told to."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType

from config.embedded.console import note
from config.embedded.errors import EmbeddedError
from config.embedded.home import PROJECT
from config.embedded.processes import Child, Launch
from config.embedded.servers import Servers

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
STOP_TIMEOUT_S = 12.0
_LOOK_EVERY_S = 0.1


class Stopped(Exception):  # noqa: N818 - not an error
    """The person at the console, or the system, wants us to end."""


class Supervisor:
    """The processes of the Procfile above the servers they use."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._children: list[Child] = []
        self._pauses: dict[str, float] = {}
        self._due: list[tuple[float, str, Callable[[], object]]] = []

    def start(self, launch: Launch) -> Child:
        """Start a process and watch it from now on."""
        child = launch.start()
        self._children.append(child)
        return child

    def watch(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until `until` says so, or forever; Stopped when a signal says stop."""
        while not until():
            self._notice_ends()
            self._start_due()
            time.sleep(_LOOK_EVERY_S)

    def stop(self) -> None:
        """Ask the processes to end, last started first, and wait for them; a second signal kills them."""
        stopping = self._children[::-1]
        for child in stopping:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        try:
            for child in stopping:
                child.wait(within_s=max(0.0, deadline - time.monotonic()))
        except Stopped:
            for child in stopping:
                child.wait(within_s=0.0)

    def _notice_ends(self) -> None:
        for child in [child for child in self._children if child.exit_status() is not None]:
            self._children.remove(child)
            self._plan(child, partial(self.start, child.launch))
        waiting = {name for _at, name, _start in self._due}
        for child in self._servers.children():
            if child.exit_status() is not None and child.launch.name not in waiting:
                self._plan(child, partial(self._servers.restart, child))

    def _plan(self, child: Child, start: Callable[[], object]) -> None:
        name = child.launch.name
        steady = time.monotonic() - child.started > STEADY_AFTER_S
        pause = (
            FIRST_PAUSE_S if steady else min(2 * self._pauses.get(name, FIRST_PAUSE_S / 2), LONGEST_PAUSE_S)
        )
        self._pauses[name] = pause
        log = os.path.relpath(child.launch.log, PROJECT)
        note(f"{name} ended ({_how(child.exit_status())}); starting it again in {pause:.0f} s, see {log}")
        self._due.append((time.monotonic() + pause, name, start))

    def _start_due(self) -> None:
        now = time.monotonic()
        for entry in [entry for entry in self._due if entry[0] <= now]:
            self._due.remove(entry)
            try:
                entry[2]()
            except EmbeddedError as error:
                note(str(error))  # its process has ended again, which plans the next start


def stop_on_signals(
    signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
) -> None:
    """From now on these signals raise Stopped in the main thread."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    for number in signals:
        signal.signal(number, stop)


def _how(status: int | None) -> str:
    if status is not None and status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"exit code {status}"
