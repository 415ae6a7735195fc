"""One simulator for all tests of this room; each starts with an empty journal."""

from collections.abc import Iterator

import pytest

from apps.simulator.running import Running, running_simulator


@pytest.fixture(scope="session")
def _running() -> Iterator[Running]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def simulator(_running: Running) -> Running:
    """A simulator that has received nothing yet."""
    _running.reset()
    return _running
