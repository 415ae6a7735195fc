"""F8–F10: Redis dead, flushed, deaf. It carries wake-ups and rate limits only: ingest goes on, nothing is lost."""

import statistics
import threading
import time
from contextlib import suppress

import pytest
import redis

from tests.faults.harness.history import History
from tests.faults.harness.house import House
from tests.faults.harness.source import Source, Traffic, open_source

pytestmark = pytest.mark.faults

LIMITED = {"limit_per_second": 1000, "limit_per_minute": 50_000}
"""Limits nobody reaches, so that every post asks Redis."""
MOST_EXTRA_S = 1.0


@pytest.fixture
def source(house: House) -> Source:
    return open_source(house, ["accept"], terms=LIMITED)


def seconds(source: Source, count: int) -> list[float]:
    """How long each of so many accepted posts took."""
    posts = [source.post() for _ in range(count)]
    assert all(post.accepted for post in posts), [post.told or post.error for post in posts]
    return [post.seconds for post in posts]


def test_f8_a_dead_redis_costs_no_lead_and_less_than_a_second(house: House, source: Source) -> None:
    usual = seconds(source, 8)
    house.kill_server(house.valkey)
    without = seconds(source, 12)
    together = source.at_once(12)
    assert all(post.accepted for post in together)
    assert statistics.median(without) < statistics.median(usual) + MOST_EXTRA_S
    house.start_server(house.valkey)
    history = History(house, [source])
    assert history.settled()
    assert history.statuses() == {"sold": 32}
    assert set(history.requests().values()) == {1}
    assert history.verdict().clean
    assert not house.restarted, house.restarted[0]


def test_f8_limits_hold_without_redis(house: House) -> None:
    """Each web process counts for itself: more may pass than the limit says, never without bound."""
    source = open_source(house, ["accept"], terms={"limit_per_minute": 5})
    house.kill_server(house.valkey)
    posts = [source.post() for _ in range(25)]
    told = [post for post in posts if post.status == 429]
    assert 5 <= sum(post.accepted for post in posts) <= 5 * 2
    assert len(told) >= 15
    assert all(int(post.headers["retry-after"]) > 0 for post in told)


def test_f9_flushed_again_and_again_while_leads_come(house: House, source: Source) -> None:
    history = History(house, [source])
    with Traffic([source], per_second=30):
        for _ in range(12):
            time.sleep(0.2)
            house.redis.flushall()
    assert history.settled()
    assert history.statuses() == {"sold": len(source.accepted)}
    assert set(history.requests().values()) == {1}
    assert history.verdict().clean
    assert not house.restarted, house.restarted[0]


def test_f9_restarted_without_its_data(house: House, source: Source) -> None:
    history = History(house, [source])
    with Traffic([source], per_second=20):
        time.sleep(0.5)
        house.kill_server(house.valkey)
        time.sleep(0.5)
        house.start_server(house.valkey)
        time.sleep(0.5)
    assert history.settled()
    assert history.statuses() == {"sold": len(source.accepted)}
    assert set(history.requests().values()) == {1}
    assert history.verdict().clean
    assert not house.restarted, house.restarted[0]


def test_f10_a_deaf_redis_costs_no_lead_and_less_than_a_second(house: House, source: Source) -> None:
    """The connection stays open and nothing comes through: only time-outs help."""
    usual = seconds(source, 8)
    house.broker_proxy.blackhole()
    without = seconds(source, 12)
    assert statistics.median(without) < statistics.median(usual) + MOST_EXTRA_S
    assert house.ready()
    house.broker_proxy.heal()
    history = History(house, [source])
    assert history.settled()
    assert history.verdict().clean
    assert not house.restarted, house.restarted[0]


@pytest.mark.faults_long
def test_f10_workers_come_back_from_a_long_silence(house: House, source: Source) -> None:
    """Longer than any time-out of a worker's connection; then leads flow again, without a restart."""
    history = History(house, [source])
    house.broker_proxy.blackhole()
    over = threading.Event()

    def post() -> None:
        while not over.wait(1.0):
            source.insist()

    poster = threading.Thread(target=post)
    poster.start()
    time.sleep(45)
    house.broker_proxy.heal()
    assert history.settled(patience_s=60)
    over.set()
    poster.join()
    assert history.settled()
    assert history.verdict().clean
    assert not house.restarted, house.restarted[0]
    with suppress(redis.RedisError):
        assert house.redis.ping()
