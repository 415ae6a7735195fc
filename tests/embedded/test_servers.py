"""The embedded servers, started for real."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded.errors import EmbeddedError
from config.embedded.home import PROJECT
from config.embedded.leftovers import is_running
from config.embedded.servers import Servers, running, serving


def ask(servers: Servers, sql: str) -> object:
    with psycopg.connect(servers.environment["DATABASE_URL"], autocommit=True) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def await_end(pid: int) -> None:
    for _ in range(500):
        if not is_running(pid):
            return
        time.sleep(0.02)
    pytest.fail(f"process {pid} still runs")


def test_passing_servers_answer_and_leave_nothing_behind(var: Path) -> None:
    with running(keep=False, durable=False, var=var) as servers:
        assert ask(servers, "SHOW fsync") == "off"
        assert ask(servers, "SHOW server_encoding") == "UTF8"
        assert redis.from_url(servers.environment["REDIS_URL"]).ping()
        pids = [child.pid for child in servers.children()]
    assert len(pids) == 2
    assert not any(is_running(pid) for pid in pids)
    assert list((var / "embedded" / "passing").iterdir()) == []


def test_durable_servers_write_like_production(var: Path) -> None:
    with running(keep=False, durable=True, var=var) as servers:
        assert ask(servers, "SHOW fsync") == "on"
        assert ask(servers, "SHOW synchronous_commit") == "on"


def test_kept_data_is_there_again_even_when_a_stranger_has_the_recorded_process_id(var: Path) -> None:
    with running(keep=True, durable=True, var=var) as servers:
        ask(servers, "CREATE TABLE kept AS SELECT 7 AS number")
        redis.from_url(servers.environment["REDIS_URL"]).set("kept", "7")
    record = var / "embedded" / "postgres" / "postmaster.pid"
    record.write_text(f"{os.getpid()}\n{record.parent}\n1\n5432\n\n\n0 0\nready\n")
    with running(keep=True, durable=True, var=var) as servers:
        assert ask(servers, "SELECT number FROM kept") == 7
        assert redis.from_url(servers.environment["REDIS_URL"]).get("kept") == b"7"


def test_a_second_start_says_where_the_first_one_is(var: Path) -> None:
    announced = {"PUBLIC_URL": "http://localhost:8123"}
    with running(keep=True, durable=True, var=var, announce=announced) as servers:
        assert serving(var) == servers.environment | announced
        with (
            pytest.raises(EmbeddedError, match="already runs from this directory at http://localhost:8123"),
            running(keep=True, durable=True, var=var),
        ):
            pytest.fail("a second start went through")
        assert ask(servers, "SELECT 1") == 1
    assert serving(var) == {}


def test_servers_named_by_the_environment_are_used_as_they_are(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/x")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with running(keep=False, durable=False, var=var) as servers:
        assert servers.children() == []
        assert servers.environment["DATABASE_URL"] == "postgres://elsewhere/x"


def test_only_the_server_that_is_not_named_is_started(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/x")
    with running(keep=False, durable=False, var=var) as servers:
        assert [child.launch.name for child in servers.children()] == ["valkey"]
        assert servers.environment["DATABASE_URL"] == "postgres://elsewhere/x"


def test_a_killed_server_comes_back_at_the_same_address_with_its_data(var: Path) -> None:
    with running(keep=True, durable=True, var=var) as servers:
        ask(servers, "CREATE TABLE kept AS SELECT 7 AS number")
        for child in servers.children():
            os.kill(child.pid, signal.SIGKILL)
            child.process.wait()
            servers.restart(child)
        assert ask(servers, "SELECT number FROM kept") == 7
        assert redis.from_url(servers.environment["REDIS_URL"]).ping()


def test_servers_die_with_a_supervisor_that_is_killed_and_its_place_is_usable_again(var: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from config.embedded.servers import running\n"
        "with running(keep=True, durable=True, var=Path(sys.argv[1])) as servers:\n"
        "    print(*(child.pid for child in servers.children()), flush=True); time.sleep(600)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script, str(var)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    pids = [int(pid) for pid in supervisor.stdout.readline().split()]
    assert len(pids) == 2
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    if sys.platform == "linux":
        for pid in pids:
            await_end(pid)
    with running(keep=True, durable=True, var=var) as servers:
        assert ask(servers, "SELECT 1") == 1


def test_data_of_another_major_version_is_refused_with_a_sentence(var: Path) -> None:
    with running(keep=True, durable=True, var=var):
        pass
    (var / "embedded" / "postgres" / "PG_VERSION").write_text("9\n")
    with (
        pytest.raises(EmbeddedError, match="was made by PostgreSQL 9 and this is"),
        running(keep=True, durable=True, var=var),
    ):
        pytest.fail("the wrong version was started")
