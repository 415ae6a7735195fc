"""Processes are started again, and stopped."""

import signal
import sys
import time
from pathlib import Path

import pytest

from config.embedded import supervisor as module
from config.embedded.errors import EmbeddedError
from config.embedded.leftovers import is_running, stop_marked
from config.embedded.listening import listen
from config.embedded.processes import STATE_MARK, Launch
from config.embedded.procfile import read_procfile
from config.embedded.servers import Servers
from config.embedded.supervisor import Supervisor


def launch(tmp_path: Path, code: str, **environment: str) -> Launch:
    return Launch("thing", [sys.executable, "-c", code], log=tmp_path / "thing.log", environment=environment)


def test_what_ends_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)
    supervisor = Supervisor(Servers(environment={}))
    supervisor.start(launch(tmp_path, "import time; print('up', flush=True)\nexit(3)"))
    log = tmp_path / "thing.log"
    supervisor.watch(until=lambda: log.exists() and log.read_text().count("up") >= 2)
    supervisor.stop()
    assert "thing ended (exit code 3); starting it again" in capsys.readouterr().out


def test_stop_kills_what_does_not_want_to_and_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOP_TIMEOUT_S", 0.2)
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\ntime.sleep(600)"
    )
    supervisor = Supervisor(Servers(environment={}))
    child = supervisor.start(launch(tmp_path, stubborn))
    log = tmp_path / "thing.log"
    supervisor.watch(until=lambda: log.read_text().endswith("\n"))
    supervisor.stop()
    assert child.exit_status() == -signal.SIGKILL
    grandchild = int(log.read_text())
    for _ in range(100):
        if not is_running(grandchild):
            return
        time.sleep(0.02)
    pytest.fail("the grandchild survived")


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_marked_processes_are_found_and_stopped_and_no_others(tmp_path: Path) -> None:
    sleep = "import time; time.sleep(600)"
    marked = launch(tmp_path, sleep, **{STATE_MARK: str(tmp_path)}).start()
    other = launch(tmp_path, sleep, **{STATE_MARK: f"{tmp_path}-other"}).start()
    assert stop_marked(tmp_path) == 1
    assert marked.process.wait(timeout=10) == -signal.SIGTERM
    assert other.exit_status() is None
    other.stop(within_s=5)


def test_the_procfile_names_what_production_runs() -> None:
    commands = read_procfile(Path(__file__).parents[2] / "Procfile")
    assert set(commands) == {"web", "worker", "beat", "release"}


def test_a_taken_port_is_passed_over_or_refused_when_it_was_asked_for() -> None:
    with listen("127.0.0.1", None, first=20_000) as door:
        taken = door.getsockname()[1]
        with listen("127.0.0.1", None, first=taken) as other:
            assert other.getsockname()[1] != taken
        with pytest.raises(EmbeddedError, match=f"Port {taken} cannot be used"):
            listen("127.0.0.1", taken, first=taken)
