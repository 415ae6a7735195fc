"""Ids: order, uniqueness under threads, forks and clocks that step; their spelling."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import time_machine

from apps.core import ids

MOMENT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _take(count: int) -> list[int]:
    return [ids.new_id() for _ in range(count)]


@pytest.fixture
def fresh_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_sequence", ids._Sequence())


def test_ids_rise_and_fit_a_signed_bigint() -> None:
    taken = _take(5_000)
    assert taken == sorted(set(taken))
    assert taken[0] > 0
    assert taken[-1] < 1 << 63


def test_ids_hold_the_time_in_their_upper_bits(fresh_sequence: None) -> None:
    with time_machine.travel(MOMENT, tick=False):
        identifier = ids.new_id()
    assert (identifier >> 23) + ids.EPOCH_MS == int(MOMENT.timestamp() * 1000)


def test_within_one_millisecond_ids_count_upwards(fresh_sequence: None) -> None:
    with time_machine.travel(MOMENT, tick=False):
        first, second = _take(2)
    assert second == first + 1


def test_a_full_millisecond_flows_into_the_next(fresh_sequence: None) -> None:
    with time_machine.travel(MOMENT, tick=False):
        first = ids.new_id()
        ids._sequence._place = (1 << 23) - 1
        second = ids.new_id()
    assert second >> 23 == (first >> 23) + 1


def test_a_clock_that_steps_back_gives_no_id_twice(fresh_sequence: None) -> None:
    with time_machine.travel(MOMENT, tick=False) as traveller:
        before = _take(1_000)
        traveller.shift(-3_600)
        behind = _take(1_000)
    assert len({*before, *behind}) == 2_000
    assert min(behind) > max(before)


def test_threads_share_no_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(_take, [2_000] * 8))
    assert len({identifier for batch in batches for identifier in batch}) == 16_000


def test_a_forked_child_starts_elsewhere(fresh_sequence: None) -> None:
    with time_machine.travel(MOMENT, tick=False):
        last = ids.new_id()
        ids._sequence.after_fork()
        assert abs(ids.new_id() - last) > 1


def test_a_child_process_can_take_ids_while_a_parent_thread_holds_the_lock() -> None:
    reader, writer = os.pipe()
    with ids._sequence._lock:
        child = os.fork()
        if child == 0:
            os.write(writer, str(ids.new_id()).encode())
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    assert int(told) > 0


@pytest.mark.parametrize("moment", [datetime(2025, 12, 31, tzinfo=UTC), datetime(2062, 1, 1, tzinfo=UTC)])
def test_a_clock_outside_the_ids_years_is_an_error(fresh_sequence: None, moment: datetime) -> None:
    with time_machine.travel(moment), pytest.raises(OverflowError):
        ids.new_id()


def test_public_ids_read_back() -> None:
    assert ids.public_id("L", 0x0123456789ABCDEF) == "L-0123456789ABCDEF"
    identifier = ids.new_id()
    assert ids.parse_public_id("DEL", ids.public_id("DEL", identifier)) == identifier
    assert ids.parse_public_id("L", "L-0123456789abcdef") == 0x0123456789ABCDEF


@pytest.mark.parametrize(
    "text",
    ["", "L", "L-", "X-0123456789ABCDEF", "L-0123456789ABCDE", "L-0123456789ABCDEF0", "L-01234_6789ABCDEF",
     "L-+123456789ABCDEF", " L-0123456789ABCDEF", "L-0123456789ABCDEF\n", "L-８123456789ABCDEF",
     "L-FFFFFFFFFFFFFFFF"],
)  # fmt: skip
def test_what_is_no_public_id_parses_to_none(text: str) -> None:
    assert ids.parse_public_id("L", text) is None


def test_tokens_and_keys_are_long_and_never_the_same() -> None:
    assert len(ids.new_token()) == 27
    assert len({ids.new_token() for _ in range(100)}) == 100
    keys = {ids.new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) == 32 and key.isalnum() and not set(key) & set("01ilou") for key in keys)


def test_an_id_tells_its_time() -> None:
    assert ids.time_of_id(ids.first_id_at(MOMENT)) == MOMENT
    assert ids.time_of_id(ids.first_id_at(MOMENT) - 1) < MOMENT
