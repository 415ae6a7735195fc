"""What of a sample belongs on a ping, and what on the post that follows it."""

from collections.abc import Mapping
from typing import Any

from apps.engine import rules
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.index import index

_CERTIFICATES = ("trustedform_url", "jornaya_id")


def ping_sample(spec: CampaignSpec, sample: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a sample that a good ping has: those required on pings, and whatever else the campaign judges a
    lead by, so that what it would refuse is refused at the ping. Of the person only what is required.
    """
    judged = _judged(spec)
    return {
        field.name: sample[field.name]
        for field in spec.fields
        if field.name in sample and (field.required_on_ping or (field.name in judged and not field.personal))
    } | {name: sample[name] for name in _due_certificates(spec) if name in sample}


def may_be_on_ping(field: FieldSpec) -> bool:
    """Whether a source sends this field on a ping: what is not about a person may come, what is only where it must."""
    return field.required_on_ping or not field.personal


def needed_on_ping(spec: CampaignSpec, sample: Mapping[str, Any]) -> dict[str, Any]:
    """The least that a ping has to bring."""
    names = {field.name for field in spec.fields if field.required_on_ping} | set(_due_certificates(spec))
    return {name: value for name, value in sample.items() if name in names}


def _judged(spec: CampaignSpec) -> set[str]:
    named = {test.field for rule in spec.rules for test in rules.tests(rule.expression)}
    targeted = (("state", spec.states.mode), ("zip", spec.zips.mode))
    roles = index(spec).by_role
    return named | {roles[role].name for role, mode in targeted if mode and role in roles}


def _due_certificates(spec: CampaignSpec) -> list[str]:
    """The certificates that a ping must bring: all that are asked for, as soon as one is required on pings."""
    wanted = {"trustedform": _CERTIFICATES[:1], "jornaya": _CERTIFICATES[1:], "both": _CERTIFICATES}
    roles = index(spec).by_role
    asked: list[FieldSpec] = [roles[role] for role in wanted.get(spec.consent.requires, ()) if role in roles]
    return [field.name for field in asked] if any(field.required_on_ping for field in asked) else []
