"""Changes to the sample body that a test lead is refused for, each with the message it gives."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.describe.examples import another, malformed
from apps.engine.fields import format_problem
from apps.engine.index import index
from apps.engine.normalise import PING, context_of
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
    required = [each.name for each in spec.fields if each.required]
    return _distinct(
        (*_missing(required), *_formats(spec, spec.fields, now), *_consent(spec, body), _flag("test"))
    )


def bad_phase_samples(
    spec: CampaignSpec,
    body: dict[str, Any],
    *,
    phase: str,
    pinned: Collection[str] = (),
    now: datetime = _ANY_DAY,
) -> list[BadSample]:
    """The same for what stands under `data` in one phase of the exchange; `body` is the sample of that phase.

    What is `pinned` by the ping is kept as it was pinged, so on the post it can be neither missing nor malformed.
    """
    fields = [each for each in spec.fields if each.name not in pinned]
    on_ping = phase == PING
    required = [each.name for each in fields if (each.required_on_ping if on_ping else each.required)]
    # What serves as idempotency key is no good example: the second time it is the key of another body.
    sent = [each for each in fields if each.name in body and each.name != spec.idempotency_field]
    # The exchange tells each missing field by itself.
    found = [*islice(_missing(required), 1), *_formats(spec, sent, now)]
    if not on_ping:
        found += _consent(spec, body, pinned)
    return _distinct((*found, _flag("Test_Mode")))


def differing(spec: CampaignSpec, pinned: Mapping[str, Any], *, now: datetime = _ANY_DAY) -> dict[str, Any]:
    """A change of one pinned value to another that is valid, too; empty when there is none."""
    context = context_of(spec, test=True, today=now.astimezone(ZoneInfo(spec.time_zone)).date())
    for each in spec.fields:
        if each.name in pinned:
            raw = another(each, pinned[each.name], context)
            if raw is not None:
                return {each.name: raw}
    return {}


def _distinct(bad: Iterable[BadSample]) -> list[BadSample]:
    found: dict[str, BadSample] = {}
    for each in bad:
        found.setdefault(each.message, each)
    return list(found.values())


def _missing(required: Sequence[str]) -> Iterator[BadSample]:
    if required:
        name = required[-1]
        text = message(Problem("missing_field", name, {"fields": name}))
        yield BadSample("missing_field", f"without {name}", text, removed=(name,))
    if len(required) > 1:
        names = (required[0], required[-1])
        text = message(Problem("missing_field", None, {"fields": ", ".join(names)}))
        title = f"{names[0]} left out, {names[1]} empty"
        yield BadSample("missing_field", title, text, changes={names[1]: ""}, removed=names[:1])


def _formats(spec: CampaignSpec, fields: Iterable[FieldSpec], now: datetime) -> Iterator[BadSample]:
    today = now.astimezone(ZoneInfo(spec.time_zone)).date()
    context = context_of(spec, test=True, today=today)
    for each in fields:
        raw = malformed(each, context)
        if raw is not None:
            problem = format_problem(each)
            yield BadSample(
                problem.code, f"{each.name} malformed", message(problem), changes={each.name: raw}
            )


def _consent(spec: CampaignSpec, body: dict[str, Any], pinned: Collection[str] = ()) -> Iterator[BadSample]:
    roles = index(spec).by_role
    certificates = [roles[role] for role in ("trustedform_url", "jornaya_id") if role in roles]
    # A certificate that is a required field of its own is told as missing, not as lacking consent.
    given = any(each.required or each.name in pinned for each in certificates)
    if spec.consent.requires != "none" and not given:
        names = tuple(each.name for each in certificates if each.name in body)
        text = message(Problem("missing_consent"))
        yield BadSample("missing_consent", "without a certificate", text, removed=names)


def _flag(name: str) -> BadSample:
    text = message(Problem("test_format"))
    return BadSample("test_format", f"{name} neither yes nor no", text, changes={name: "perhaps"})
