"""What a test tells, line by line, in the order in which it looked."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `warned` passed, but somebody should know; `shown` is a text for whoever asks on,
    without secrets; `timings` are stages as in `Attempt.timings`.
    """

    step: str
    told: str
    passed: bool = True
    warned: bool = False
    ms: float | None = None
    shown: str = ""
    timings: dict[str, float] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """As it is stored; what is empty is left out."""
        kept = {"step", "told", "passed"}
        return {name: value for name, value in asdict(self).items() if name in kept or value}


def failed(step: str, told: str, *, ms: float | None = None, shown: str = "") -> Line:
    """A line of something that keeps leads from arriving."""
    return Line(step, told, passed=False, ms=ms, shown=shown)


@dataclass(slots=True)
class Told:
    """A whole test. `outcome` is what the answer means, empty where none came."""

    lines: list[Line] = field(default_factory=list)
    outcome: str = ""
    total_ms: float = 0.0

    @property
    def passed(self) -> bool:
        return all(line.passed for line in self.lines)

    @property
    def first_failure(self) -> str:
        """What was wrong first, in a sentence; empty when nothing was."""
        return next((f"{line.step}: {line.told}" for line in self.lines if not line.passed), "")
