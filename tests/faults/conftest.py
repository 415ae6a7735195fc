"""Buyers, signs and a broker for the fault suite. See `harness` for what its tools do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.deliveries import jobs
from apps.simulator.running import Running, running_simulator
from tests.faults.harness.processes import Broker, broker


@pytest.fixture
def simulator() -> Iterator[Running]:
    """Buyers that remember every request."""
    with running_simulator(keep=None) as running:
        yield running


@pytest.fixture
def signs(tmp_path: Path) -> Path:
    """Where processes tell which barrier they have reached."""
    folder = tmp_path / "signs"
    folder.mkdir()
    return folder


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    """A Valkey that may be stopped and flushed without harming anybody."""
    with broker() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_wake_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes of the tests find work by themselves; those with a broker of their own turn this back."""
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)
