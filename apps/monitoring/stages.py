"""The stages of a call to a buyer, with the time each may take (design 05 §1), in milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """`key` as in `Attempt.timings`; over `target_ms` is slow, over `warn_ms` is trouble."""

    key: str
    label: str
    target_ms: int
    warn_ms: int


STAGES = (
    Stage("assembly_ms", "assembly", 10, 50),
    Stage("dns_ms", "DNS", 10, 50),
    Stage("connect_ms", "connect", 50, 100),
    Stage("send_ms", "send", 50, 100),
    Stage("wait_ms", "buyer", 500, 1000),
    Stage("parse_ms", "parse", 10, 50),
    Stage("total_ms", "total", 650, 1500),
)
TOTAL = STAGES[-1]


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage of one call. `tone` is empty within the budget, else warn or bad; `words` say so."""

    label: str
    ms: float
    tone: str
    words: str


def stage_times(timings: Mapping[str, float]) -> tuple[StageTime, ...]:
    """The stages that were reached, in their order, each judged by its budget."""
    return tuple(judged(stage, timings[stage.key]) for stage in STAGES if stage.key in timings)


def judged(stage: Stage, ms: float) -> StageTime:
    """One time against its stage's budget."""
    if ms > stage.warn_ms:
        return StageTime(stage.label, ms, "bad", f"● over {stage.warn_ms:,} ms")
    if ms > stage.target_ms:
        return StageTime(stage.label, ms, "warn", f"▲ over {stage.target_ms:,} ms")
    return StageTime(stage.label, ms, "", "")
