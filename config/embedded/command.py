"""One command with servers up: tests, benchmarks, a shell."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import environ

from config.embedded.errors import EmbeddedError
from config.embedded.home import PROJECT
from config.embedded.processes import die_with_parent
from config.embedded.run import tool_environment
from config.embedded.servers import running, serving
from config.embedded.supervisor import Stopped, stop_on_signals


def execute(command: Sequence[str], *, keep: bool, durable: bool) -> int:
    """Run `command` at the console, with servers of its own, or with the clone's own data; its exit code."""
    stop_on_signals()
    environ.Env.read_env(PROJECT / ".env")
    try:
        with _servers(keep=keep, durable=durable) as environment:
            return _attend(command, {**tool_environment(), **environment})
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        return 128 + signal.SIGTERM


@contextmanager
def _servers(*, keep: bool, durable: bool) -> Iterator[Mapping[str, str]]:
    if keep:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
        going_on = serving()
        if going_on:
            yield going_on
            return
    with running(keep=keep, durable=durable) as servers:
        yield servers.environment
        for child in servers.children():
            if child.exit_status() is not None:
                print(f"{child.launch.name} ended while the command ran.", file=sys.stderr)


def _attend(command: Sequence[str], environment: Mapping[str, str]) -> int:
    # It shares our console: Ctrl-C reaches it directly, and we wait for what it makes of it.
    process = subprocess.Popen(command, env=environment, preexec_fn=die_with_parent(signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            return process.wait()
        except Stopped:
            process.terminate()
