"""Bidders over real sockets, and a real PostgreSQL in which transactions really commit."""

from collections.abc import Iterator

import pytest

from apps.deliveries import jobs
from apps.simulator.running import Running, running_simulator


@pytest.fixture(scope="session")
def _running() -> Iterator[Running]:
    with running_simulator(keep=None) as running:
        yield running


@pytest.fixture
def simulator(_running: Running) -> Running:
    """Buyers that have been asked nothing yet."""
    _running.reset()
    return _running


@pytest.fixture(autouse=True)
def _nobody_else_drains(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wake-up leaves the test: what is drained is what the test drains."""
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)
