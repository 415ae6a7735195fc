"""The sum of all verdicts of a run, for its last line."""

import json
import os
from collections import Counter
from dataclasses import asdict
from typing import Any

SEED = int(os.environ.setdefault("FAULTS_SEED", str(int.from_bytes(os.urandom(3), "big"))))
"""Of everything random in the run. Processes that a test starts find it in their environment."""

_sum: Counter[str] = Counter(lost=0, double_sold=0, stuck=0, over_cap=0, ledger_mismatch=0)
_judged = 0


def add(verdict: Any) -> None:
    """Count a verdict in."""
    global _judged  # noqa: PLW0603 - one a process is the point
    _judged += 1
    _sum.update(asdict(verdict))


def line() -> str:
    """`lost=0 double_sold=0 stuck=0 over_cap=0 ledger_mismatch=0 seed=…`; empty when nothing was judged."""
    if not _judged:
        return ""
    return " ".join(f"{name}={count}" for name, count in {**_sum, "seed": SEED}.items())


def hand_in() -> None:
    """Leave this process's sum where FAULTS_TALLY says, one line of JSON a process, for who runs several."""
    path = os.environ.get("FAULTS_TALLY")
    if path and _judged:
        with open(path, "a") as together:
            together.write(json.dumps({**_sum, "judged": _judged}) + "\n")
