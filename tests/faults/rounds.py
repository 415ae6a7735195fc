"""The whole fault suite again and again, each time with another seed: `python -m tests.faults.rounds [runs]`.

Prints a line a run and the sum at the end. Every number is to be 0; a run that fails is repeated with its seed by
`FAULTS_SEED=… make faults RUNS=1`, and its output is kept beside the table.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("lost", "double_sold", "stuck", "over_cap", "ledger_mismatch")
SUITE = ["-q", "-p", "no:cacheprovider", "-m", "faults or faults_long", "tests/faults"]
LOGS = Path("var") / "faults"


@dataclass(slots=True)
class Run:
    """One run of the suite: how many verdicts it gave, what they add up to, and how it ended."""

    seed: int
    passed: bool
    seconds: float
    judged: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def row(self, number: int) -> str:
        """Its line of the table."""
        cells = "".join(f"{self.counts[name]:>{len(name) + 2}}" for name in COLUMNS)
        ended = "passed" if self.passed else f"FAILED, see {log_of(self.seed)}"
        return f"{number:>4}  {self.seed:>9}  {self.judged:>8}{cells}  {self.seconds:>5.0f} s  {ended}"


def main(runs: int) -> int:
    """Run the suite so many times; the exit code."""
    LOGS.mkdir(parents=True, exist_ok=True)
    print(f" run       seed  verdicts  {'  '.join(COLUMNS)}     time", flush=True)
    done = []
    for number, seed in enumerate(_seeds(runs), start=1):
        done.append(run(seed))
        print(done[-1].row(number), flush=True)
    total: Counter[str] = Counter(dict.fromkeys(COLUMNS, 0))
    for each in done:
        total.update(each.counts)
    failed = [each for each in done if not each.passed]
    sums = " ".join(f"{name}={total[name]}" for name in COLUMNS)
    print(f"{sums} runs={runs} failed={len(failed)} seed={done[-1].seed}")
    return 1 if failed or any(total.values()) else 0


def run(seed: int) -> Run:
    """The suite once, on servers that survive a crash."""
    began = time.monotonic()
    with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as together, open(log_of(seed), "w") as log:
        environment = {**os.environ, "FAULTS_SEED": str(seed), "FAULTS_TALLY": together.name}
        workers = ["-n", os.environ.get("WORKERS", "2"), "--dist", "loadfile"]
        command = [sys.executable, "-m", "pytest", *SUITE, *workers, *sys.argv[2:]]
        code = subprocess.call(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        made = Run(seed, code == 0, time.monotonic() - began)
        for line in together:
            counts = json.loads(line)
            made.judged += counts.pop("judged")
            made.counts.update(counts)
    if made.passed:
        log_of(seed).unlink()
    return made


def log_of(seed: int) -> Path:
    """Where a run's output is kept, if it failed."""
    return LOGS / f"{seed}.log"


def _seeds(runs: int) -> list[int]:
    named = os.environ.get("FAULTS_SEED")
    if named:
        return [int(named)] * runs
    return [random.SystemRandom().randrange(1, 2**24) for _ in range(runs)]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
