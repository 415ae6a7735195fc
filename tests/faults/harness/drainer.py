"""A process that drains: `python -m tests.faults.harness.drainer --signs DIR [--barrier NAME] [--poison
ID]`.
"""

import argparse
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402 - Django has to be set up first

from apps.deliveries import jobs, services  # noqa: E402
from apps.deliveries.services.journey import claims, draining  # noqa: E402


class Signs:
    """Files by which this process and its test speak."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def reached(self, barrier: str) -> None:
        """Tell that the moment has come, and wait to be killed."""
        (self.folder / f"{os.getpid()}.{barrier}").touch()
        time.sleep(600)

    @property
    def stop(self) -> bool:
        return (self.folder / "stop").exists()


def before_claim_commit(signs: Signs) -> None:
    """The claim is made and not committed."""
    real = claims.claim

    def claim(limit: int) -> Any:
        with transaction.atomic():
            claimed = real(limit)
            if claimed:
                signs.reached("before_claim_commit")
            return claimed

    claims.claim = claim


def after_claim(signs: Signs) -> None:
    """The claim is committed; no attempt is written."""
    draining.start = _stop_before(draining.start, signs, "after_claim")


def before_bytes(signs: Signs) -> None:
    """The attempt is written; nothing is sent."""
    draining.transports.start = _stop_before(draining.transports.start, signs, "before_bytes")


def before_settle(signs: Signs) -> None:
    """The buyer has answered; nothing of it is stored."""
    draining.settle = _stop_before(draining.settle, signs, "before_settle")


def before_settle_commit(signs: Signs) -> None:
    """Everything that follows from the answer is written; nothing is committed."""
    real = draining.settle

    def settle(batch: Any) -> Any:
        with transaction.atomic():
            real(batch)
            return signs.reached("before_settle_commit")

    draining.settle = settle


def after_settle(signs: Signs) -> None:
    """The answer is booked and committed."""
    real = draining.settle

    def settle(batch: Any) -> Any:
        real(batch)
        return signs.reached("after_settle")

    draining.settle = settle


def _stop_before(real: Callable[..., Any], signs: Signs, name: str) -> Callable[..., Any]:
    def stopped(*values: Any, **options: Any) -> Any:
        signs.reached(name)
        return real(*values, **options)

    return stopped


def poisoned_by(delivery_id: int) -> None:
    """This delivery ends whatever process works on it."""
    real = draining.start

    def start(journeys: Any, **options: Any) -> Any:
        if any(journey.id == delivery_id for journey in journeys):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(journeys, **options)

    draining.start = start


BARRIERS: dict[str, Callable[[Signs], None]] = {
    barrier.__name__: barrier
    for barrier in (
        before_claim_commit, after_claim, before_bytes, before_settle, before_settle_commit, after_settle,
    )
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--signs", type=Path, required=True)
    parser.add_argument("--barrier", choices=sorted(BARRIERS))
    parser.add_argument("--poison", type=int)
    options = parser.parse_args()
    signs = Signs(options.signs)
    jobs._Waker._publish = lambda self: None
    if options.barrier:
        BARRIERS[options.barrier](signs)
    if options.poison:
        poisoned_by(options.poison)
    while not signs.stop:
        services.drain(for_s=1)
        services.sweep()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
