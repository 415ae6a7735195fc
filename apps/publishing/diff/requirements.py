"""What leads must be: settings, fields, rules, duplicates, caps."""

from collections.abc import Iterable, Iterator

from apps.engine import rules as engine_rules
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.requirements import CapSpec, DuplicateSpec, RuleSpec
from apps.publishing.diff import words
from apps.publishing.diff.words import said, shown

_SETTINGS = {
    "name": "name", "company_name": "company", "description": "description", "time_zone": "time zone",
    "currency": "currency", "region": "region", "starts_on": "first day", "ends_on": "last day",
    "date_order": "date order", "strict_phone": "strict phone numbers", "pad_zip": "padding of short zips",
    "idempotency_field": "idempotency field", "answer_mode": "answer", "answer_budget_ms": "answer budget in ms",
    "max_buyers": "most buyers of a lead",
}  # fmt: skip
_FIELD = {
    "type": "type", "label": "label", "role": "role", "description": "description", "example": "example",
    "min_length": "shortest length", "max_length": "longest length", "minimum": "minimum", "maximum": "maximum",
}  # fmt: skip
_DUPLICATE = {"match": "match", "window_s": "window in seconds", "scope": "scope", "counts": "counts"}
_CAP = {"basis": "basis", "period": "period", "time_zone": "time zone"}
_CENTS = 100


def settings(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """The campaign's own settings and its targeting."""
    yield from words.attributes(old, new, _SETTINGS, "")
    yield from words.hours(old.schedule, new.schedule, "")
    yield from words.states(old.states, new.states, "")
    yield from words.zips((old.zips, old.lists), (new.zips, new.lists), "")
    yield from words.attributes(
        old.consent, new.consent, {"requires": "consent", "strict": "strict consent"}, ""
    )
    checks = {"email": "e-mail", "address": "address", "ip": "IP", "countries": "countries"}
    yield from words.attributes(old.verification, new.verification, checks, "Verification")


def fields(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """Fields by posting name."""
    for before, after in words.paired(old.fields, new.fields, lambda field: field.name):
        if before is None:
            yield f"Field {after.name} added{', required' if after.required else ''}"
        elif after is None:
            yield f"Field {before.name} removed"
        else:
            yield from _field(before, after)
    had, has = [field.name for field in old.fields], [field.name for field in new.fields]
    if had != has and sorted(had) == sorted(has):
        yield "Fields are in another order"


def _field(old: FieldSpec, new: FieldSpec) -> Iterator[str]:
    label = f"Field {new.name}"
    flags = (
        ("required", "required"),
        ("required_on_ping", "required on ping"),
        ("personal", "personal data"),
    )
    for name, word in flags:
        if getattr(old, name) != getattr(new, name):
            yield f"{label} is {'now' if getattr(new, name) else 'no longer'} {word}"
    yield from words.attributes(old, new, _FIELD, label)
    had, has = {choice.value for choice in old.choices}, {choice.value for choice in new.choices}
    if has - had:
        yield said(label, f"choices {shown(frozenset(has - had))} added")
    if had - has:
        yield said(label, f"choices {shown(frozenset(had - has))} removed")
    if had == has and old.choices != new.choices:
        yield said(label, "labels, synonyms or order of its choices changed")


def rules(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """Conditions and filters by name, duplicate rules by row."""
    for before, after in words.paired(old.rules, new.rules, lambda rule: (rule.kind, rule.name)):
        yield from _rule(before, after, old, new)
    for before, after in words.paired(old.duplicates, new.duplicates, lambda rule: rule.key):
        yield from _duplicate(before, after)


def _rule(
    before: RuleSpec | None, after: RuleSpec | None, old: CampaignSpec, new: CampaignSpec
) -> Iterator[str]:
    if after is None:
        assert before is not None
        yield f"{before.kind.capitalize()} {before.name} removed"
        return
    label = f"{after.kind.capitalize()} {after.name}"
    explained = engine_rules.explain(after.expression, new)
    if before is None:
        yield f"{label} added: {explained}"
    elif before.expression != after.expression:
        yield f"{label} changed: {engine_rules.explain(before.expression, old)} → {explained}"
    if before is not None and before.public != after.public:
        yield f"{label} is {'now' if after.public else 'no longer'} public"


def _duplicate(before: DuplicateSpec | None, after: DuplicateSpec | None) -> Iterator[str]:
    if before is None:
        assert after is not None
        hours = after.window_s // 3600
        yield f"Duplicates by {_either(after)} within {hours} h are refused now"
    elif after is None:
        yield f"Duplicates by {_either(before)} are no longer refused"
    else:
        label = f"Duplicates by {_either(after)}"
        if before.fields != after.fields:
            yield said(label, f"fields {shown(before.fields)} → {shown(after.fields)}")
        yield from words.attributes(before, after, _DUPLICATE, label)


def _either(rule: DuplicateSpec) -> str:
    return (" or " if rule.match == "any" else " and ").join(rule.fields)


def caps(old: Iterable[CapSpec], new: Iterable[CapSpec], owner: str) -> Iterator[str]:
    """Caps of one subject, by counter."""
    for before, after in words.paired(old, new, lambda cap: cap.key):
        if before is None:
            yield said(owner, f"cap of {_cap(after)} added")
        elif after is None:
            yield said(owner, f"cap of {_cap(before)} removed")
        else:
            yield from _cap_changes(before, after, owner)


def _cap_changes(before: CapSpec, after: CapSpec, owner: str) -> Iterator[str]:
    label = f"{owner}: {after.period} cap" if owner else f"{after.period.capitalize()} cap"
    if before.limit != after.limit:
        yield said(label, f"limit {_limit(before)} → {_limit(after)}")
    yield from words.attributes(before, after, _CAP, label)
    if before.expression != after.expression:
        yield said(label, "counts other leads")


def _cap(cap: CapSpec) -> str:
    what = "spent" if cap.basis == "spend" else f"leads {cap.basis}"
    return f"{_limit(cap)} {what} per {cap.period}"


def _limit(cap: CapSpec) -> str:
    return f"{cap.limit / _CENTS:,.2f}" if cap.basis == "spend" else f"{cap.limit:,}"
