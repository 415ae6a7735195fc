"""What a body must be, per call, as JSON Schema: the lead's fields, and the keys that say who sends it."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.engine import describe
from apps.engine.campaign import CampaignSpec, FieldSpec, TermsSpec
from apps.engine.contract.value_schemas import FLAG, Schema, value_schema
from apps.engine.index import index

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SUBMIT, PING, POST, DIRECT_POST, PRECHECK = "submit", "ping", "post", "direct_post", "precheck"
"""The calls a source can make, by their key."""
_CERTIFICATES = {
    "trustedform": ("trustedform_url",),
    "jornaya": ("jornaya_id",),
    "both": ("trustedform_url", "jornaya_id"),
    "either": ("trustedform_url", "jornaya_id"),
}
_KEY = {"type": "string", "minLength": 1, "writeOnly": True}


def body_schema(
    call: str, spec: CampaignSpec, terms: TermsSpec, *, sample: Mapping[str, Any], src: str = ""
) -> Schema:
    """The schema of the whole body of a call; `src` is what the exchange knows this source by."""
    if call == SUBMIT:
        return _flat(spec, terms, sample)
    if call == PRECHECK:
        return _enveloped(src, _person(spec, sample))
    schema = _enveloped(src, lead_schema(call, spec, sample))
    if call == POST:
        told = {
            "type": "string",
            "minLength": 1,
            "description": "As the ping's answer gave it; it can be posted once.",
        }
        schema["properties"] |= {"ping_id": told}
        schema["required"] += ["ping_id"]
    return schema


def json_schema(schema: Schema, title: str) -> Schema:
    """A schema as a document of its own."""
    return {"$schema": DIALECT, "title": title, **schema}


def lead_schema(call: str, spec: CampaignSpec, sample: Mapping[str, Any]) -> Schema:
    """The fields of a lead as a call takes them.

    A post need not repeat what its ping had to bring: that is kept as it was pinged.
    """
    rows = {row.name: row for row in describe.field_rows(spec, dict(sample))}
    properties = {
        each.name: value_schema(each, rows[each.name], spec, sample.get(each.name)) for each in spec.fields
    }
    required = [each.name for each in spec.fields if _is_due(call, each)]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        **_consent(call, spec, required),
    }


def _is_due(call: str, field: FieldSpec) -> bool:
    if call == PING:
        return field.required_on_ping
    return field.required and not (call == POST and field.required_on_ping)


def _consent(call: str, spec: CampaignSpec, required: list[str]) -> Schema:
    """The certificates that are asked for, by roles; a ping has to bring them once one is required on pings."""
    roles = index(spec).by_role
    wanted = [roles[role] for role in _CERTIFICATES.get(spec.consent.requires, ()) if role in roles]
    pinged = any(field.required_on_ping for field in wanted)
    if not wanted or (call == PING and not pinged) or (call == POST and pinged):
        return {}
    if spec.consent.requires == "either" and len(wanted) > 1:
        return {"anyOf": [{"required": [field.name]} for field in wanted]}
    required += [field.name for field in wanted if field.name not in required]
    return {}


def _flat(spec: CampaignSpec, terms: TermsSpec, sample: Mapping[str, Any]) -> Schema:
    schema = lead_schema(SUBMIT, spec, sample)
    ids = {"compid": spec.company_number, "sourceid": terms.source_number, "campid": spec.number}
    auth = _KEY | {"description": "Your key. It may travel as Authorization: Bearer instead."}
    named = {name: _always(number) for name, number in ids.items()}
    flag = FLAG | {
        "description": "true for a test lead; false, or left out, for a live one.",
        "examples": [True],
    }
    return schema | {
        "properties": {**named, "auth": auth, **schema["properties"], "test": flag},
        "required": [*ids, *schema["required"]],
    }


def _enveloped(src: str, lead: Schema) -> Schema:
    flag = FLAG | {"description": "1 for a test; left out, or 0, for a live call.", "examples": [1]}
    data = lead | {"properties": {**lead["properties"], "Test_Mode": flag}}
    who = {"type": "string", "enum": [src], "description": "You on this campaign, always this."}
    return {
        "type": "object",
        "properties": {"SRC": who, "KEY": _KEY | {"description": "Your key."}, "data": data},
        "required": ["SRC", "KEY", "data"],
    }


def _person(spec: CampaignSpec, sample: Mapping[str, Any]) -> Schema:
    """E-mail, phone or both, each plain or hashed; at least one of them."""
    fields = [field for role, field in index(spec).by_role.items() if role in ("email", "phone")]
    words = "Plain, or hashed: SHA-256, SHA-1 or MD5 in hexadecimal."
    told: dict[str, Schema] = {
        each.name: {"type": "string", "minLength": 1, "description": words, "examples": [sample[each.name]]}
        for each in fields
        if each.name in sample
    }
    return (
        {"type": "object", "properties": told, "anyOf": _any_of(told)}
        if told
        else {"type": "object", "properties": {}}
    )


def _any_of(names: Iterable[str]) -> list[Schema]:
    return [{"required": [name]} for name in names]


def _always(number: int) -> Schema:
    return {"enum": [str(number), number], "description": "Always this.", "examples": [str(number)]}
