"""P9: the exchange over HTTP: 100 pings a second for a minute, ten buyers of the simulator that answer after 50 ms;
then the posts of what was bid.

gunicorn as the Procfile starts it, on a durable PostgreSQL. The load is open loop, so that a late answer delays no
other ping, and times count from when a ping was due. A bar is kept only where every ping was accepted with a bid and
every post was delivered: quick refusals keep none. Beside it a run of the same auction in a plain DRF view with a
thread pool of `requests`, under the same gunicorn. Client, web server, buyers and database share the machine's cores:
the table says who took how much of them.

Run as `python -m config.embedded exec --durable -- python -m benchmarks.p9_exchange`.
"""

import os

os.environ.setdefault("OUTBOUND_ALLOW_NETWORKS", "127.0.0.0/8")

import benchmarks.environment  # noqa: F401 - sets Django up before anything asks for it

# isort: split
import argparse
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks import cpu
from benchmarks.bidders import BUYER_MS
from benchmarks.load import Result, keep_pace
from benchmarks.p1_simple_post import serving, used
from benchmarks.p2_auction import prepare
from benchmarks.world_p2 import BUYERS, PINGED, Market, auctioning, person

BARS = {"ping_p50": 75.0, "ping_p99": 150.0, "post_p99": BUYER_MS + 50.0}
GIVEN_UP_S = 20.0
"""How long after the last ping was due answers are waited for."""


@dataclass(slots=True)
class Run:
    """What the client saw, and the processor's seconds that client, server, PostgreSQL and buyers took for it."""

    seen: Result
    answers: list[bytes]
    spent: tuple[float, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-second", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--posts-per-second", type=int, default=50)
    parser.add_argument("--plain-seconds", type=float, default=20.0)
    options = parser.parse_args()
    prepare()
    with ExitStack() as stack:
        url, buyers = stack.enter_context(running_simulator_apart())
        market = auctioning([_address(url, place, "ping") for place in range(BUYERS)],
                            [_address(url, place, "post") for place in range(BUYERS)])  # fmt: skip
        os.environ["P9_PING_URLS"] = " ".join(market.ping_urls)
        fire = Firing(buyers, options.per_second)
        with serving("benchmarks.baseline.settings") as server:
            fire(server, "/plain/ping", pings(market), seconds=2.0, per_second=10)
            plain = fire(server, "/plain/ping", pings(market), seconds=options.plain_seconds)
        server = stack.enter_context(serving("config.settings.base"))
        fire(server, "/ping", pings(market), seconds=4.0, per_second=20)
        ours = fire(server, "/ping", pings(market), seconds=options.seconds)
        bids = [found for found in map(json.loads, ours.answers) if is_bid(found)]
        wanted = posts(market, bids[-options.posts :])
        posted = fire(server, "/post", wanted, per_second=options.posts_per_second,
                      seconds=options.posts / options.posts_per_second)  # fmt: skip
    report(plain, ours, posted)


class Firing:
    """Fires at a server at a steady pace, and looks at who worked for it."""

    def __init__(self, buyers: int, per_second: int) -> None:
        self._buyers, self._per_second = buyers, per_second

    def __call__(
        self,
        server: tuple[int, int],
        path: str,
        bodies: Iterator[bytes],
        *,
        seconds: float,
        per_second: int | None = None,
    ) -> Run:
        port, pid = server
        before = (*used(pid), cpu.seconds(self._buyers))
        answers: list[bytes] = []
        seen = keep_pace(
            port, path, bodies, per_second=per_second or self._per_second, seconds=seconds, patience_s=GIVEN_UP_S,
            answers=answers,
        )  # fmt: skip
        after = (*used(pid), cpu.seconds(self._buyers))
        return Run(seen, answers, tuple(now - then for now, then in zip(after, before, strict=True)))


@contextmanager
def running_simulator_apart() -> Iterator[tuple[str, int]]:
    """The simulator in a process of its own: its URL and process id."""
    command = [sys.executable, "manage.py", "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().partition(": ")[2].strip().rstrip("/"), process.pid
        finally:
            process.terminate()


def _address(url: str, place: int, phase: str) -> str:
    """Where a buyer is reached. Prices spread by ping, so that all of them win at times."""
    behaviour = f"bid?price={20 + place / 10:.2f}&spread=5.00" if phase == "ping" else "promised?"
    return f"{url}/buyers/bidder{place}/{behaviour}&phase={phase}&ms={BUYER_MS}"


def pings(market: Market) -> Iterator[bytes]:
    body = json.dumps({"SRC": market.terms.src, "KEY": market.key, "data": PINGED}).encode()
    return itertools.repeat(body)


def posts(market: Market, bids: Iterable[dict]) -> Iterator[bytes]:
    ids = {"SRC": market.terms.src, "KEY": market.key}
    for bid in bids:
        yield json.dumps({**ids, "ping_id": bid["ping_id"], "data": person()}).encode()


def is_bid(answer: dict) -> bool:
    """Whether a ping was accepted with a bid that can be posted."""
    return answer.get("status") == "accepted" and bool(answer.get("ping_id")) and answer.get("bid", 0) > 0


def is_sale(answer: dict) -> bool:
    """Whether a post was delivered."""
    return answer.get("status") == "delivered"


def share(run: Run, counts: Callable[[dict], bool]) -> float:
    """How much of what was sent was answered as it should be."""
    return sum(map(counts, map(json.loads, run.answers))) / run.seen.sent if run.seen.sent else 0.0


def report(plain: Run, ours: Run, posted: Run) -> None:
    print(f"{'':<34}{'asked':>7}{'answered':>9}{'p50 ms':>9}{'p99 ms':>9}{'worst ms':>10}", end="")
    print("   processor ms each: client, web, database, buyers")
    rows = {"plain DRF, requests in threads": plain, "/ping": ours, "/post": posted}
    for name, run in rows.items():
        seen = run.seen
        answered = len(seen.latencies_ms)
        print(
            f"{name:<34}{seen.sent:>7}{answered:>9}{seen.percentile(0.5):>9.1f}{seen.percentile(0.99):>9.1f}",
            end="",
        )
        print(f"{max(seen.latencies_ms, default=0):>10.1f}", end="")
        print("".join(f"{part * 1000 / max(answered, 1):>10.2f}" for part in run.spent))
    shares = {"ping": share(ours, is_bid), "post": share(posted, is_sale)}
    print(f"/ping {ours.seen.statuses}: {shares['ping']:.2%} accepted with a bid")
    print(f"/post {posted.seen.statuses}: {shares['post']:.2%} delivered")
    print(f"last post's answer: {posted.answers[-1][:200]!r}" if posted.answers else "no post was answered")
    figures = {
        "ping_p50": ours.seen.percentile(0.5),
        "ping_p99": ours.seen.percentile(0.99),
        "post_p99": posted.seen.percentile(0.99),
    }
    for name, bar in BARS.items():
        kept = figures[name] <= bar and shares[name.partition("_")[0]] == 1.0
        print(f"P9 {figures[name]:.1f} bar<={bar:.0f}ms_{name} {'ok' if kept else 'short'}")


if __name__ == "__main__":
    main()
