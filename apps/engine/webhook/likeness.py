"""How likely a value of a payload is a campaign's field: by what it is called, and by how it looks. From 0 to 1."""

import re
from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields import FIELD_TYPES, Context, is_empty, text_of
from apps.engine.webhook import names
from apps.engine.webhook.walking import VALUES

EXACT, WITHIN = 0.96, 0.8
UNSEEN = 0.85
"""What a name is worth where the sample has no value to confirm it."""
_BY_LOOK = {
    "email": 0.75, "trustedform_url": 0.75, "user_agent": 0.7, "phone": 0.6, "ip": 0.6, "jornaya_lead_id": 0.45,
    "zip": 0.45, "state": 0.4,
}  # fmt: skip
"""What the look of a value is worth where nothing is said of it, by type of the field."""
_LOOKS: dict[str, "re.Pattern[str]"] = {
    "phone": re.compile(r"(?=(?:\D*\d){10,11}\D*\Z)[+\d\s().-]{10,30}"),
    "user_agent": re.compile(r"(?:Mozilla|Opera|curl)/.*", re.DOTALL),
    "jornaya_lead_id": re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}"),
    "zip": re.compile(r"\d{5}(-\d{4})?"),
    "state": re.compile(r"[A-Z]{2}|[A-Z][a-z]{3,}( [A-Z][a-z]+)?"),
}
_FOREIGN = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+ | https?://\S+ | [0-9a-f]{8}-[0-9a-f-]{27} | \d{4}-\d\d-\d\dT\S+",
    re.VERBOSE | re.IGNORECASE,
)
"""Values that no name, street or other short text of a person looks like."""
_NOT_ABOUT_THE_PERSON = frozenset(
    {
        "vendor", "dealer", "provider", "recipient", "owner", "agent", "notification", "page", "site", "campaign",
        "ad", "adset", "adgroup", "creative", "event", "hook", "team", "workspace", "organisation", "organization",
        "portal", "account", "integration",
    }
)  # fmt: skip
_NOT_BY_LOOK = frozenset(
    {
        "id", "time", "timestamp", "date", "created", "updated", "at", "number", "count", "version", "index",
    }
)  # fmt: skip
"""Words of keys whose digits only look like a phone number or a zip."""
_OTHERS: dict[str, frozenset[str]] = {
    "address": frozenset({"email", "ip", "mac", "web", "url", "remote", "line2", "2", "address2", "full"}),
    "phone": frozenset({"type", "extension", "ext", "country", "verified"}),
    "first_name": frozenset({"company", "business", "last", "middle", "co"}),
    "last_name": frozenset({"company", "business", "first", "middle"}),
    "state": frozenset({"status", "marital"}),
    "city": frozenset({"ip"}),
    "email": frozenset({"opt", "optin", "consent", "subscribe", "verified", "status"}),
    "unique_identifier": frozenset({"form", "account", "campaign", "page"}),
}
"""Words beside a name that make it another thing, by role."""


def likeness(field: FieldSpec, keys: tuple[str, ...], label: str, value: Any, context: Context) -> float:
    """How likely a value is the field, by its keys (outermost first), what it is labelled, and its look."""
    named = max((_named(field, name) for name in _spoken(keys, label)), default=0.0)
    named *= _blocked(field, keys, label)
    if is_empty(value):
        return min(named, UNSEEN)
    valid = FIELD_TYPES[field.type].parse(value, field, context).valid
    if valid and field.type == "text" and _is_foreign(field, value):
        return 0.0 if named < EXACT else 0.4
    if not valid:
        return named * 0.4
    if _NOT_BY_LOOK & {*names.words(keys[-1] if keys else "")}:
        return named
    return max(named, _looking(field.type, value) * _blocked(field, keys, label))


def _spoken(keys: tuple[str, ...], label: str) -> list[str]:
    """What a value may be called: its label, its key, its key behind that of its holder, or its holder's where the key
    only says that it is the value.
    """
    inner, outer = (*keys[::-1], "", "")[:2]
    found = [label, inner, f"{outer} {inner}" if outer else ""]
    if inner in VALUES or inner.lower() == "full" or inner.isdecimal():
        found.append(outer)
    return [name for name in found if name]


def _named(field: FieldSpec, name: str) -> float:
    every, said, plain = names.words(name), names.core(name), names.spelled(name)
    others = bool(_OTHERS.get(field.role, frozenset()) & {*every})
    best = 0.0
    for place, synonym in enumerate(names.synonyms(field.role, field.name, field.label)):
        meant, later = names.words(synonym), min(place, 20) * 0.0005
        if plain == names.spelled(synonym) or (said == meant and not others):
            return EXACT + 0.02 - later
        if not others and _is_within(meant, every):
            best = max(best, WITHIN - later - 0.03 * (len(said) - len(meant)))
    return best


def _is_within(meant: tuple[str, ...], said: tuple[str, ...]) -> bool:
    """Whether the words stand together in a name; a single short word says too little."""
    if not meant or len(meant) > len(said) or (len(meant) == 1 and len(meant[0]) < 4 and meant[0] != "zip"):
        return False
    return any(said[place : place + len(meant)] == meant for place in range(len(said) - len(meant) + 1))


def _blocked(field: FieldSpec, keys: tuple[str, ...], label: str) -> float:
    """Less than 1 where the way to a value speaks of somebody or something else than the person."""
    said = {word for key in keys for word in names.words(key)} | {*names.words(label)}
    own = {*names.words(field.name), *names.words(field.label)}
    if field.role == "unique_identifier":
        return 0.3 if _OTHERS[field.role] & said else 1.0
    if field.role in ("landing_page_url", "sub_id", "aff_id", "consent_text"):
        return 1.0
    return 0.4 if (_NOT_ABOUT_THE_PERSON & said) - own else 1.0


def _looking(kind: str, value: Any) -> float:
    look = _LOOKS.get(kind)
    text = text_of(value) or ""
    return _BY_LOOK.get(kind, 0.0) if look is None or look.fullmatch(text) else 0.0


def _is_foreign(field: FieldSpec, value: Any) -> bool:
    if field.role not in ("first_name", "last_name", "address", "city"):
        return False
    return _FOREIGN.fullmatch(text_of(value) or "") is not None
