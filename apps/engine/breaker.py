"""The circuit breaker of an endpoint, as values: state in, state out. Storage and clock belong to the caller.

Opens at 10 failures in a row, or when at least half of at least 20 results within 5 minutes failed. After 60
seconds one probe is let through: it closes the breaker or starts the cooling again. Only transport and server
trouble counts as failure; a buyer's business rejection is a healthy answer.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from apps.engine.outcome import Outcome
from apps.engine.values import Code

IN_A_ROW = 10
SHARE_OF = 20
SHARE = 0.5
WINDOW = timedelta(minutes=5)
COOLING = timedelta(seconds=60)
PROBE_PATIENCE = timedelta(seconds=90)
"""A probe that never reported (its process died) is replaced after this."""
_SLOT_S = 15
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Permission(Code):
    ALLOW = "allow"
    REFUSE = "refuse"
    PROBE = "probe"
    """Exactly one request may go; the caller reserves it with `probing` before sending."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Results of one quarter minute; `number` counts quarter minutes since 2000."""

    number: int
    passed: int
    failed: int


@dataclass(frozen=True, slots=True)
class BreakerState:
    """What is remembered of an endpoint. `opened_at` is None while closed; `probe_at` when a probe went
    out.
    """

    in_a_row: int = 0
    slots: tuple[Slot, ...] = ()
    opened_at: datetime | None = None
    probe_at: datetime | None = None


CLOSED = BreakerState()


def counts_as_failure(outcome: Outcome) -> bool:
    """Retryable, failed and unknown speak of the endpoint's health; accepted, rejected, duplicate of the
    lead.
    """
    return outcome in (Outcome.RETRYABLE, Outcome.FAILED, Outcome.UNKNOWN)


def permission(state: BreakerState, now: datetime) -> Permission:
    """Whether a request may go out now."""
    if state.opened_at is None:
        return Permission.ALLOW
    if now < state.opened_at + COOLING:
        return Permission.REFUSE
    if state.probe_at is not None and now < state.probe_at + PROBE_PATIENCE:
        return Permission.REFUSE
    return Permission.PROBE


def probing(state: BreakerState, now: datetime) -> BreakerState:
    """The state with the one probe taken."""
    return replace(state, probe_at=now)


def reopens_at(state: BreakerState, now: datetime) -> datetime:
    """When asking again makes sense: the end of the cooling, or of the patience with a probe."""
    if state.opened_at is None:
        return now
    if state.probe_at is not None:
        return max(now, state.probe_at + PROBE_PATIENCE)
    return max(now, state.opened_at + COOLING)


def after(state: BreakerState, now: datetime, *, failed: bool) -> BreakerState:
    """The state after one result. Answers that were under way when the breaker opened do not close it."""
    if state.opened_at is not None:
        if state.probe_at is None:
            return state
        return BreakerState(in_a_row=IN_A_ROW, opened_at=now) if failed else CLOSED
    slots = _counted(state.slots, now, failed=failed)
    in_a_row = state.in_a_row + 1 if failed else 0
    if in_a_row >= IN_A_ROW or _too_many(slots):
        return BreakerState(in_a_row=in_a_row, slots=slots, opened_at=now)
    return BreakerState(in_a_row=in_a_row, slots=slots)


def _counted(slots: tuple[Slot, ...], now: datetime, *, failed: bool) -> tuple[Slot, ...]:
    number = int((now - _EPOCH).total_seconds()) // _SLOT_S
    oldest = number - int(WINDOW.total_seconds()) // _SLOT_S
    kept = [slot for slot in slots if oldest < slot.number <= number]
    last = kept.pop() if kept and kept[-1].number == number else Slot(number, 0, 0)
    return (*kept, Slot(number, last.passed + (not failed), last.failed + failed))


def _too_many(slots: tuple[Slot, ...]) -> bool:
    failed = sum(slot.failed for slot in slots)
    total = failed + sum(slot.passed for slot in slots)
    return total >= SHARE_OF and failed >= SHARE * total
