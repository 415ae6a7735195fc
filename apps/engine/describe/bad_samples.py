"""Changes to the sample body that a test lead is refused for, each with the message it gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.engine.campaign import CampaignSpec
from apps.engine.describe.examples import malformed
from apps.engine.fields import format_problem
from apps.engine.index import index
from apps.engine.normalise import context_of
from apps.engine.reasons import message
from apps.engine.values import Problem

_ANY_DAY = datetime(2026, 1, 15, 18, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BadSample:
    """The sample body with `changes` set and `removed` left out gives `message`; `title` says what was done."""

    code: str
    title: str
    message: str
    changes: dict[str, Any] = field(default_factory=dict)
    removed: tuple[str, ...] = ()

    def applied(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body that is refused."""
        kept = {name: value for name, value in body.items() if name not in self.removed}
        return kept | self.changes


def bad_samples(spec: CampaignSpec, body: dict[str, Any], *, now: datetime = _ANY_DAY) -> list[BadSample]:
    """One for each message about structure that this campaign can give; `body` is its sample."""
    found: dict[str, BadSample] = {}
    for bad in (*_missing(spec), *_formats(spec, body, now), *_consent(spec, body), _flag()):
        found.setdefault(bad.message, bad)
    return list(found.values())


def _missing(spec: CampaignSpec) -> Iterator[BadSample]:
    required = [each.name for each in spec.fields if each.required]
    if required:
        name = required[-1]
        text = message(Problem("missing_field", name, {"fields": name}))
        yield BadSample("missing_field", f"without {name}", text, removed=(name,))
    if len(required) > 1:
        names = (required[0], required[-1])
        text = message(Problem("missing_field", None, {"fields": ", ".join(names)}))
        title = f"{names[0]} left out, {names[1]} empty"
        yield BadSample("missing_field", title, text, changes={names[1]: ""}, removed=names[:1])


def _formats(spec: CampaignSpec, body: dict[str, Any], now: datetime) -> Iterator[BadSample]:
    today = now.astimezone(ZoneInfo(spec.time_zone)).date()
    context = context_of(spec, test=True, today=today)
    for each in spec.fields:
        raw = malformed(each, context)
        if raw is not None:
            problem = format_problem(each)
            yield BadSample(
                problem.code, f"{each.name} malformed", message(problem), changes={each.name: raw}
            )


def _consent(spec: CampaignSpec, body: dict[str, Any]) -> Iterator[BadSample]:
    roles = index(spec).by_role
    certificates = [roles[role] for role in ("trustedform_url", "jornaya_id") if role in roles]
    # A certificate that is a required field of its own is told as missing, not as lacking consent.
    if spec.consent.requires != "none" and not any(each.required for each in certificates):
        names = tuple(each.name for each in certificates if each.name in body)
        text = message(Problem("missing_consent"))
        yield BadSample("missing_consent", "without a certificate", text, removed=names)


def _flag() -> BadSample:
    return BadSample(
        "test_format", "test neither yes nor no", message(Problem("test_format")), changes={"test": "perhaps"}
    )
