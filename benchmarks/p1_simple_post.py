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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

from django.core.management import call_command
from django.db import connection

from apps.leads.models import CapCounter, Lead
from benchmarks.baseline.models import PlainDelivery, PlainLead
from benchmarks.load import Result, drive
from benchmarks.p1_world import bodies, open_doors

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
        for port, path, to in targets.values():
            fire(port, path, to, numbers, seconds=2.0)
        before = durable_state()
        rounds: dict[str, list[Result]] = {name: [] for name in targets}
        for _ in range(options.rounds):
            for name, (port, path, to) in targets.items():
                rounds[name].append(fire(port, path, to, numbers, seconds=options.seconds))
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
def serving(settings: str) -> Iterator[int]:
    """gunicorn as in production, on a free port."""
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
        yield port
    finally:
        server.terminate()
        server.wait(timeout=40)


def fire(port: int, path: str, doors: list, numbers: Iterator[int], *, seconds: float) -> Result:
    """One round. Every lead is a person nobody has posted before."""
    first = next(numbers) * 1_000_000
    result = drive(port, path, bodies(doors, first), connections=CONNECTIONS, seconds=seconds)
    if set(result.statuses) != {200} or b'"leadStatus": true' not in result.last_body.replace(
        b'":true', b'": true'
    ):
        sys.exit(f"{path} answered {result.statuses}: {result.last_body[:300]!r}")
    return result


def durable_state() -> tuple[int, int]:
    """Leads stored, and deadlocks the server has seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return Lead.objects.filter(status="in_flight").count(), cursor.fetchone()[0]


def report(rounds: dict[str, list[Result]], before: tuple[int, int]) -> None:
    stored, deadlocks = (now - then for now, then in zip(durable_state(), before, strict=True))
    answered = sum(len(one.latencies_ms) for name in (SEPARATE, CONTENDED) for one in rounds[name])
    print(f"{'':<20}{'posts/s':>10}{'p50 ms':>10}{'p99 ms':>10}{'worst ms':>10}{'posts':>10}")
    totals = {}
    for name, results in rounds.items():
        total = totals[name] = Result()
        for one in results:
            total.add(one)
        rate = statistics.median(one.rate for one in results)
        columns = (total.percentile(0.5), total.percentile(0.99), max(total.latencies_ms))
        print(f"{name:<20}{rate:>10.0f}{columns[0]:>10.1f}{columns[1]:>10.1f}{columns[2]:>10.1f}", end="")
        print(f"{len(total.latencies_ms):>10}")
    used = sum(CapCounter.objects.values_list("used", flat=True))
    print(f"accepted answers {answered}, leads stored {stored}, caps counted {used}, deadlocks {deadlocks}")
    gain = ratio(rounds[SEPARATE], rounds[BASELINE])
    kept = ratio(rounds[CONTENDED], rounds[SEPARATE])
    calm = totals[SEPARATE].percentile(0.99) <= totals[BASELINE].percentile(0.99)
    stalls = sum(1 for each in totals[CONTENDED].latencies_ms if each > STALL_MS)
    print(
        f"p99 not above the baseline's: {'yes' if calm else 'no'}; P1b answers over {STALL_MS} ms: {stalls}"
    )
    exact = stored == answered and not deadlocks
    print(f"P1 {gain:.2f} bar>=2.5 {'ok' if gain >= 2.5 and calm and exact else 'short'}")
    print(f"P1b {kept:.2f} bar>=0.8 {'ok' if kept >= 0.8 and not stalls and exact else 'short'}")


def ratio(ours: list[Result], theirs: list[Result]) -> float:
    """The median of the rounds' ratios of throughput."""
    return statistics.median(a.rate / b.rate for a, b in zip(ours, theirs, strict=True))


if __name__ == "__main__":
    main()
