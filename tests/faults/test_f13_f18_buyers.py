"""F13, F14, F18 in the whole house: hostile buyers and names while a source waits for the buyers' answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from apps.buyers.services import endpoint_set_active
from apps.deliveries.models import Attempt
from tests.faults.harness.history import History
from tests.faults.harness.house import House
from tests.faults.harness.source import Source, open_source

pytestmark = pytest.mark.faults

ASKING = {"answer_mode": "buyer", "answer_budget_ms": 3000}
SHORT = {"timeout_ms": 400, "retries": 0}
SLACK_MS = 2000
"""What a busy machine may add to a deadline: far less than the 600 s the buyers would take."""


def attempts(house: House, source: Source) -> list[tuple[str, str, float]]:
    """(outcome, error, milliseconds) of every attempt, in order."""
    with house.database():
        rows = Attempt.objects.filter(lead__in=source.accepted).order_by("id")
        return [(row.outcome, row.error, row.timings.get("total_ms", 0.0)) for row in rows]


@pytest.mark.parametrize("behaviour", ["hang", "drip?part=header&every=40", "drip?part=body&every=40"])
def test_f13_f14_a_buyer_that_never_comes_to_an_end(house: House, behaviour: str) -> None:
    """The source hears within its budget that the lead is pending; nobody else gets what may be sold."""
    source = open_source(house, [behaviour, "accept"], campaign=ASKING, endpoint=SHORT)
    posts = source.at_once(6)
    assert {(post.status, post.told["reason"]) for post in posts} == {(202, "Pending")}
    assert all(post.seconds < (ASKING["answer_budget_ms"] + SLACK_MS) / 1000 for post in posts)
    history = History(house, [source])
    assert history.settled()
    assert history.statuses() == {"held": 6}
    for outcome, error, took_ms in attempts(house, source):
        assert (outcome, error) == ("unknown", "timeout")
        assert SHORT["timeout_ms"] * 0.9 <= took_ms <= SHORT["timeout_ms"] + SLACK_MS
    assert set(history.requests().values()) == {1}
    assert history.verdict().clean


def test_f13_a_buyer_that_takes_no_connection(house: House) -> None:
    """Nothing has left: the next buyer gets the lead, within the same answer."""
    with full_port() as port:
        source = open_source(house, [f"http://127.0.0.1:{port}/", "accept"], campaign=ASKING, endpoint=SHORT)
        posts = source.at_once(4)
    assert all(post.accepted and post.status == 200 for post in posts)
    assert (
        sorted(outcome for outcome, _, _ in attempts(house, source)) == ["accepted"] * 4 + ["retryable"] * 4
    )
    assert history_of(house, source).verdict().clean


def test_f13_others_do_not_wait_for_a_buyer_that_hangs(house: House) -> None:
    """Forty leads hang at one buyer with a long time-out; those of another are all sold before any comes back."""
    stuck = open_source(house, ["hang"], endpoint={"timeout_ms": 6000, "retries": 0})
    fine = open_source(house, ["slow?ms=10"])
    stuck.at_once(20)
    stuck.at_once(20)
    for _ in range(2):
        fine.at_once(20)
    healthy = History(house, [fine])
    assert healthy.settled(patience_s=30)
    assert History(house, [stuck]).statuses()["in_flight"] >= 30
    assert healthy.statuses() == {"sold": 40}
    with house.database():
        endpoint_set_active(stuck.scene.endpoint(0), active=False, by=None)
    assert history_of(house, stuck, fine).verdict().clean


def test_f18_names_and_addresses_that_must_not_be_called(house: House, settings: Any) -> None:
    """No such name, cloud metadata, private addresses in many spellings: not a byte leaves, the next buyer gets it.

    Publishing refuses such addresses already; here it is as if they had been allowed at that time.
    """
    settings.OUTBOUND_ALLOW_NETWORKS = ["0.0.0.0/0", "::/0"]
    with sink() as (port, callers):
        own = own_address()
        inside = [
            "http://169.254.169.254/latest/meta-data/",
            "http://10.0.0.1/",
            f"http://[::ffff:127.0.0.1]:{port}/",
        ]
        inside += [f"http://{own}:{port}/", f"http://0.0.0.0:{port}/"] if own else []
        urls = ["http://buyer.invalid/leads", *inside]
        source = open_source(house, [*urls, "accept"], endpoint=SHORT)
        posts = source.at_once(4)
        assert all(post.accepted for post in posts)
        history = history_of(house, source)
    assert history.statuses() == {"sold": 4}
    found = {(outcome, error) for outcome, error, _ in attempts(house, source)}
    assert found == {("retryable", "dns_error"), ("failed", "address_refused"), ("accepted", "")}
    assert callers == []
    assert history.verdict().clean


def history_of(house: House, *sources: Source) -> History:
    history = History(house, list(sources))
    assert history.settled()
    return history


@contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full: nobody is let in, nobody is refused."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        try:
            yield server.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


@contextmanager
def sink() -> Iterator[tuple[int, list[object]]]:
    """A port on every address of this machine, and who has called it."""
    callers: list[object] = []
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:

        def take() -> None:
            with suppress(OSError):
                while True:
                    connection, caller = server.accept()
                    callers.append(caller)
                    connection.close()

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def own_address() -> str:
    """An address of this machine that is no loopback; empty without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return ""
