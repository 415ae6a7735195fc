"""Child processes: started so that they die with us, watched, stopped, and reaped."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.embedded.account import Account

STATE_MARK = "SLUICE_STATE_DIR"
"""The environment variable by which a later start recognises processes that an earlier one left behind."""

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Launch:
    """How a process is started. `configuration` is handed to its standard input; output goes to the end of `log`."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    cwd: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    pass_fds: Sequence[int] = ()
    configuration: str = ""

    def start(self) -> "Child":
        """Start it in a session of its own: Ctrl-C at the console reaches us alone, and we decide the order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as output:
            process = subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env=dict(self.environment),
                stdin=subprocess.PIPE if self.configuration else subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=self.pass_fds,
                preexec_fn=die_with_parent(self.stop_signal),
                **(self.account.popen_arguments() if self.account else {}),
            )
        if process.stdin:
            process.stdin.write(self.configuration.encode())
            process.stdin.close()
        return Child(self, process)


class Child:
    """A process of ours while it runs and after."""

    def __init__(self, launch: Launch, process: subprocess.Popen[bytes]) -> None:
        self.launch = launch
        self.process = process
        self.started = time.monotonic()

    @property
    def pid(self) -> int:
        return self.process.pid

    def exit_status(self) -> int | None:
        """None while it runs; afterwards its exit code, negative for a signal. Reaps it."""
        return self.process.poll()

    def ask_to_stop(self) -> None:
        """Send its stop signal; returns at once."""
        if self.exit_status() is None:
            os.kill(self.pid, self.launch.stop_signal)

    def stop(self, *, within_s: float) -> None:
        """Ask it to stop, wait, and kill it with its whole group when it does not."""
        self.ask_to_stop()
        self.wait(within_s=within_s)

    def wait(self, *, within_s: float) -> None:
        """Wait for its end; when the time is over, or it left children behind, kill its group."""
        try:
            self.process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            kill_group(self.pid)
            self.process.wait()
        kill_group(self.pid)


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    """What a child runs before its program: ask the kernel for `stop_signal` when we die, however we die."""
    parent = os.getpid()

    def prepare() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def kill_group(leader: int) -> None:
    """SIGKILL to all of a process group, if anything of it is left."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
