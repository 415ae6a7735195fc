"""`.venv` with the locked requirements: `python3.11 -m config.embedded.install dev`. Standard library only."""

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
OLDEST_PYTHON = (3, 11)
SELDOM = r"/(faker|mypy|mypyc|phonenumbers/\w*data|pip|pip_audit|playwright|pygments|setuptools|tests?)/"


def install(name: str) -> None:
    """Make `.venv` hold exactly what `requirements/<name>.txt` locks; nothing to do when it already does."""
    requirements = PROJECT / "requirements" / f"{name}.txt"
    stamp = VENV / ".installed"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode() + str(VENV).encode()).hexdigest()
    with open(PROJECT / ".venv.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        if not (VENV / "bin" / "pip").exists():  # the last thing that a new environment gets
            _step("Creating .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])
        count = sum(line[:1].isalnum() for line in requirements.read_text().splitlines())
        pip = [
            str(VENV / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
        ]
        # The lock is complete, so nothing needs resolving. Compiling goes quicker by all cores, and without what
        # only tools and rare look-ups import; Python compiles that when it is used.
        quick = ["--require-hashes", "--no-deps", "--no-compile"]
        _step(f"Installing {count} packages", [*pip, *quick, "-r", str(requirements)])
        compiling = [str(VENV / "bin" / "python"), "-m", "compileall", "-q", "-j", "0", "-x", SELDOM]
        _step("Compiling them", [*compiling, str(VENV / "lib")], needed=False)
        stamp.write_text(wanted)


def _step(title: str, command: list[str], *, needed: bool = True) -> None:
    print(f"  {title} …", end="", flush=True)
    started = time.monotonic()
    log = PROJECT / "var" / "log" / "install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as output:
        code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    if code and needed:
        print(f" failed. The end of {log.relative_to(PROJECT)}:")
        print("\n".join(f"    {line}" for line in log.read_text().splitlines()[-15:]))
        sys.exit(1)
    print(f" {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"Sluice needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11"
        )
    if os.environ.get("SLUICE_NO_INSTALL") != "1":
        try:
            install(sys.argv[1] if len(sys.argv) > 1 else "dev")
        except KeyboardInterrupt:
            sys.exit("\nStopped.")
