"""Starting, stopping and killing: drainers, Celery workers, a broker."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import redis
from django.conf import settings
from django.db import connection

from apps.deliveries.models import Delivery
from config.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0


def wait_until(condition: Callable[[], object], *, patience_s: float = PATIENCE_S) -> bool:
    """Whether it came true. Patience only ends a hopeless wait; no test is faster or slower by it."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def lapse() -> None:
    """Let the leases of dead processes run out."""
    Delivery.objects.filter(leased_until__isnull=False).update(
        leased_until=datetime.now(UTC) - timedelta(seconds=1)
    )


def _environment(**more: str) -> dict[str, str]:
    """This process's own, with the test's database in place of the configured one."""
    database = connection.settings_dict
    who = quote(database["USER"] or "postgres", safe="")
    if database["PASSWORD"]:
        who += ":" + quote(database["PASSWORD"], safe="")
    place = quote(database["HOST"], safe="") + (f":{database['PORT']}" if database["PORT"] else "")
    url = f"postgres://{who}@{place}/{quote(database['NAME'], safe='')}"
    allowed = ",".join(settings.OUTBOUND_ALLOW_NETWORKS)
    ours = {
        "DATABASE_URL": url,
        "OUTBOUND_ALLOW_NETWORKS": allowed,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    return {**os.environ, **ours, **more}


@dataclass
class Process:
    """A process of our own, with what it started."""

    popen: subprocess.Popen[bytes]
    signs: Path

    def reached(self, barrier: str) -> bool:
        """Whether it stands at the barrier, waiting for it."""
        return wait_until((self.signs / f"{self.popen.pid}.{barrier}").exists)

    def kill(self) -> None:
        """SIGKILL, to all of it."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def ended(self) -> bool:
        """Whether it has ended, waiting for it."""
        return wait_until(lambda: self.popen.poll() is not None)


def _launch(arguments: list[str], signs: Path, **environment: str) -> Process:
    popen = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=_environment(**environment),
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("FAULTS_SHOW") else subprocess.DEVNULL,
        start_new_session=True,
    )
    return Process(popen, signs)


def drainer(signs: Path, *, barrier: str = "", poison: int | None = None) -> Process:
    """A process that drains until it is killed."""
    arguments = ["-m", "tests.faults.harness.drainer", "--signs", str(signs)]
    if barrier:
        arguments += ["--barrier", barrier]
    if poison is not None:
        arguments += ["--poison", str(poison)]
    return _launch(arguments, signs)


@contextmanager
def draining(signs: Path, count: int = 1) -> Iterator[list[Process]]:
    """Drainers that are killed at the end."""
    running = [drainer(signs) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()


@contextmanager
def worker(broker_url: str, folder: Path, *, children: int = 2) -> Iterator[Process]:
    """A real Celery worker with beat, killed at the end."""
    arguments = ["-m", "celery", "-A", "config", "worker", "--pool", "prefork", "-c", str(children), "-B"]
    arguments += ["--schedule", str(folder / "beat"), "--without-gossip", "--without-mingle", "-O", "fair"]
    process = _launch(arguments, folder, REDIS_URL=broker_url, PROCESS_ROLE="worker")
    try:
        yield process
    finally:
        process.kill()


@dataclass
class Broker:
    """A Valkey of the test's own. Nothing survives its end, as with a Redis that keeps no file."""

    valkey: Valkey
    staging: Path
    stops: int = field(default=0)

    @property
    def url(self) -> str:
        return self.valkey.url

    def stop(self) -> None:
        """Gone, and its data with it."""
        self.valkey.stop()
        self.stops += 1

    def start(self) -> None:
        """Back, at the same address."""
        self.valkey.start(self.staging)

    def flush(self) -> None:
        """FLUSHALL."""
        redis.Redis.from_url(self.url).flushall()


@contextmanager
def broker() -> Iterator[Broker]:
    """A broker that is up."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        valkey = Valkey(home, account=None, environment=dict(os.environ), log=home / "log", durable=False)
        made = Broker(valkey, home)
        made.start()
        try:
            yield made
        finally:
            valkey.stop()
