"""A source that posts over real HTTP and remembers what it was told."""

import http.client
import itertools
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from apps.core.ids import parse_public_id
from tests.deliveries.market import Market, market
from tests.factories import lead_body
from tests.faults.harness.house import House

TIMEOUT_S = 30.0
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Posted:
    """One request and its answer; `status` 0 and an `error` where no complete answer came."""

    mark: str
    status: int = 0
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    seconds: float = 0.0

    @property
    def told(self) -> dict[str, Any]:
        """The answer's JSON; empty where it is none."""
        try:
            return dict(json.loads(self.body))
        except ValueError:
            return {}

    @property
    def lead_id(self) -> int | None:
        """The lead this answer acknowledges, accepted or not; None for faults and for no answer."""
        public = self.told.get("lead_id") if self.status in (200, 202) else None
        return parse_public_id("L", public) if public else None

    @property
    def accepted(self) -> bool:
        """Whether the source was told that we have taken the lead."""
        return self.lead_id is not None and self.told["leadStatus"] is True


def request(port: int, body: bytes, headers: Mapping[str, str], *, mark: str = "", **more: Any) -> Posted:
    """POST /ca/submit on a connection of its own. `more`: `method`, `path`, `chunked`."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        chunked = more.get("chunked", False)
        connection.request(
            more.get("method", "POST"),
            more.get("path", "/ca/submit"),
            body=iter([body]) if chunked else body,
            headers=dict(headers),
            encode_chunked=chunked,
        )
        answer = connection.getresponse()
        body = answer.read()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Posted(mark, answer.status, body, headers, seconds=time.monotonic() - began)
    except (OSError, http.client.HTTPException) as error:
        return Posted(mark, error=type(error).__name__, seconds=time.monotonic() - began)
    finally:
        connection.close()


def hang_up_after(port: int, start: bytes) -> None:
    """Send this much and break the connection off."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
        connection.sendall(start)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Source:
    """Posts leads to one world. `posts` is every answer, in the order in which they came."""

    def __init__(self, port: int, scene: Market) -> None:
        self.port, self.scene = port, scene
        self.posts: list[Posted] = []
        self._lock = threading.Lock()

    @property
    def accepted(self) -> list[int]:
        """The leads that we were told are taken."""
        return sorted({post.lead_id for post in self.posts if post.accepted and post.lead_id})

    def body(self, **values: Any) -> dict[str, Any]:
        """A body that this world accepts, marked by a number in `sub_id`."""
        return lead_body(self.scene.world, **{"sub_id": f"post-{next(_numbers)}", **values})

    def post(self, *, key: str = "", body: dict[str, Any] | None = None, **values: Any) -> Posted:
        """One try."""
        body = body or self.body(**values)
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        posted = request(self.port, json.dumps(body).encode(), headers, mark=str(body["sub_id"]))
        with self._lock:
            self.posts.append(posted)
        return posted

    def insist(self, *, pause_s: float = 0.3, tries: int = 200, **values: Any) -> Posted:
        """As a good source's client: the same key and body until there is an answer that is one."""
        body = self.body(**values)
        for _ in range(tries):
            posted = self.post(key=str(body["sub_id"]), body=body)
            if posted.status in (200, 202):
                break
            time.sleep(pause_s)
        return posted

    def at_once(self, count: int, post: Callable[[], Posted] | None = None) -> list[Posted]:
        """So many posts in the same moment."""
        start = threading.Barrier(count)

        def run(_: int) -> Posted:
            start.wait()
            return (post or self.post)()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(run, range(count)))


def open_source(
    house: House, behaviours: list[str], *, prepare: Callable[[Market], object] | None = None, **options: Any
) -> Source:
    """A world of its own in the house, and the source that posts to it; `options` as of `market`.

    `prepare` may change the control plane further; what it did is published.
    """
    with house.database():
        scene = market(house.simulator, behaviours, **options)
        if prepare is not None:
            prepare(scene)
            scene.world.publish()
    return Source(house.port, scene)


class Traffic:
    """Leads at a steady rate from threads, each insisted on, for as long as the block runs."""

    def __init__(self, sources: list[Source], *, per_second: float, threads: int = 8) -> None:
        self._sources, self._pause_s = itertools.cycle(sources), threads / per_second
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        self.unanswered = 0

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._pause_s):
            with self._lock:
                source = next(self._sources)
            posted = source.insist()
            if posted.status not in (200, 202):
                with self._lock:
                    self.unanswered += 1
