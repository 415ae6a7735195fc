"""P1 and P1b: simple posts a second, against a plain DRF project on the same servers and the same load.

Both are served by gunicorn with the product's own configuration, store into the same PostgreSQL (durable: fsync on) and
publish to the same Redis; nobody consumes. Rounds alternate, so that a slow minute of the machine hits all alike; the
figures are medians of the rounds' ratios. The load generator shares the cores with the servers: on two cores it takes
a part of what all of them could reach.

Run as `python -m config.embedded exec --durable -- python -m benchmarks.p1_simple_post`.
"""

import benchmarks.environment  # noqa: F401 - sets Django up before anything asks for it

# isort: split
import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count

from django.core.management import call_command
from django.db import connection

from apps.leads.models import CapCounter, Lead
from benchmarks import cpu
from benchmarks.baseline.models import PlainDelivery, PlainLead
from benchmarks.load import Result, drive
from benchmarks.world_p1 import bodies, open_doors

DOORS = 32
CONNECTIONS = 16
BASELINE, SEPARATE, CONTENDED = "plain DRF", "P1 separate caps", "P1b the same caps"
STALL_MS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    prepare()
    doors = open_doors(DOORS)
    numbers = count(1)
    with ExitStack() as servers:
        plain = servers.enter_context(serving("benchmarks.baseline.settings"))
        ours = servers.enter_context(serving("config.settings.base"))
        targets = {
            BASELINE: (plain, "/plain/submit", doors),
            SEPARATE: (ours, "/ca/submit", doors),
            CONTENDED: (ours, "/ca/submit", doors[:1]),
        }
        for target in targets.values():
            fire(*target, numbers, seconds=2.0)
        before = durable_state()
        rounds: dict[str, list[Round]] = {name: [] for name in targets}
        for _ in range(options.rounds):
            for name, target in targets.items():
                rounds[name].append(fire(*target, numbers, seconds=options.seconds))
        report(rounds, before)


def prepare() -> None:
    """Tables, the plain project's included, and a server that keeps its promises."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (PlainLead, PlainDelivery):
            editor.create_model(model)
    with connection.cursor() as cursor:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {setting}")
            if cursor.fetchone()[0] != "on":
                sys.exit(
                    f"PostgreSQL runs with {setting} off: start this with `config.embedded exec --durable`."
                )


@contextmanager
def serving(settings: str) -> Iterator[tuple[int, int]]:
    """gunicorn as in production, on a free port: its port and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": settings,
        "PROCESS_ROLE": "web",
        "WEB_BIND": f"127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "config/gunicorn.py"]
    command += ["--log-level", "warning"]
    server = subprocess.Popen(command, env=environment)
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(timeout=40)


@dataclass(slots=True)
class Round:
    """What the client saw, and the processor's seconds that client, server and PostgreSQL took for it."""

    seen: Result
    client_s: float
    web_s: float
    database_s: float


def fire(server: tuple[int, int], path: str, doors: list, numbers: Iterator[int], *, seconds: float) -> Round:
    """One round. Every lead is a person nobody has posted before."""
    port, pid = server
    first = next(numbers) * 1_000_000
    before = used(pid)
    seen = drive(port, path, bodies(doors, first), connections=CONNECTIONS, seconds=seconds)
    spent = (now - then for now, then in zip(used(pid), before, strict=True))
    accepted = seen.last_body.replace(b'": ', b'":').startswith(b'{"leadStatus":true')
    if set(seen.statuses) != {200} or not accepted:
        sys.exit(f"{path} answered {seen.statuses}: {seen.last_body[:300]!r}")
    return Round(seen, *spent)


def used(web: int) -> tuple[float, float, float]:
    """Processor time so far of this process, of a web server and of PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        database = cpu.parent_of(cursor.fetchone()[0])
    return time.process_time(), cpu.seconds(web), cpu.seconds(database)


def durable_state() -> tuple[int, int]:
    """Leads stored, and deadlocks the server has seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return Lead.objects.filter(status="in_flight").count(), cursor.fetchone()[0]


def report(rounds: dict[str, list[Round]], before: tuple[int, int]) -> None:
    stored, deadlocks = (now - then for now, then in zip(durable_state(), before, strict=True))
    seen = {name: total(one.seen for one in results) for name, results in rounds.items()}
    print(f"{'':<20}{'posts/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'worst ms':>9}{'posts':>8}", end="")
    print("   processor ms a post: client, web, database")
    for name, results in rounds.items():
        result = seen[name]
        rate = statistics.median(one.seen.rate for one in results)
        print(f"{name:<20}{rate:>9.0f}{result.percentile(0.5):>9.1f}{result.percentile(0.99):>9.1f}", end="")
        posts = len(result.latencies_ms)
        print(
            f"{max(result.latencies_ms):>9.1f}{posts:>8}{sum(one.client_s for one in results) * 1000 / posts:>22.2f}",
            end="",
        )
        print(f"{sum(one.web_s for one in results) * 1000 / posts:>9.2f}", end="")
        print(f"{sum(one.database_s for one in results) * 1000 / posts:>9.2f}")
    answered = sum(len(seen[name].latencies_ms) for name in (SEPARATE, CONTENDED))
    counted = sum(CapCounter.objects.values_list("used", flat=True))
    print(
        f"accepted answers {answered}, leads stored {stored}, caps counted {counted}, deadlocks {deadlocks}"
    )
    gain = ratio(rounds[SEPARATE], rounds[BASELINE])
    kept = ratio(rounds[CONTENDED], rounds[SEPARATE])
    calm = seen[SEPARATE].percentile(0.99) <= seen[BASELINE].percentile(0.99)
    stalls, elsewhere = stalled(seen[CONTENDED]), stalled(seen[SEPARATE])
    print(f"p99 not above the baseline's: {'yes' if calm else 'no'}")
    print(
        f"answers over {STALL_MS} ms: {stalls} on the same caps, {elsewhere} on separate ones (the machine's own)"
    )
    exact = stored == answered and not deadlocks
    print(f"P1 {gain:.2f} bar>=2.5 {'ok' if gain >= 2.5 and calm and exact else 'short'}")
    print(f"P1b {kept:.2f} bar>=0.8 {'ok' if kept >= 0.8 and not stalls and exact else 'short'}")


def stalled(result: Result) -> int:
    """How many answers took longer than any lock should be waited for."""
    return sum(1 for each in result.latencies_ms if each > STALL_MS)


def total(results: Iterable[Result]) -> Result:
    whole = Result()
    for result in results:
        whole.add(result)
    return whole


def ratio(ours: list[Round], theirs: list[Round]) -> float:
    """The median of the rounds' ratios of throughput."""
    return statistics.median(a.seen.rate / b.seen.rate for a, b in zip(ours, theirs, strict=True))


if __name__ == "__main__":
    main()
