"""The whole house as the Procfile starts it, on servers of its own that may be killed."""

import http.client
import os
import re
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import redis
from django.conf import settings
from django.db import connections
from django.db.utils import ConnectionHandler

from apps.publishing import specs
from apps.simulator.running import Running, running_simulator
from config.embedded.errors import EmbeddedError
from config.embedded.home import PROJECT, SOCKET_NAME
from config.embedded.listening import listen
from config.embedded.postgres import Postgres
from config.embedded.processes import Child, Launch, kill_group
from config.embedded.procfile import RELEASE, read_procfile
from config.embedded.run import tool_environment
from config.embedded.servers import Servers, running
from config.embedded.valkey import Valkey
from tests.faults.harness.processes import wait_until
from tests.faults.harness.proxy import Proxy, proxy_to

WORKER_CHILDREN = 5
RESTART_PATIENCE_S = 30.0
_WHOLE_S = 5.0


@dataclass
class House:
    """Web, worker and beat over PostgreSQL and Valkey, each reached through a proxy; and the buyers.

    `port` is where the web process listens: the socket is the test's own, so that requests which come while it is
    dead wait for the next one instead of being refused.
    """

    servers: Servers
    database_proxy: Proxy
    broker_proxy: Proxy
    simulator: Running
    port: int
    logs: Path
    launches: dict[str, Launch]
    unblock: Any
    processes: dict[str, Child] = field(default_factory=dict)
    killed: set[str] = field(default_factory=set)
    restarted: list[str] = field(default_factory=list)
    """What has ended by itself and was started again by `tend`, with its last words."""

    # --- The processes of the Procfile ---

    def start(self, *names: str) -> None:
        """Start those that do not run."""
        for name in names or self.launches:
            self.killed.discard(name)
            child = self.processes.get(name)
            if child is None or child.exit_status() is not None:
                self.processes[name] = self.launches[name].start()

    def kill(self, name: str) -> None:
        """SIGKILL to a process and all its children."""
        child = self.processes[name]
        self.killed.add(name)
        kill_group(child.pid)
        child.process.wait()

    def tend(self) -> None:
        """What the supervisor of every deployment does: start again what has ended by itself."""
        for name, child in list(self.processes.items()):
            if name not in self.killed and child.exit_status() is not None:
                self.restarted.append(f"{name} ended with {child.exit_status()}: {self.words(name)[-3000:]}")
                self.start(name)

    def children(self, name: str) -> list[int]:
        """The living processes that one of the Procfile has forked."""
        parent = self.processes[name].pid
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, IndexError):
                state, of = stat.read_text().rpartition(")")[2].split()[:2]
                if int(of) == parent and state != "Z":
                    found.append(int(stat.parent.name))
        return sorted(found)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """A process and its children stand still, as after a long pause of the machine."""
        group = self.processes[name].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGCONT)

    def ready(self) -> bool:
        """Whether the web process and its database answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    # --- The servers ---

    @property
    def postgres(self) -> Postgres:
        return next(one for one in self.servers.started if isinstance(one, Postgres))

    @property
    def valkey(self) -> Valkey:
        return next(one for one in self.servers.started if isinstance(one, Valkey))

    @property
    def redis(self) -> redis.Redis:
        """The broker itself, past the proxy."""
        return redis.Redis.from_url(self.servers.environment["REDIS_URL"])

    def kill_server(self, server: Postgres | Valkey) -> None:
        """SIGKILL; for Valkey this is the end of all its data."""
        assert server.child is not None
        os.kill(server.child.pid, signal.SIGKILL)
        server.child.process.wait()

    def start_server(self, server: Postgres | Valkey) -> None:
        """Start it again at its address; PostgreSQL waits until the last of its old processes has gone."""
        assert self.servers.place is not None
        assert server.child is not None
        if server.child.exit_status() is None:
            return
        until = time.monotonic() + RESTART_PATIENCE_S
        while True:
            try:
                server.start(self.servers.place.staging)
            except EmbeddedError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return

    def heal(self) -> None:
        """Everything that was broken works again, from the bottom up."""
        for server in self.servers.started:
            self.start_server(server)
        for proxy in (self.database_proxy, self.broker_proxy):
            proxy.heal()
        self.start()
        self.restarted.clear()
        assert wait_until(self.ready)
        assert wait_until(lambda: len(self.children("worker")) == WORKER_CHILDREN)

    # --- The database ---

    @contextmanager
    def database(self) -> Iterator[None]:
        """In this block the ORM of the calling thread works on the house's database, past the proxy."""
        parts = urlsplit(self.servers.environment["DATABASE_URL"])
        place = {"HOST": unquote(parts.hostname or ""), "PORT": "5432", "USER": "sluice", "NAME": "sluice"}
        other = ConnectionHandler({"default": {**settings.DATABASES["default"], **place, "PASSWORD": ""}})
        usual = connections["default"]
        with self.unblock():
            connections["default"] = other["default"]
            specs.forget()
            try:
                yield
            finally:
                other["default"].close()
                connections["default"] = usual
                specs.forget()

    def words(self, name: str) -> str:
        """The log of a process so far."""
        return (self.logs / f"{name}.log").read_text(errors="replace")


