"""A Valkey (or Redis) server of our own, on a loopback port that is free, behind a password."""

import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from config.embedded.account import Account
from config.embedded.binaries import find_valkey
from config.embedded.errors import EmbeddedError
from config.embedded.home import make_private
from config.embedded.processes import Child, Launch

DATABASES = 64
START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 10
_PORT_TRIES = 5


class Valkey:
    """One server with its files in `home`/valkey. `durable` keeps its data over a restart."""

    def __init__(
        self,
        home: Path,
        *,
        account: Account | None,
        environment: Mapping[str, str],
        log: Path,
        durable: bool,
    ) -> None:
        self._program = find_valkey()
        self._data = home / "valkey"
        self._account = account
        self._environment = environment
        self._log = log
        self._durable = durable
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """What to put into REDIS_URL; it stays the same when the server is started again."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self, staging: Path) -> Child:
        """Start the server; returns when it answers."""
        path = self._program.staged(staging) if self._account else self._program.path
        make_private(self._data, self._account)
        for _ in range(_PORT_TRIES):
            # Somebody may be faster to take a free port; one that was given out already stays.
            port = self._port or _free_port()
            self.child = self._launch(path, port)
            if self._answers(self.child, port):
                self._port = port
                return self.child
        raise EmbeddedError(f"Valkey did not start; its last words are in {self._log}.")

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(within_s=STOP_TIMEOUT_S)

    def _launch(self, path: Path, port: int) -> Child:
        keep = "yes" if self._durable else "no"
        configuration = (
            f"port {port}",
            "bind 127.0.0.1",
            f"requirepass {self._password}",
            f'dir "{self._data}"',
            f"databases {DATABASES}",
            f"appendonly {keep}",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
        )
        # By standard input: a password among the arguments could be read by everyone.
        launch = Launch(
            "valkey",
            [str(path), "-"],
            log=self._log,
            environment=self._environment,
            account=self._account,
            configuration="\n".join(configuration) + "\n",
        )
        return launch.start()

    def _answers(self, child: Child, port: int) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_S
        while child.exit_status() is None and time.monotonic() < deadline:
            if self._ping(port):
                return child.exit_status() is None
            time.sleep(0.02)
        child.stop(within_s=1)
        return False

    def _ping(self, port: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while b"PONG" not in answer and not answer.startswith(b"-"):
                    received = connection.recv(256)
                    if not received:
                        return False
                    answer += received
        except OSError:
            return False
        return b"PONG" in answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
