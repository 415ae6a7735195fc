"""The way to live leads as six steps, each done or not, from what is on record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

OPENED, REVIEWED, SENT, ACCEPTED, APPROVED, LIVE = (
    "opened",
    "reviewed",
    "sent",
    "accepted",
    "approved",
    "live",
)


@dataclass(frozen=True, slots=True)
class Milestones:
    """When each step happened, or None. Approval may be on record without its time."""

    opened: bool = False
    reviewed_at: datetime | None = None
    test_sent_at: datetime | None = None
    test_accepted_at: datetime | None = None
    approved: bool = False
    approved_at: datetime | None = None
    first_live_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, what to do while it is not done, and who has to do it."""

    key: str
    title: str
    action: str
    done: bool
    at: datetime | None = None
    by_client: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """All steps in order, how many are done, and the first that is not."""

    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """Number of steps that are done."""
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first step that is not done, or None when leads are live."""
        return next((step for step in self.steps if not step.done), None)

    @property
    def finished(self) -> bool:
        """Whether live leads have been accepted: nothing is left to do, whatever was left out on the way."""
        return any(step.done for step in self.steps if step.key == LIVE)


def checklist(milestones: Milestones, *, exchanges: bool = False) -> Checklist:
    """The six steps for what has happened so far; `exchanges` where the source pings and posts."""
    return Checklist(tuple(_steps(milestones, _PINGED if exchanges else _SIMPLE)))


@dataclass(frozen=True, slots=True)
class _Words:
    """What sending, acceptance and the first live lead are called, each as title and action."""

    sent: tuple[str, str]
    accepted: tuple[str, str]
    live: tuple[str, str]


_SIMPLE = _Words(
    (
        "Send a test lead",
        "From your own system with test set to true, or with the form on the Testing tab.",
    ),
    (
        "Have a test lead accepted",
        "The answer says leadStatus true and testLead true. A rejected one names what to correct.",
    ),
    ("Send your first live lead", "Set test to false, or leave it out. Nothing else changes."),
)
_PINGED = _Words(
    (
        "Have a test ping accepted",
        "From your own system with Test_Mode 1, or with the form on the Testing tab. The answer says accepted and"
        " holds a ping_id.",
    ),
    (
        "Have its post delivered",
        "Post the lead with that ping_id before it expires, or post it directly, with Test_Mode 1. The answer says"
        " delivered.",
    ),
    (
        "Have your first live lead delivered",
        "Leave Test_Mode out of the ping and of its post. Nothing else changes.",
    ),
)


def _steps(seen: Milestones, words: _Words) -> Iterator[Step]:
    yield Step(OPENED, "Open these instructions", "You are here.", seen.opened)
    yield Step(
        REVIEWED,
        "Read the requirements",
        "Go through them, then say so at the end of the Requirements tab.",
        seen.reviewed_at is not None,
        seen.reviewed_at,
    )
    yield Step(
        SENT,
        *words.sent,
        seen.test_sent_at is not None,
        seen.test_sent_at,
    )
    yield Step(
        ACCEPTED,
        *words.accepted,
        seen.test_accepted_at is not None,
        seen.test_accepted_at,
    )
    yield Step(
        APPROVED,
        "Be approved by your client",
        "Tell your client that your test lead was accepted; they switch you to live.",
        seen.approved,
        seen.approved_at,
        by_client=True,
    )
    yield Step(
        LIVE,
        *words.live,
        seen.first_live_at is not None,
        seen.first_live_at,
    )
