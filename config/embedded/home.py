"""Where servers keep their state: below `var/`, or elsewhere when `nobody` or a socket cannot get there."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from config.embedded.account import Account
from config.embedded.errors import EmbeddedError

PROJECT = Path(__file__).resolve().parents[2]
VAR = PROJECT / "var"

# The kernel's field holds 108 bytes with the final NUL, macOS's 104.
LONGEST_SOCKET_PATH = 100
SOCKET_NAME = ".s.PGSQL.5432"


def open_home(var: Path, account: Account | None) -> Path:
    """The directory for servers' state, made if need be, that the servers' account can reach.

    It is `var/embedded`; where no foreign account can enter `var` (a clone below /root), that is a link to a
    directory of ours in /var/tmp. No permission of an existing directory is changed.
    """
    var.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = var / "embedded"
    if account is not None and not home.exists() and not account.reaches(var):
        home.unlink(missing_ok=True)
        home.symlink_to(tempfile.mkdtemp(prefix="sluice-", dir="/var/tmp"))
    home.mkdir(mode=0o755, exist_ok=True)
    home = home.resolve()
    if home.stat().st_uid != os.geteuid():
        raise EmbeddedError(f"{var / 'embedded'} belongs to another user: run as that user, or remove it.")
    home.chmod(0o755 if account else 0o700)
    return home


def make_private(path: Path, account: Account | None) -> Path:
    """A directory that only the servers' account enters."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if account is not None:
        account.own(path)
    return path


@contextmanager
def socket_directory(home: Path, account: Account | None) -> Iterator[Path]:
    """An empty directory for sockets whose path is short enough; `run` in `home` is it, or links to it."""
    run = home / "run"
    _remove_sockets(run)  # what a killed run left would make PostgreSQL look for that run's process
    if len(os.fsencode(run / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
        run.symlink_to(tempfile.mkdtemp(prefix="sluice-", dir="/tmp"))
    try:
        yield make_private(run, account).resolve()
    finally:
        _remove_sockets(run)


@contextmanager
def only_one(home: Path) -> Iterator[bool]:
    """Hold the right to use `home`; yields False when another process has it. The kernel frees it when we die."""
    with open(home / "lock", "a+") as file:
        yield _lock(file, fcntl.LOCK_NB)


@contextmanager
def passing_home(parent: Path, *, reclaim: Callable[[Path], None]) -> Iterator[Path]:
    """A home that is gone afterwards. `reclaim` stops what still runs in homes that killed runs left, then they go."""
    passing = parent / "passing"
    passing.mkdir(exist_ok=True)
    with ExitStack() as held:
        with open(parent / "passing.lock", "a+") as turn:
            _lock(turn)
            _sweep(passing, reclaim)
            home = Path(tempfile.mkdtemp(dir=passing))
            home.chmod(parent.stat().st_mode & 0o777)
            held.enter_context(only_one(home))
        try:
            yield home
        finally:
            shutil.rmtree(home, ignore_errors=True)


def _sweep(passing: Path, reclaim: Callable[[Path], None]) -> None:
    for old in passing.iterdir():
        with only_one(old) as abandoned:
            if abandoned:
                reclaim(old)
                _remove_sockets(old / "run")
                shutil.rmtree(old, ignore_errors=True)


def _remove_sockets(run: Path) -> None:
    if run.is_symlink():
        shutil.rmtree(run.resolve(), ignore_errors=True)
        run.unlink()
    shutil.rmtree(run, ignore_errors=True)


def _lock(file: IO[str], flags: int = 0) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | flags)
    except BlockingIOError:
        return False
    return True
