"""P5: what a buyer that hangs costs the others: p95 from a lead's arrival to its sale, against a run in which
nobody hangs.

Leads arrive at a steady pace; every tenth goes to a buyer that, in one run, takes requests and never answers (its
time-out is the usual ten seconds), and in the other answers like the others, after 50 ms. One worker process
(`celery worker --pool solo`) on a durable PostgreSQL; runs alternate; the figure is the median of the rounds' ratios.

Run as `python -m config.embedded exec --durable -- python -m benchmarks.p5_bulkhead`.
"""

import os

os.environ.setdefault("OUTBOUND_ALLOW_NETWORKS", "127.0.0.0/8")

import benchmarks.environment  # noqa: F401 - sets Django up before anything asks for it

# isort: split
import argparse
import statistics
import time

from django.core.management import call_command
from django.db import connection

from apps.deliveries.jobs import wake_drain
from apps.simulator.running import running_simulator
from benchmarks.p3_drain import worker
from benchmarks.stages import print_stages
from benchmarks.world_p3 import leads_due, selling_to
from config.celery import app

BAR = 1.2
SHARE = 10
"""Every so many leads one goes to the buyer that hangs."""
WARM_S = 3.0
"""What arrives before this is not measured: the worker starts up."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--per-second", type=int, default=20)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    app.control.purge()
    even, hanging = [], []
    with running_simulator() as simulator:
        url = simulator.buyer("benchmark", "slow", "ms=50&price=25")
        for number in range(options.rounds):
            for found, behaviour in ((even, "slow"), (hanging, "hang")):
                other = simulator.buyer(
                    f"{behaviour}{number}", behaviour, "ms=50" if behaviour == "slow" else ""
                )
                found.append(round_of(url, other, options.seconds, options.per_second))
    report(even, hanging, options)


def round_of(url: str, other: str, seconds: float, per_second: int) -> list[float]:
    """Milliseconds from arrival to sale of the leads of the healthy buyer, while so many leads a second arrive."""
    healthy, tenth = selling_to(url), selling_to(other)
    with worker(url):
        began, number = time.monotonic(), 0
        while (now := time.monotonic() - began) < seconds + WARM_S:
            due = int(now * per_second)
            for lead in range(number, due):
                leads_due(*(tenth if lead % SHARE == 0 else healthy), 1)
            number = due
            wake_drain()
            time.sleep(0.02)
        wait_for_sales(healthy[0].pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM s.booked_at - l.received_at) * 1000 FROM ledger_sale s"
            " JOIN leads_lead l ON l.id = s.lead_id WHERE l.terms_id = %s"
            " AND l.received_at > (SELECT min(received_at) FROM leads_lead WHERE terms_id = %s)"
            " + make_interval(secs => %s)",
            [healthy[0].pk, healthy[0].pk, WARM_S],
        )
        found = [float(row[0]) for row in cursor.fetchall()]
        # What hangs still is no business of the next round.
        cursor.execute(
            "UPDATE deliveries_delivery SET status = 'cancelled', next_attempt_at = NULL"
            " WHERE status = 'pending' AND lead_id IN (SELECT id FROM leads_lead WHERE terms_id = %s)",
            [tenth[0].pk],
        )
    return found


def wait_for_sales(terms_id: int) -> None:
    """Until every lead of these terms is sold."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM leads_lead WHERE terms_id = %s AND status <> 'sold'", [terms_id]
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)


def report(even: list[list[float]], hanging: list[list[float]], options: argparse.Namespace) -> None:
    print(f"{'':<24}{'leads':>8}{'p50 ms':>10}{'p95 ms':>10}   p95 by round")
    for name, rounds in (("nobody hangs", even), ("one buyer in ten hangs", hanging)):
        times = [one for found in rounds for one in found]
        each = " ".join(f"{p95(one):.0f}" for one in rounds)
        print(f"{name:<24}{len(times):>8}{statistics.median(times):>10.0f}{p95(times):>10.0f}   {each}")
    print(
        f"{options.per_second} leads a second, one in {SHARE} to the buyer that hangs; the others' answer takes 50 ms"
    )
    print_stages()
    ratio = statistics.median(p95(one) / p95(other) for one, other in zip(hanging, even, strict=True))
    print(f"P5 {ratio:.2f} bar<={BAR} {'ok' if ratio <= BAR else 'short'}")


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
