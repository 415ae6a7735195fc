"""Whom the servers run as. PostgreSQL refuses to run as root, so root drops to `nobody`: no user is added."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group that a server process runs as."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """Arguments that make `subprocess` start a process as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a directory of ours, with what is in it, to this account."""
        os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether this account may enter `path`, asked of the kernel itself in a child that has become it."""
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
                os.stat(f"{path}/.")  # a Path would drop the dot, and stat what needs no entering
            except OSError:
                os._exit(1)
            os._exit(0)
        return os.waitpid(child, 0)[1] == 0


def server_account() -> Account | None:
    """The account to drop to, or None when we are an ordinary user and servers simply run as us."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "PostgreSQL cannot run as root and this system has no user 'nobody' to run it as: "
            "run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from None
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)
