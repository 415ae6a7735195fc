"""Buyers, signs, a broker and a whole house for the fault suite. See `harness` for what its tools do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.deliveries import jobs
from apps.simulator.running import Running, running_simulator
from tests.faults.harness import tally
from tests.faults.harness.house import House, running_house
from tests.faults.harness.processes import Broker, broker


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run, for people and machines: what all checkers found, and the seed."""
    tally.hand_in()
    if tally.line() and not hasattr(config, "workerinput"):
        print(tally.line())  # noqa: T201 - meant for the console


@pytest.fixture(scope="package")
def _house(django_db_blocker: Any) -> Iterator[House]:
    # Not for the whole session: its processes would keep a core busy while other tests run.
    with running_house(django_db_blocker.unblock) as house:
        yield house


@pytest.fixture
def house(_house: House) -> Iterator[House]:
    """Everything runs; what the test breaks is mended after it."""
    _house.heal()
    yield _house
    _house.heal()


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