@contextmanager
def running_house(unblock: Any) -> Iterator[House]:
    """A house that is up and empty. `unblock` is pytest-django's, by which a test may reach a database."""
    with ExitStack() as stack:
        servers = stack.enter_context(_servers())
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sluice-faults-")))
        database, broker = (urlsplit(servers.environment[name]) for name in ("DATABASE_URL", "REDIS_URL"))
        socket_path = f"{unquote(re.sub('.*@|:[0-9]+$', '', database.netloc))}/{SOCKET_NAME}"
        assert broker.port is not None
        database_proxy = stack.enter_context(proxy_to(path=socket_path))
        broker_proxy = stack.enter_context(proxy_to(port=broker.port))
        door = stack.enter_context(listen("127.0.0.1", None, first=18_000))
        environment = {
            **_own_environment(),
            "DATABASE_URL": f"postgres://sluice@127.0.0.1:{database_proxy.port}/sluice",
            "REDIS_URL": _at_port(broker, broker_proxy.port),
            "WEB_BIND": f"fd://{door.fileno()}",
            "WORKER_CONCURRENCY": str(WORKER_CHILDREN),
        }
        house = House(
            servers=servers,
            database_proxy=database_proxy,
            broker_proxy=broker_proxy,
            simulator=stack.enter_context(running_simulator(keep=None)),
            port=door.getsockname()[1],
            logs=logs,
            launches=_launches(environment, logs, door.fileno()),
            unblock=unblock,
        )
        release = house.launches.pop(RELEASE).start()
        assert release.process.wait() == 0, house.words(RELEASE)
        stack.callback(_stop, house)
        house.heal()
        yield house


def _launches(environment: dict[str, str], logs: Path, door: int) -> dict[str, Launch]:
    """The Procfile's own command lines; beat keeps its schedule apart from that of any other run."""
    commands = read_procfile(PROJECT / "Procfile")
    commands[RELEASE] = "python manage.py migrate --noinput"
    commands["beat"] += f" --schedule {logs}/beat"
    return {
        name: Launch(
            name,
            ["/bin/sh", "-c", command],
            log=logs / f"{name}.log",
            environment=environment,
            cwd=PROJECT,
            pass_fds=[door] if name == "web" else [],
        )
        for name, command in commands.items()
    }


def _stop(house: House) -> None:
    for child in house.processes.values():
        if child.exit_status() is None:
            kill_group(child.pid)
        child.process.wait()


@contextmanager
def _servers() -> Iterator[Servers]:
    """PostgreSQL that survives a crash and Valkey that forgets, whatever servers the suite itself uses."""
    named = {name: os.environ.pop(name) for name in ("DATABASE_URL", "REDIS_URL") if name in os.environ}
    try:
        with running(keep=False, durable=True) as servers:
            os.environ.update(named)
            yield servers
    finally:
        os.environ.update(named)


def _own_environment() -> dict[str, str]:
    inherited = {name: value for name, value in tool_environment().items() if "PYTEST" not in name}
    return inherited | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "LOG_FORMAT": "plain"}


def _at_port(url: Any, port: int) -> str:
    credentials = url.netloc.rpartition("@")[0]
    return urlunsplit(url._replace(netloc=f"{credentials}@127.0.0.1:{port}"))
