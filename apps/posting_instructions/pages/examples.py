"""Bodies that fail, each for one documented reason: what the "make it fail" menu offers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.engine import describe
from apps.engine.campaign import CampaignSpec
from apps.engine.describe.locations import DEFAULT_PLACES
from apps.engine.index import index
from apps.engine.reasons import message
from apps.engine.requirements import ValueList
from apps.engine.values import Problem
from apps.posting_instructions.pages.anchors import anchor

WRONG_KEY = "not-your-key"
NOBODY = "0"


@dataclass(frozen=True, slots=True)
class Example:
    """The sample with `changes` set and `removed` left out gives `message`.

    With `is_warning` a test lead is accepted all the same, and the message is what a live lead would have been told.
    """

    key: str
    title: str
    message: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    is_warning: bool = False

    def applied(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body that fails."""
        return {name: value for name, value in body.items() if name not in self.removed} | dict(self.changes)


def examples(spec: CampaignSpec, body: Mapping[str, Any]) -> list[Example]:
    """Every bad example of a campaign: what a test lead is refused for, then what it is only warned of."""
    found = [*_refused(spec, body), *_access(), *_targeting(spec)]
    return list({each.key: each for each in found}.values())


def _refused(spec: CampaignSpec, body: Mapping[str, Any]) -> Iterator[Example]:
    for bad in describe.bad_samples(spec, dict(body)):
        # The form always sends a test, so a flag that is neither yes nor no cannot be tried in it.
        if "test" not in bad.changes:
            key = anchor(f"{bad.message} {bad.title}")
            yield Example(key, _title(bad.message, bad.title), bad.message, bad.changes, bad.removed)


def _access() -> Iterator[Example]:
    for code, changes, words in (
        ("invalid_auth", {"auth": WRONG_KEY}, "with a wrong key"),
        ("invalid_source", {"sourceid": NOBODY}, "with an unknown sourceid"),
    ):
        text = message(Problem(code))
        yield Example(anchor(f"{text} {words}"), _title(text, words), text, changes)


def targeted(spec: CampaignSpec) -> Iterator[tuple[str, str, str]]:
    """What the campaign's targeting refuses: the code, the field, a value out of its reach."""
    roles = index(spec).by_role
    if spec.states.mode and "state" in roles and (state := _state_outside(spec)):
        yield "state_targeting", roles["state"].name, state
    if spec.zips.mode and "zip" in roles and (code := _zip_outside(spec)):
        yield "zip_targeting", roles["zip"].name, code


def _targeting(spec: CampaignSpec) -> Iterator[Example]:
    for code, name, value in targeted(spec):
        text, words = message(Problem(code)), f"{name} {value}"
        yield Example(anchor(f"{text} {words}"), _title(text, words), text, {name: value}, is_warning=True)


def _state_outside(spec: CampaignSpec) -> str:
    states = dict.fromkeys(state for state, _ in DEFAULT_PLACES.values())
    wanted = spec.states.mode == "exclude"
    return next((state for state in states if (state in spec.states.values) == wanted), "")


def _zip_outside(spec: CampaignSpec) -> str:
    listed = spec.lists.get(spec.zips.list_hash, ValueList())
    wanted = spec.zips.mode == "exclude"
    codes = (*DEFAULT_PLACES, "00000", *sorted(listed.exact)[:1])
    return next((code for code in codes if (code in listed) == wanted), "")


def _title(text: str, words: str) -> str:
    return f"{text} ({words})"
