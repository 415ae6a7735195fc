"""What a killed run left behind: processes that still run, and files that say so of processes that do not."""

import os
import signal
import time
from pathlib import Path

from config.embedded.processes import STATE_MARK, kill_group

_PROC = Path("/proc")


def stop_marked(state: Path, *, within_s: float = 5.0) -> int:
    """Stop every process that carries the mark of `state` in its environment; how many there were."""
    mark = f"{STATE_MARK}={state}".encode()
    ours = os.getpid()
    found = [pid for pid in _pids() if pid != ours and mark in _environment(pid)]
    for pid in found:
        _signal(pid, signal.SIGTERM)
    _await_end(found, within_s=within_s)
    for pid in found:
        if is_running(pid):
            kill_group(os.getpgid(pid))
            _signal(pid, signal.SIGKILL)
    return len(found)


def reclaim(home: Path) -> None:
    """Make a home usable, or removable, after the run that had it was killed."""
    stop_marked(home)
    recover_postgres(home / "postgres")


def recover_postgres(data: Path) -> None:
    """Stop a postmaster that still serves `data`, and forget one that does not run any more.

    PostgreSQL itself takes any live process with the recorded id for a postmaster, be it a stranger or a zombie.
    """
    record = data / "postmaster.pid"
    try:
        pid = int(record.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        record.unlink(missing_ok=True)
        return
    for stop_signal, patience_s in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if not (is_running(pid) and _serves(pid, data)):
            break
        _signal(pid, stop_signal)
        _await_end([pid], within_s=patience_s)
    record.unlink(missing_ok=True)


def is_running(pid: int) -> bool:
    """Whether a process lives; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not _PROC.is_dir()


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a postmaster of this data directory; without /proc we trust the record."""
    if not _PROC.is_dir():
        return True
    try:
        return Path(os.readlink(_PROC / str(pid) / "cwd")) == data.resolve()
    except OSError:
        return False


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()] if _PROC.is_dir() else []


def _environment(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _await_end(pids: list[int], *, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and any(is_running(pid) for pid in pids):
        time.sleep(0.02)
