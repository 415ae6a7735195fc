"""A pool hands out connections that live, and does not ask each of them before each use."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from apps.core import pooled
from apps.core.pooled import PooledConnection


@pytest.fixture
def pool(db: None) -> Iterator[ConnectionPool]:
    kwargs = {**connection.get_connection_params(), "autocommit": True}
    kwargs = {name: value for name, value in kwargs.items() if name not in ("pool", "context")}
    with ConnectionPool(
        kwargs=kwargs,
        connection_class=PooledConnection,
        check=ConnectionPool.check_connection,
        min_size=1,
        max_size=1,
    ) as made:
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
