"""P8: `make run` in a clean clone, packages cached: seconds until a page answers, and a second start for comparison.

The clone is made from the last commit. Run as `python -m benchmarks.p8_make_run`.
"""

import http.client
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BAR_S = 90
GIVE_UP_S = 280


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sluice-p8-") as folder:
        clone = Path(folder) / "sluice"
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        try:
            cold, cold_steps = measure(clone)
            warm, warm_steps = measure(clone)
        finally:
            subprocess.run(["make", "--silent", "clean"], cwd=clone, check=True, stdout=subprocess.DEVNULL)
    print(f"{'start':<8}{'seconds':>10}")
    print(f"{'cold':<8}{cold:>10.1f}")
    print(f"{'warm':<8}{warm:>10.1f}")
    for title, steps in (("cold", cold_steps), ("warm", warm_steps)):
        print(f"\n{title} start, step by step:\n{steps}")
    print(f"P8 {cold:.0f} bar<={BAR_S} {'ok' if cold <= BAR_S else 'short'}")


def measure(clone: Path) -> tuple[float, str]:
    """Seconds until the log-in page answers, and the progress lines."""
    named = {"DATABASE_URL", "REDIS_URL", "PORT", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV", "SLUICE_STATE_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in named}
    output = clone.with_name("output")
    began = time.perf_counter()
    with open(output, "w") as file:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        seconds = await_page(process, output) - began
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)
    return seconds, "\n".join(line for line in output.read_text().splitlines() if line.endswith(" s"))


def await_page(process: subprocess.Popen, output: Path) -> float:
    """The instant at which the log-in page of the address that `make run` printed answered."""
    deadline = time.perf_counter() + GIVE_UP_S
    while time.perf_counter() < deadline and process.poll() is None:
        address = re.search(r"http://localhost:(\d+)", output.read_text())
        if address and answers(int(address[1])):
            return time.perf_counter()
        time.sleep(0.1)
    raise SystemExit(f"`make run` did not get as far as a page:\n{output.read_text()}")


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/admin/login/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
