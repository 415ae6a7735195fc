"""P3: leads delivered a second by one worker process, against one Celery task per lead that calls
`requests.post`.

Both are one process (`celery worker --pool solo`) on the same PostgreSQL (durable), Redis and simulated
buyer, which answers after 50 ms. Rounds alternate; the figure is the median of the rounds' ratios. Ours also
seals the exchange, counts caps, books the sale and writes the timeline; the baseline stores a status.

Run as `python -m config.embedded exec --durable -- python -m benchmarks.p3_drain`.
"""

import os

os.environ.setdefault("OUTBOUND_ALLOW_NETWORKS", "127.0.0.0/8")

import benchmarks.environment  # noqa: F401 - sets Django up before anything asks for it

# isort: split
import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from apps.deliveries.jobs import DRAIN
from apps.deliveries.models import Delivery
from apps.ledger.models import Sale
from apps.simulator.running import running_simulator
from benchmarks.baseline.models import PlainDelivery, PlainLead
from benchmarks.baseline.tasks import deliver_by_requests
from benchmarks.stages import print_stages
from benchmarks.world_p3 import body, leads_due, selling_to
from config.celery import app

BAR = 4.0
WARM_SHARE = 0.1
"""The rate is taken from when this share is done: starting up is not what is measured."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--leads", type=int, default=1200)
    parser.add_argument("--plain", type=int, default=80)
    options = parser.parse_args()
    prepare()
    # In a process of its own the buyer would cost the same CPU; here it shares the benchmark's, which only waits.
    with running_simulator() as simulator:
        url = simulator.buyer("benchmark", "slow", "ms=50&price=25")
        terms, version = selling_to(url)
        ours, plain = [], []
        for _ in range(options.rounds):
            plain.append(plain_round(options.plain, url))
            leads_due(terms, version, options.leads)
            ours.append(our_round(options.leads, url))
    report(ours, plain, options.rounds * options.leads)


def prepare() -> None:
    """Tables, the plain project's included; an empty queue."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (PlainLead, PlainDelivery):
            if model._meta.db_table not in connection.introspection.table_names():
                editor.create_model(model)
    app.control.purge()


def plain_round(count: int, url: str) -> float:
    """Leads a second of one task per lead."""
    leads = PlainLead.objects.bulk_create(
        [
            PlainLead(email=data["email"], phone=data["phone"], data=data)
            for data in (body() for _ in range(count))
        ]
    )
    for delivery in PlainDelivery.objects.bulk_create([PlainDelivery(lead=lead) for lead in leads]):
        deliver_by_requests.delay(delivery.pk)
    pending = PlainDelivery.objects.filter(status="pending")
    with worker(url):
        return rate(count, pending.count)


def our_round(count: int, url: str) -> float:
    """Leads a second of the drain, woken once."""
    app.send_task(DRAIN)
    pending = Delivery.objects.filter(status="pending")
    with worker(url):
        return rate(count, pending.count)


@contextmanager
def worker(url: str) -> Iterator[None]:
    """One worker process without children."""
    environment = os.environ | {
        "PROCESS_ROLE": "worker",
        "P3_BUYER_URL": url,
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "WARNING",
    ]
    process = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def rate(count: int, pending: Callable[[], int]) -> float:
    """Leads a second between the warm share and the last one."""
    done_before, began = 0, 0.0
    until = time.monotonic() + 120
    while time.monotonic() < until:
        done, now = count - pending(), time.perf_counter()
        if not began and done >= count * WARM_SHARE:
            done_before, began = done, now
        if done >= count:
            return (done - done_before) / max(now - began, 1e-6)
        time.sleep(0.01)
    sys.exit(f"Only {count - pending()} of {count} leads were delivered in two minutes.")


def report(ours: list[float], plain: list[float], leads: int) -> None:
    print(f"{'':<34}{'leads/s':>10}   rounds")
    for name, rates in (("one task per lead, requests.post", plain), ("the drain", ours)):
        rounds = " ".join(f"{one:.0f}" for one in rates)
        print(f"{name:<34}{statistics.median(rates):>10.0f}   {rounds}")
    print_stages()
    exact = Sale.objects.count() == leads
    print(f"sales booked {Sale.objects.count()} of {leads}; the buyer answers after 50 ms")
    ratio = statistics.median(one / other for one, other in zip(ours, plain, strict=True))
    print(f"P3 {ratio:.2f} bar>={BAR:.0f} {'ok' if ratio >= BAR and exact else 'short'}")


if __name__ == "__main__":
    main()
