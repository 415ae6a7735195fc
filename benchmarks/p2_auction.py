"""P2: what an auction costs beside its buyers: ten buyers answer after 50 ms, alone, 16 and 64 at once.

Ours examines the ping, asks, awards, reserves the winner's cap and stores the ping and ten bids, sealed; one process
of threads as the web server has, its connections to a durable PostgreSQL few and shared. The baseline, in turns with it
in the same process, is what a plain project would do: `requests.post` in a thread pool, the best price, ORM writes.

Run as `python -m config.embedded exec --durable -- python -m benchmarks.p2_auction`.
"""

import os

os.environ.setdefault("OUTBOUND_ALLOW_NETWORKS", "127.0.0.0/8")
# Pooled connections, as for web threads.
os.environ.setdefault("PROCESS_ROLE", "web")

import benchmarks.environment  # noqa: F401 - sets Django up before anything asks for it

# isort: split
import argparse
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.core.management import call_command
from django.db import connection

from apps.auctions import services as auctions
from apps.auctions.models import Bid
from apps.engine.normalise import PING, normalise
from apps.leads.choices import LeadMethod
from apps.leads.services import Circumstances, Submission, judge
from apps.publishing import specs
from apps.sources.facts import access
from benchmarks import cpu
from benchmarks.baseline.auction import PlainAuction
from benchmarks.baseline.models import PlainBid, PlainPing
from benchmarks.bidders import BUYER_MS, running_bidders
from benchmarks.load import Result
from benchmarks.world_p2 import BUYERS, PINGED, Market, auctioning

ALONE, SOME, MANY = 1, 16, 64
BARS_MS = {ALONE: 8.0, SOME: 20.0}
BAR = 4.0
DEADLINE_MS = 10_000
"""Nobody is cut off: where more auctions are held at once than the machine can, all wait for it alike."""
OURS, PLAIN = "the auction", "requests in a thread pool"


@dataclass(slots=True)
class Measured:
    """Rounds of one contender at one number of auctions at once: what each took, and the processor with it."""

    rounds: list[Result] = field(default_factory=list)
    process_s: float = 0.0
    database_s: float = 0.0

    @property
    def rate(self) -> float:
        return statistics.median(one.rate for one in self.rounds)

    @property
    def all(self) -> Result:
        whole = Result()
        for one in self.rounds:
            whole.add(one)
        return whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    prepare()
    with running_bidders() as url:
        places = range(BUYERS)
        market = auctioning(
            [f"{url}/ping/{2000 + place * 10}" for place in places],
            [f"{url}/post/{2000 + place * 10}" for place in places],
            deadline_ms=DEADLINE_MS,
        )
        plain = PlainAuction(market.ping_urls, at_once=MANY)
        contenders = {PLAIN: lambda: plain.hold(PINGED), OURS: lambda: hold(market)}
        found = {(name, at_once): Measured() for at_once in (ALONE, SOME, MANY) for name in contenders}
        for contender in contenders.values():
            drive(contender, SOME, 1.5)
        for _ in range(options.rounds):
            for (name, at_once), measured in found.items():
                measure(measured, contenders[name], at_once, options.seconds)
    report(found)


def prepare() -> None:
    """Tables, the plain project's included."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (PlainPing, PlainBid):
            editor.create_model(model)
    connection.close()


def hold(market: Market) -> None:
    """One auction, from fields to its answer."""
    terms, now = market.terms, datetime.now(UTC)
    spec = specs.load(market.version.pk)
    found = access(str(spec.company_number), str(terms.source.number), str(spec.number), at=now)
    data = normalise(spec, PINGED, test=False, today=now.date(), phase=PING)
    came = Circumstances(at=now, test=False, phase=PING)
    facts, examined = judge(found, spec, spec.terms[0], data, came)
    pinged = auctions.ping(
        Submission(found, spec, spec.terms[0], data, facts, examined, now, method=LeadMethod.EXCHANGE)
    )
    if pinged.problems:
        sys.exit(f"The auction came to nothing: {pinged.problems}")


def measure(measured: Measured, contender: Callable[[], None], at_once: int, seconds: float) -> None:
    before = used()
    measured.rounds.append(drive(contender, at_once, seconds))
    process_s, database_s = (now - then for now, then in zip(used(), before, strict=True))
    measured.process_s += process_s
    measured.database_s += database_s


def drive(contender: Callable[[], None], at_once: int, seconds: float) -> Result:
    """So many threads, each holding auctions one after the other; a connection is given back after each."""
    result = Result()
    start = threading.Barrier(at_once)
    until = time.perf_counter() + seconds

    def hold_on() -> None:
        start.wait()
        while (begin := time.perf_counter()) < until:
            contender()
            result.latencies_ms.append((time.perf_counter() - begin) * 1000)
            connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        for one in [pool.submit(hold_on) for _ in range(at_once)]:
            one.result()
    result.seconds = time.perf_counter() - began
    return result


def used() -> tuple[float, float]:
    """Processor time so far of this process and of PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        database = cpu.parent_of(cursor.fetchone()[0])
    connection.close()
    return time.process_time(), cpu.seconds(database)


def report(found: dict[tuple[str, int], Measured]) -> None:
    print(
        f"{'':<28}{'at once':>8}{'auctions/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'beside buyers p50':>19}", end=""
    )
    print("   processor ms an auction: process, database")
    for (name, at_once), measured in found.items():
        seen = measured.all
        held, middle = len(seen.latencies_ms), seen.percentile(0.5)
        print(
            f"{name:<28}{at_once:>8}{measured.rate:>12.1f}{middle:>9.1f}{seen.percentile(0.99):>9.1f}", end=""
        )
        print(f"{middle - BUYER_MS:>19.1f}{measured.process_s * 1000 / held:>24.1f}", end="")
        print(f"{measured.database_s * 1000 / held:>10.1f}")
    bids = Bid.objects.filter(status="bid").count()
    print(
        f"bids in time {bids} of {Bid.objects.count()}; each of {BUYERS} buyers answers after {BUYER_MS} ms"
    )
    for at_once, bar in BARS_MS.items():
        beside = found[OURS, at_once].all.percentile(0.5) - BUYER_MS
        print(f"P2 {beside:.1f} bar<={bar:.0f}ms_at_{at_once} {'ok' if beside <= bar else 'short'}")
    pairs = zip(found[OURS, MANY].rounds, found[PLAIN, MANY].rounds, strict=True)
    gain = statistics.median(ours.rate / plain.rate for ours, plain in pairs)
    print(f"P2 {gain:.2f} bar>={BAR:.0f}_at_{MANY} {'ok' if gain >= BAR else 'short'}")


if __name__ == "__main__":
    main()
