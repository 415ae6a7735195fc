"""Fields: names, types, choices, limits, roles."""

import re
from collections import Counter
from collections.abc import Iterator

from apps.campaigns.models import Field
from apps.engine.fields import FIELD_TYPES
from apps.publishing.problems.base import Draft, PublishProblem, named

RESERVED = frozenset({"compid", "sourceid", "campid", "auth", "test"})
ROLES = (
    "email", "phone", "first_name", "last_name", "address", "city", "state", "zip", "ip_address", "user_agent",
    "sub_id", "aff_id", "trustedform_url", "jornaya_id", "consent_text", "landing_page_url", "unique_identifier",
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_CHOICES = ("choice", "multiple_choice")


def problems(draft: Draft) -> Iterator[PublishProblem]:
    """What is wrong with the campaign's fields."""
    rows = list(draft.campaign.fields.all())
    if not rows:
        yield named(draft.campaign, f"Campaign {draft.campaign}", "fields", "has no fields")
    names = Counter(row.name.lower() for row in rows)
    roles = Counter(row.role for row in rows if row.role)
    for row in rows:
        label = f"Field {row.name}"
        yield from (named(row, label, field, said) for field, said in _name(row, names))
        yield from (named(row, label, field, said) for field, said in _kind(row, roles))
        yield from (named(row, label, field, said) for field, said in _limits(row))


def _name(row: Field, names: Counter) -> Iterator[tuple[str, str]]:
    if not _NAME.fullmatch(row.name):
        yield "name", "needs a name of letters, digits, _ . and -, a letter first"
    if row.name.lower() in RESERVED:
        yield "name", "has the name of one of the platform's own keys"
    if names[row.name.lower()] > 1:
        yield "name", "has the same name as another field; capital letters make no difference"


def _kind(row: Field, roles: Counter) -> Iterator[tuple[str, str]]:
    if row.type not in FIELD_TYPES:
        yield "type", f"has an unknown type “{row.type}”"
    elif row.type in _CHOICES and not row.choices.all():
        yield "choices", "has no choices to choose from"
    if row.role and row.role not in ROLES:
        yield "role", f"has an unknown role “{row.role}”"
    elif row.role and roles[row.role] > 1:
        yield "role", f"has the role “{row.role}”, which another field has too"


def _limits(row: Field) -> Iterator[tuple[str, str]]:
    if row.min_length is not None and row.max_length is not None and row.min_length > row.max_length:
        yield "max_length", "has a longest length below its shortest"
    if row.minimum is not None and row.maximum is not None and row.minimum > row.maximum:
        yield "maximum", "has a maximum below its minimum"
