"""A pool hands out connections that live, and does not ask each of them before each use."""

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from apps.core import pooled
from apps.core.pooled import PooledConnection


def opened(size: int) -> ConnectionPool:
    """A pool of so many connections, as Django makes it."""
    kwargs = {**connection.get_connection_params(), "autocommit": True}
    return ConnectionPool(
        kwargs={name: value for name, value in kwargs.items() if name not in ("pool", "context")},
        connection_class=PooledConnection,
        check=ConnectionPool.check_connection,
        min_size=size,
        max_size=size,
        timeout=5.0,
        open=True,
    )


@pytest.fixture
def pool(db: None) -> Iterator[ConnectionPool]:
    with opened(1) as made:
        yield made


def killed(pool: ConnectionPool) -> int:
    """The process of the pool's connection, ended by somebody else."""
    with pool.connection() as mine:
        pid = mine.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    return pid


def test_one_that_died_is_replaced_unseen(pool: ConnectionPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooled, "CHECK_EVERY_S", 0.0)
    pid = killed(pool)
    with pool.connection() as mine:
        assert mine.execute("SELECT 1").fetchone() == (1,)
        assert mine.info.backend_pid != pid


def test_one_that_died_right_after_its_check_is_replaced_unseen(
    pool: ConnectionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled, "CHECK_EVERY_S", 60.0)
    pid = killed(pool)
    with pool.connection() as mine:
        assert mine.execute("SELECT 1").fetchone() == (1,)
        assert mine.info.backend_pid != pid


def test_however_many_died_one_request_replaces_them_all(db: None) -> None:
    """The pool waits longer before each check, so that a request that met three dead ones was refused in the end."""
    with opened(6) as pool, ExitStack() as held:
        pool.wait()
        pids = [held.enter_context(pool.connection()).info.backend_pid for _ in range(6)]
        held.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s) AS pid", [pids])
        with pool.connection() as mine:
            assert mine.execute("SELECT 1").fetchone() == (1,)
        assert pool.get_stats()["connections_lost"] == 6
        assert pool.get_stats().get("requests_errors", 0) == 0


def test_one_just_checked_is_not_asked_again(pool: ConnectionPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooled, "CHECK_EVERY_S", 60.0)
    asked: list[str] = []
    execute = psycopg.Connection.execute

    def told(self: psycopg.Connection, query: str, *args: object) -> psycopg.Cursor:
        asked.append(query)
        return execute(self, query, *args)

    monkeypatch.setattr(psycopg.Connection, "execute", told)
    for _ in range(3):
        with pool.connection() as mine:
            mine.execute("SELECT 1")
    assert asked.count("") <= 1
    assert asked.count("SELECT 1") == 3
