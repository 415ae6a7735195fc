"""`make run`: servers, database, demo company, processes; then the addresses, until Ctrl-C."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import environ

from config.embedded.console import note, step
from config.embedded.errors import EmbeddedError
from config.embedded.home import PROJECT, VAR
from config.embedded.listening import listen
from config.embedded.processes import Launch
from config.embedded.procfile import RELEASE, read_procfile
from config.embedded.servers import running
from config.embedded.supervisor import Stopped, Supervisor, stop_on_signals

FIRST_WEB_PORT = 8000
FIRST_SIMULATOR_PORT = 8900
FIRST_MAIL_PORT = 8950
READY_TIMEOUT_S = 60
LOGS = VAR / "log"


def run() -> None:
    """Start all of Sluice and keep it running. Returns when stopped; EmbeddedError when it cannot start."""
    began = time.monotonic()
    stop_on_signals()
    environ.Env.read_env(PROJECT / ".env")
    host = os.environ.get("HOST") or "127.0.0.1"
    wanted = os.environ.get("PORT")
    with ExitStack() as stack:
        # Both sockets are ours for as long as we run: no other clone can take a port that was promised.
        doors = {
            "web": stack.enter_context(listen(host, int(wanted) if wanted else None, first=FIRST_WEB_PORT)),
            "simulator": stack.enter_context(listen("127.0.0.1", None, first=FIRST_SIMULATOR_PORT)),
            "mail": stack.enter_context(listen("127.0.0.1", None, first=FIRST_MAIL_PORT)),
        }
        addresses = _addresses(doors)
        with step("Starting PostgreSQL and Valkey"):
            servers = stack.enter_context(running(keep=True, durable=True, announce=addresses))
        environment = {
            **tool_environment(),
            **servers.environment,
            **addresses,
            "WEB_BIND": f"fd://{doors['web'].fileno()}",
        }
        supervisor = Supervisor(servers)
        stack.callback(supervisor.stop)
        _prepare(environment)
        _start_processes(supervisor, environment, doors)
        _await_first_page(supervisor, doors["web"])
        _show(environment, began)
        supervisor.watch()


def _addresses(doors: Mapping[str, socket.socket]) -> dict[str, str]:
    port, simulator, mail = (str(doors[name].getsockname()[1]) for name in ("web", "simulator", "mail"))
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "PUBLIC_URL": f"http://localhost:{port}",
        "SIMULATOR_URL": f"http://127.0.0.1:{simulator}",
        # The simulator takes the demo's mails and shows them: no mail leaves the machine.
        "EMAIL_URL": f"smtp://127.0.0.1:{mail}",
        "WORKER_CONCURRENCY": "2",
    }
    return {name: os.environ.get(name) or value for name, value in defaults.items()} | {"PORT": port}


def tool_environment() -> dict[str, str]:
    """Our own environment with the programs of this virtualenv first, and output that is not held back."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"}


def _prepare(environment: Mapping[str, str]) -> None:
    with step("Preparing database and static files"):
        _finish("release", read_procfile(PROJECT / "Procfile")[RELEASE], environment)
    if os.environ.get("DEMO", "1") != "0":
        with step("Loading the demo company"):
            _finish("demo", "python manage.py demo_load", environment)


def _finish(name: str, command: str, environment: Mapping[str, str]) -> None:
    log = LOGS / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as output:
        done = subprocess.run(
            command,
            shell=True,
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode:
        raise EmbeddedError(f"'{command}' failed. {_end_of(log)}")


def _start_processes(
    supervisor: Supervisor, environment: Mapping[str, str], doors: Mapping[str, socket.socket]
) -> None:
    commands = read_procfile(PROJECT / "Procfile")
    del commands[RELEASE]
    handed = [doors[name].fileno() for name in ("simulator", "mail")]
    simulator = f"exec python manage.py simulator --fd {handed[0]} --mail-fd {handed[1]}"
    for name, command in {"simulator": simulator, **commands}.items():
        fds = handed if name == "simulator" else [doors[name].fileno()] if name in doors else []
        supervisor.start(
            Launch(
                name,
                ["/bin/sh", "-c", command],
                log=LOGS / f"{name}.log",
                environment=environment,
                cwd=PROJECT,
                pass_fds=fds,
            )
        )


def _await_first_page(supervisor: Supervisor, door: socket.socket) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    with step("Starting web, worker, beat and the buyer simulator"):
        supervisor.watch(until=lambda: _is_ready(door) or time.monotonic() > deadline)
        if time.monotonic() > deadline:
            raise EmbeddedError(f"No page answered within {READY_TIMEOUT_S} s. {_end_of(LOGS / 'web.log')}")


def _is_ready(door: socket.socket) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", door.getsockname()[1], timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _show(environment: Mapping[str, str], began: float) -> None:
    if os.environ.get("DEMO", "1") != "0":
        subprocess.run(["python", "manage.py", "demo_show"], cwd=PROJECT, env=environment, check=False)
    else:
        print(f"\n  {environment['PUBLIC_URL']}/admin/", flush=True)
    print(f"\n  Logs are in {LOGS.relative_to(PROJECT)}/. Stop with Ctrl-C.", flush=True)
    print(f"  Ready in {time.monotonic() - began:.0f} s", flush=True)


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
    return f"The end of {log.relative_to(PROJECT)}:\n" + "\n".join(f"    {line}" for line in lines)


def main() -> int:
    """Run until stopped; the exit code."""
    try:
        run()
    except Stopped:
        note("Stopped.")
    except EmbeddedError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0
