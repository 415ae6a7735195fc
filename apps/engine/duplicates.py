"""Duplicate rules: which values of a lead are claims, and how a claim already taken is told."""

from dataclasses import dataclass
from typing import Any

from apps.engine.campaign import CampaignSpec
from apps.engine.index import index
from apps.engine.requirements import DuplicateSpec
from apps.engine.values import LeadData, Problem

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Claim:
    """A value that only one lead may hold within a window.

    `key` is what `Facts.duplicates` names when it is taken; `rule` the rule it comes from; `text` what is to
    be digested, personal data in clear.
    """

    key: str
    rule: DuplicateSpec
    text: str


def claims(spec: CampaignSpec, data: LeadData) -> tuple[Claim, ...]:
    """What a lead claims by the campaign's rules, in their order. Empty and malformed values never claim
    anything."""
    found: list[Claim] = []
    for rule in spec.duplicates:
        texts = {name: _text(data.normal(name)) for name in rule.fields}
        if rule.match == "all":
            if all(texts.values()):
                found.append(Claim(rule.key, rule, _SEPARATOR.join(texts.values())))
        else:
            found.extend(Claim(claim_key(rule, name), rule, text) for name, text in texts.items() if text)
    return tuple(found)


def claim_key(rule: DuplicateSpec, name: str) -> str:
    """The key of one field's claim: the rule's own where it has one field, else `rule:field`."""
    return rule.key if len(rule.fields) == 1 else f"{rule.key}:{name}"


def _text(normal: Any) -> str:
    """A value as it is compared: lower-cased whole, so that e-mail addresses differ by more than case."""
    if normal is None:
        return ""
    return "|".join(normal).lower() if isinstance(normal, tuple) else str(normal).lower()


def problem(spec: CampaignSpec, key: str) -> Problem | None:
    """What the source is told when a claim is taken; `key` is a claim's or a whole rule's. None for an
    unknown key."""
    for rule in spec.duplicates:
        if key == rule.key:
            return _problem(spec, rule.fields)
        for name in rule.fields:
            if key == claim_key(rule, name):
                return _problem(spec, (name,))
    return None


def _problem(spec: CampaignSpec, names: tuple[str, ...]) -> Problem:
    fields = index(spec)
    only = fields.by_name.get(names[0]) if len(names) == 1 else None
    for role in ("email", "phone"):
        if only is not None and (only.type == role or fields.by_role.get(role) is only):
            return Problem(f"duplicate_{role}", only.name)
    labels = [(field.label or field.name) if (field := fields.by_name.get(name)) else name for name in names]
    return Problem(
        "duplicate_fields", names[0] if only is not None else None, {"label": " and ".join(labels)}
    )
