"""What is worked out once per compiled campaign and then looked up for every lead.

A version is immutable, so whatever follows from it alone may be kept for as long as it lives.
"""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from apps.engine.campaign import CampaignSpec, FieldSpec, TermsSpec
from apps.engine.fields import FIELD_TYPES, FieldType

T = TypeVar("T")


def per_campaign(build: Callable[[CampaignSpec], T]) -> Callable[[CampaignSpec], T]:
    """Keeps what `build` makes of a spec for as long as that very spec lives.

    What is built must not refer to the spec itself, or neither would ever be freed.
    """
    known: dict[int, tuple[weakref.ref[CampaignSpec], T]] = {}

    def get(spec: CampaignSpec) -> T:
        entry = known.get(id(spec))
        if entry is None:
            key = id(spec)
            entry = known[key] = (weakref.ref(spec, lambda _: known.pop(key, None)), build(spec))
        return entry[1]

    return get


@dataclass(frozen=True, slots=True)
class Index:
    """A campaign's fields by lower-cased name, by name and by role, each with its type."""

    by_lower: dict[str, FieldSpec]
    by_name: dict[str, FieldSpec]
    by_role: dict[str, FieldSpec]
    typed: tuple[tuple[FieldSpec, FieldType], ...]
    terms: dict[int, TermsSpec]

    def kind(self, name: str) -> str:
        """The kind of a field's type, or empty when there is no such field."""
        field = self.by_name.get(name)
        return FIELD_TYPES[field.type].kind if field and field.type in FIELD_TYPES else ""


# A field without a role is known by its type where the type says as much.
_ROLE_OF_TYPE = {
    "email": "email",
    "phone": "phone",
    "state": "state",
    "zip": "zip",
    "ip": "ip_address",
    "user_agent": "user_agent",
    "trustedform_url": "trustedform_url",
    "jornaya_lead_id": "jornaya_id",
}


@per_campaign
def index(spec: CampaignSpec) -> Index:
    """The campaign's fields, ready to look up."""
    roles: dict[str, FieldSpec] = {}
    for field in spec.fields:
        if field.role:
            roles.setdefault(field.role, field)
    for field in spec.fields:
        role = _ROLE_OF_TYPE.get(field.type)
        if role and not field.role:
            roles.setdefault(role, field)
    return Index(
        by_lower={field.name.lower(): field for field in spec.fields},
        by_name={field.name: field for field in spec.fields},
        by_role=roles,
        typed=tuple((field, FIELD_TYPES[field.type]) for field in spec.fields if field.type in FIELD_TYPES),
        terms={terms.id: terms for terms in spec.terms},
    )
