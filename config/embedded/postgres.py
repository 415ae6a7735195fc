"""A PostgreSQL server of our own: cluster made on first use, reached over a Unix socket only we can open."""

import locale
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.embedded.account import Account
from config.embedded.binaries import find_postgres
from config.embedded.errors import EmbeddedError
from config.embedded.home import make_private
from config.embedded.processes import Child, Launch

USER = DATABASE = "sluice"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20

_ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    # Statements and details quote values, and values are people's data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # Small containers have too little shared memory for parallel plans.
    "max_parallel_workers_per_gather": "0",
}
DURABLE = {"shared_buffers": "128MB", "max_wal_size": "2GB"}
FAST = {"shared_buffers": "128MB", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests only: a crash of the machine, though not of the server, may lose the cluster."""


class Postgres:
    """One cluster in `home`/postgres, served on a socket in `sockets`."""

    def __init__(
        self,
        home: Path,
        sockets: Path,
        *,
        account: Account | None,
        environment: Mapping[str, str],
        log: Path,
        settings: Mapping[str, str],
    ) -> None:
        self._program = find_postgres()
        self._home = home
        self._data = home / "postgres"
        self._sockets = sockets
        self._account = account
        self._environment = {**environment, "LC_ALL": "C", "TZ": "UTC"}
        self._log = log
        self._settings = _ALWAYS | dict(settings)
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """What to put into DATABASE_URL."""
        return f"postgres://{USER}@{quote(str(self._sockets), safe='')}:5432/{DATABASE}"

    def start(self, staging: Path) -> Child:
        """Start the server and make the database; returns when it answers."""
        path = self._program.staged(staging) if self._account else self._program.path
        self._make_cluster(path.with_name("initdb"))
        self._require_same_version(path)
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        launch = Launch(
            "postgres",
            [str(path), "-D", str(self._data), "-k", str(self._sockets), *settings],
            log=self._log,
            environment=self._environment,
            stop_signal=signal.SIGINT,
            account=self._account,
        )
        self.child = launch.start()
        self._await_readiness(self.child)
        self._make_database()
        return self.child

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(within_s=STOP_TIMEOUT_S)

    def _make_cluster(self, initdb: Path) -> None:
        if (self._data / "PG_VERSION").exists():
            return
        # A first start that was killed half way leaves a directory that initdb refuses: it works on a draft.
        draft = self._data.with_name(f"postgres.{os.getpid()}")
        make_private(draft, self._account)
        made = subprocess.run(
            [
                *(str(initdb), "-D", str(draft), "-U", USER, "--auth=trust", "--encoding=UTF8"),
                *(f"--locale={_utf8_locale()}", "--no-sync", "--no-instructions"),
            ],
            cwd="/",
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **(self._account.popen_arguments() if self._account else {}),
        )
        if made.returncode:
            raise EmbeddedError(f"PostgreSQL could not make its data directory: {_last_line(made.stderr)}")
        draft.rename(self._data)

    def _require_same_version(self, program: Path) -> None:
        made_by = (self._data / "PG_VERSION").read_text().strip()
        answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True)
        ours = answer.stdout.split()[2].split(".")[0]
        if made_by != ours:
            raise EmbeddedError(
                f"The data in {self._data} was made by PostgreSQL {made_by} and this is {ours}: "
                "remove that directory to start with an empty database."
            )

    def _await_readiness(self, child: Child) -> None:
        # The last line of its record is the server's own word, the one pg_ctl waits for.
        record = self._data / "postmaster.pid"
        deadline = time.monotonic() + START_TIMEOUT_S
        while child.exit_status() is None and time.monotonic() < deadline:
            lines = record.read_text().split("\n") if record.exists() else []
            if len(lines) >= 8 and lines[0] == str(child.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.01)
        child.stop(within_s=1)
        raise EmbeddedError(f"PostgreSQL did not start: {_last_line(self._log.read_text(errors='replace'))}")

    def _make_database(self) -> None:
        with psycopg.connect(
            host=str(self._sockets), port=5432, user=USER, dbname="postgres", autocommit=True
        ) as connection:
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not exists:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _utf8_locale() -> str:
    """A locale of this system that sorts and folds all of Unicode; `C` where there is none."""
    for name in ("C.UTF-8", "en_US.UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        return name
    return "C"


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
