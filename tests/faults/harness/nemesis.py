"""What may befall a house: each fault breaks something, lasts a moment, and is mended again."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from tests.faults.harness.house import House

Fault = Callable[[House, random.Random], None]


def worker_killed(house: House, chance: random.Random) -> None:
    """The worker with all its children; its leases run out by themselves."""
    house.kill("worker")
    time.sleep(chance.uniform(0.1, 1.0))
    house.start("worker")


def worker_child_killed(house: House, chance: random.Random) -> None:
    _kill_one_of(house.children("worker"), chance)


def worker_frozen(house: House, chance: random.Random) -> None:
    """Sometimes for longer than its leases last: its answers then come late."""
    with house.frozen("worker"):
        time.sleep(chance.choice([1.0, 3.0, 9.0]))


def web_killed(house: House, chance: random.Random) -> None:
    house.kill("web")
    time.sleep(chance.uniform(0.0, 0.5))
    house.start("web")


def web_child_killed(house: House, chance: random.Random) -> None:
    """gunicorn itself starts another."""
    _kill_one_of(house.children("web"), chance)


def beat_killed(house: House, chance: random.Random) -> None:
    house.kill("beat")
    time.sleep(chance.uniform(0.5, 3.0))
    house.start("beat")


def redis_flushed(house: House, _chance: random.Random) -> None:
    house.redis.flushall()


def redis_killed(house: House, chance: random.Random) -> None:
    house.kill_server(house.valkey)
    time.sleep(chance.uniform(0.0, 2.0))
    house.start_server(house.valkey)


def redis_deaf(house: House, chance: random.Random) -> None:
    house.broker_proxy.blackhole()
    time.sleep(chance.uniform(1.0, 4.0))
    house.broker_proxy.heal()


def redis_cut_off(house: House, chance: random.Random) -> None:
    house.broker_proxy.refuse()
    time.sleep(chance.uniform(0.1, 2.0))
    house.broker_proxy.heal()


def postgres_killed(house: House, chance: random.Random) -> None:
    house.kill_server(house.postgres)
    time.sleep(chance.uniform(0.0, 2.0))
    house.start_server(house.postgres)


def postgres_cut_off(house: House, chance: random.Random) -> None:
    """Every connection breaks; what was being committed may or may not be."""
    house.database_proxy.refuse()
    time.sleep(chance.uniform(0.1, 1.5))
    house.database_proxy.heal()


def postgres_slow(house: House, chance: random.Random) -> None:
    house.database_proxy.latency(chance.uniform(0.02, 0.1))
    time.sleep(2.0)
    house.database_proxy.heal()


def postgres_half_closed(house: House, _chance: random.Random) -> None:
    house.database_proxy.half_close()


FAULTS: tuple[Fault, ...] = (
    worker_killed,
    worker_child_killed,
    worker_frozen,
    web_killed,
    web_child_killed,
    beat_killed,
    redis_flushed,
    redis_killed,
    redis_deaf,
    redis_cut_off,
    postgres_killed,
    postgres_cut_off,
    postgres_slow,
    postgres_half_closed,
)


def rounds(chance: random.Random, count: int) -> list[Fault]:
    """So many faults in random order; none comes again before every other has come."""
    chosen: list[Fault] = []
    while len(chosen) < count:
        chosen += chance.sample(FAULTS, len(FAULTS))
    return chosen[:count]


def _kill_one_of(pids: list[int], chance: random.Random) -> None:
    with suppress(IndexError, ProcessLookupError):
        os.kill(chance.choice(pids), signal.SIGKILL)
