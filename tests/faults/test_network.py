"""F13, F14, F18 through a whole delivery: what a hostile or broken network means for the lead."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from apps.deliveries import services
from apps.deliveries.models import Attempt
from apps.simulator.running import Running
from tests.deliveries.market import market, outcomes, stands

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FAST = {"timeout_ms": 300, "retries": 0}


@contextmanager
def listener(*, full: bool = False) -> Iterator[int]:
    """A port that takes connections and never says a word; with `full` it does not even take them."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0 if full else 16)
        port = server.getsockname()[1]
        fillers = []
        for _ in range(4 if full else 0):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            fillers.append(filler)
        try:
            yield port
        finally:
            for filler in fillers:
                filler.close()


def only_attempt() -> tuple[str, str]:
    attempt = Attempt.objects.order_by("id").first()
    assert attempt is not None
    return attempt.outcome, attempt.error


def test_a_buyer_that_does_not_take_the_connection(simulator: Running) -> None:
    """F13: nothing was sent, so the next order may have the lead."""
    with listener(full=True) as port:
        delivery = market(simulator, [f"http://127.0.0.1:{port}/", "accept"], endpoint=FAST).lead()
        services.drain()
    assert only_attempt() == ("retryable", "connect_error")
    assert stands(delivery) == ("sold", "sold")


def test_a_buyer_that_takes_the_request_and_is_silent(simulator: Running) -> None:
    """F13: bytes left, so it may be a sale."""
    with listener() as port:
        delivery = market(simulator, [f"http://127.0.0.1:{port}/", "accept"], endpoint=FAST).lead()
        services.drain()
    assert only_attempt() == ("unknown", "timeout")
    assert stands(delivery) == ("held", "held")
    assert simulator.requests == []


def test_a_buyer_that_hangs_in_the_tls_handshake(simulator: Running) -> None:
    """F13: the lead itself never left."""
    with listener() as port:
        delivery = market(simulator, [f"https://127.0.0.1:{port}/", "accept"], endpoint=FAST).lead()
        services.drain()
    outcome, error = only_attempt()
    assert outcome in ("retryable", "failed")
    assert error in ("connect_error", "tls_error")
    assert stands(delivery) == ("sold", "sold")


@pytest.mark.parametrize("part", ["header", "body"])
def test_a_drip_ends_at_the_deadline(simulator: Running, part: str) -> None:
    """F14: a byte now and then buys no time."""
    delivery = market(simulator, [f"drip?part={part}&every=40", "accept"], endpoint=FAST).lead()
    services.drain()
    assert outcomes(delivery) == ["unknown"]
    assert Attempt.objects.get().timings["total_ms"] < 5000
    assert stands(delivery) == ("held", "held")


def test_a_name_that_does_not_exist(simulator: Running) -> None:
    """F18."""
    delivery = market(simulator, ["http://buyer.invalid/leads", "accept"], endpoint=FAST).lead()
    services.drain()
    assert only_attempt() == ("retryable", "dns_error")
    assert stands(delivery) == ("sold", "sold")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_private_address_is_refused_and_nothing_is_sent(
    simulator: Running, settings: Any, host: str
) -> None:
    """F18: by literal and by name."""
    scene = market(simulator, [simulator.buyer("inside", "accept").replace("127.0.0.1", host)], endpoint=FAST)
    settings.OUTBOUND_ALLOW_NETWORKS = []
    delivery = scene.lead()
    services.drain()
    assert only_attempt() == ("failed", "address_refused")
    assert stands(delivery) == ("unsold", "unsold")
    assert simulator.requests == []


def test_a_hanging_buyer_delays_nobody_else(simulator: Running) -> None:
    """Ten leads hang at one buyer; by the time all others are sold, not one of the ten has come back."""
    hanging = market(simulator, ["hang"], endpoint={"timeout_ms": 4000})
    healthy = market(simulator, ["slow?ms=10"])
    stuck = hanging.leads(10)
    fine = healthy.leads(120)
    services.drain()
    last_sale = Attempt.objects.filter(outcome="accepted").order_by("-finished_at").first()
    first_back = Attempt.objects.filter(outcome="unknown").order_by("finished_at").first()
    assert {stands(one)[0] for one in fine} == {"sold"}
    assert {stands(one)[0] for one in stuck} == {"held"}
    assert last_sale.finished_at < first_back.finished_at
