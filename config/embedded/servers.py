"""Both servers, or those that the environment does not already name, for as long as a block of code runs."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.account import Account, server_account
from config.embedded.errors import EmbeddedError
from config.embedded.home import VAR, only_one, open_home, passing_home, socket_directory
from config.embedded.leftovers import reclaim
from config.embedded.postgres import DURABLE, FAST, Postgres
from config.embedded.processes import STATE_MARK, Child
from config.embedded.valkey import Valkey


@dataclass(frozen=True, slots=True)
class Place:
    """Where servers of this run live: their data, the programs copied for their account, their logs."""

    home: Path
    staging: Path
    logs: Path
    account: Account | None

    @property
    def mark(self) -> dict[str, str]:
        """By this a later start finds processes of this run."""
        return {STATE_MARK: str(self.home)}


@dataclass(slots=True)
class Servers:
    """What runs. `environment` names the servers for a process that is to use them; `started` are ours."""

    environment: dict[str, str]
    place: Place | None = None
    started: list[Postgres | Valkey] = field(default_factory=list)

    def children(self) -> list[Child]:
        """The processes that are ours to watch."""
        return [server.child for server in self.started if server.child is not None]

    def restart(self, child: Child) -> None:
        """Start the server again whose process has ended; it keeps its address and its data."""
        for server in self.started:
            if server.child is child and self.place is not None:
                server.start(self.place.staging)


@contextmanager
def running(
    *, keep: bool, durable: bool, var: Path = VAR, announce: Mapping[str, str] | None = None
) -> Iterator[Servers]:
    """Servers for the block. `keep`: the clone's own data, else an empty cluster that is gone afterwards.

    `announce` is told, with the servers' addresses, to whoever asks `serving` meanwhile.
    EmbeddedError when a server cannot start, or when `keep` and another process serves this clone's data.
    """
    names = ("DATABASE_URL", "REDIS_URL")
    servers = Servers(environment={name: os.environ[name] for name in names if os.environ.get(name)})
    if len(servers.environment) == len(names) and not keep:
        yield servers
        return
    with ExitStack() as stack:
        place = servers.place = _open_place(stack, keep=keep, var=var)
        if "DATABASE_URL" not in servers.environment:
            sockets = stack.enter_context(socket_directory(place.home, place.account))
            settings = DURABLE if durable else FAST
            database = Postgres(
                place.home,
                sockets,
                account=place.account,
                environment=place.mark,
                log=place.logs / "postgres.log",
                settings=settings,
            )
            _start(stack, servers, database)
            servers.environment["DATABASE_URL"] = database.url
        if "REDIS_URL" not in servers.environment:
            broker = Valkey(
                place.home,
                account=place.account,
                environment=place.mark,
                log=place.logs / "valkey.log",
                durable=keep,
            )
            _start(stack, servers, broker)
            servers.environment["REDIS_URL"] = broker.url
        if keep:
            stack.enter_context(_announced(place.home, {**servers.environment, **(announce or {})}))
        yield servers


def serving(var: Path = VAR) -> dict[str, str]:
    """The environment that the run of this clone which goes on right now gives its processes; empty without one."""
    home = var / "embedded"
    if not home.is_dir():
        return {}
    with only_one(home) as idle:
        note = home / "running"
        if idle or not note.exists():
            return {}
        return dict(line.split("=", 1) for line in note.read_text().splitlines() if "=" in line)


@contextmanager
def _announced(home: Path, environment: Mapping[str, str]) -> Iterator[None]:
    note = home / "running"
    note.unlink(missing_ok=True)
    with open(os.open(note, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in environment.items())
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def _open_place(stack: ExitStack, *, keep: bool, var: Path) -> Place:
    account = server_account()
    parent = open_home(var, account)
    if not keep:
        home = stack.enter_context(passing_home(parent, reclaim=reclaim))
        return Place(home=home, staging=parent, logs=home, account=account)
    if not stack.enter_context(only_one(parent)):
        where = serving(var).get("PUBLIC_URL", "")
        raise EmbeddedError(
            f"Sluice already runs from this directory{where and ' at '}{where}: "
            "stop it with Ctrl-C where it was started."
        )
    reclaim(parent)
    return Place(home=parent, staging=parent, logs=var / "log", account=account)


def _start(stack: ExitStack, servers: Servers, server: Postgres | Valkey) -> None:
    stack.callback(server.stop)
    assert servers.place is not None
    server.start(servers.place.staging)
    servers.started.append(server)
