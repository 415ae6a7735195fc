"""Nobody drains but the test, limits start afresh, and buyers listen on real sockets where a test wants them."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from apps.auctions.services import speeds
from apps.core import limits
from apps.deliveries import jobs
from apps.intake import refusals
from apps.simulator.running import Running, running_simulator


@pytest.fixture(autouse=True)
def _nobody_else_drains(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wake-up leaves the test."""
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """Rows are numbered anew in every run, buckets in Redis outlive it."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("lead:rate:*"):
        client.delete(key)
    limits._local.after_fork()
    limits._shared._away_until = 0.0
    refusals._tally.take()
    yield
    refusals._tally.take()


@pytest.fixture(scope="module")
def _running() -> Iterator[Running]:
    with running_simulator(keep=None) as running:
        yield running


@pytest.fixture
def simulator(_running: Running) -> Running:
    """Buyers that have been asked nothing yet, and are as fast as any."""
    _running.reset()
    speeds.forget()
    return _running
