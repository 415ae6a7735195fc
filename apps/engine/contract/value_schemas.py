"""The form of one field as JSON Schema.

A schema describes what to send, so it is narrower than what is read: a value that passes has the field's form as far
as a schema can tell, but not every spelling that is read passes. Patterns are those of ECMA-262.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator

from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.describe import FieldRow
from apps.engine.fields.country_codes import CODE_BY_SPELLING
from apps.engine.fields.state import STATE_NAMES

Schema = dict[str, Any]
_Shape = Callable[[FieldSpec, CampaignSpec], Schema]

_NOT_BLANK = r"\S"
_NUMBER = r"^[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?$"
_WHOLE = r"^[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)$"
_DAY = (
    r"^([0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{4}|[0-9]{2})|[0-9]{8}"
    r"|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4})$"
)
_ISO_DAY = r"^[0-9]{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12][0-9]|3[01])$"
_INSTANT = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}.*"
    r"|[0-9]{10}|[0-9]{13})$"
)
_BYTE = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_ADDRESS = rf"^({_BYTE}(\.{_BYTE}){{3}}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$"
_GAP = "[^0-9A-Za-z+#]*"
_EMAIL = r"^(?!\.)(?!.*\.\.)[^@\s]{1,64}@(?!-)[^@\s\[\]]+\.[^@\s.0-9][^@\s.]*$"
_AMOUNT = r"^[^0-9]*([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]*)?[^0-9]*$"
_YES_OR_NO = (True, False, "true", "false", "yes", "no", "y", "n", "on", "off", "1", "0", 1, 0)
FLAG: Schema = {"enum": list(_YES_OR_NO)}
"""The test flag, in the spellings that read as a yes or a no."""


def value_schema(field: FieldSpec, row: FieldRow, spec: CampaignSpec, sent: Any) -> Schema:
    """The schema of a field; `row` says in words what `field` accepts, `sent` is what the sample body holds of it."""
    shape = _SHAPES.get(field.type, _text)(field, spec)
    words = [row.description, f"{row.accepted}."]
    if sent is not None:
        shape = _passing(shape, sent) | {"examples": [sent]}
    return {"title": row.label, "description": " ".join(filter(None, words)), **shape}


def _passing(shape: Schema, sent: Any) -> Schema:
    """The shape with room for the customer's own example where that is spelt another way than we would."""
    if Draft202012Validator(shape).is_valid(sent):
        return shape
    if "enum" in shape:
        return {**shape, "enum": [*shape["enum"], sent]}
    return {"anyOf": [shape, {"const": sent}]}


def _text(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": "string", "pattern": _NOT_BLANK, **_lengths(field)}


def _integer(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": ["integer", "string"], "pattern": _WHOLE, **_bounds(field)}


def _decimal(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": ["number", "string"], "pattern": _NUMBER, **_bounds(field)}


def _boolean(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"enum": list(_YES_OR_NO)}


def _date(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {
        "type": "string",
        "anyOf": [{"pattern": _ISO_DAY}, {"not": {"pattern": r"^[0-9]{4}-"}, "pattern": _DAY}],
    }


def _instant(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": ["string", "integer"], "pattern": _INSTANT}


def _email(field: FieldSpec, spec: CampaignSpec) -> Schema:
    shape = {
        "type": "string",
        "format": "email",
        "pattern": _EMAIL,
        **_lengths(field),
    }
    return {"maxLength": 320, **shape}


def _phone(field: FieldSpec, spec: CampaignSpec) -> Schema:
    abroad = rf"\+({_GAP}[0-9]){{7,15}}"
    at_home = rf"({_GAP}1)?({_GAP}[0-9]){{10}}" if spec.region == "US" else rf"({_GAP}[0-9]){{7,15}}"
    extension = r"((ext\.?|x|#) ?[0-9]{1,8})?"
    least = 1_000_000_000 if spec.region == "US" else 1_000_000
    return {
        "type": ["string", "integer"],
        "pattern": f"^({abroad}|{at_home}){_GAP}{extension}$",
        "minimum": least,
    }


def _zip(field: FieldSpec, spec: CampaignSpec) -> Schema:
    if spec.region != "US":
        return {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9 -]{0,8}[A-Za-z0-9]$"}
    shortest = 3 if spec.pad_zip else 5
    return {"type": "string", "pattern": rf"^([0-9]{{{shortest},5}}|[0-9]{{5}}[- ]?[0-9]{{4}})$"}


def _state(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": "string", "enum": list(STATE_NAMES)}


def _country(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": "string", "enum": sorted(set(CODE_BY_SPELLING.values()))}


def _url(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": "string", "format": "uri", "pattern": r"^https?://[^\s/?#]+\.\S+$", **_lengths(field)}


def _ip(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": "string", "pattern": _ADDRESS}


def _user_agent(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": "string", "pattern": r"^[^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f]+[^\u0000-\u001f\u007f]*$",
            **_lengths(field)}  # fmt: skip


def _choice(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"enum": [choice.value for choice in field.choices]}


def _choices(field: FieldSpec, spec: CampaignSpec) -> Schema:
    one = _choice(field, spec)
    return {"anyOf": [{"type": "array", "items": one, "minItems": 1}, dict(one)]}


def _range(field: FieldSpec, spec: CampaignSpec) -> Schema:
    ends = {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 2, "maxItems": 2}
    return {"anyOf": [{"type": "string", "pattern": r"[0-9].*(-|\u2013|\u2014| to | and ).*[0-9]"}, ends]}


def _ssn(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": "string", "pattern": r"^(?!000|666|9)[0-9]{3}[- ]?(?!00)[0-9]{2}[- ]?(?!0000)[0-9]{4}$"}


def _currency(field: FieldSpec, spec: CampaignSpec) -> Schema:
    return {"type": ["number", "string"], "pattern": _AMOUNT, **_bounds(field)}


def _trustedform(field: FieldSpec, spec: CampaignSpec) -> Schema:
    path = "[0-9a-fA-F]{40}" if spec.consent.strict else r"[^\s?]+"
    return {
        "type": "string",
        "pattern": rf"^https://(cert|ping|cert\.staging)\.trustedform\.com/{path}(\?\S*)?$",
    }


def _jornaya(field: FieldSpec, spec: CampaignSpec) -> Schema:
    strict = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
    return {"type": "string", "pattern": strict if spec.consent.strict else "^[A-Za-z0-9-]{8,64}$"}


_SHAPES: dict[str, _Shape] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "birth_date": _date,
    "datetime": _instant,
    "email": _email,
    "phone": _phone,
    "state": _state,
    "zip": _zip,
    "country": _country,
    "url": _url,
    "ip": _ip,
    "user_agent": _user_agent,
    "choice": _choice,
    "multiple_choice": _choices,
    "range": _range,
    "ssn": _ssn,
    "currency": _currency,
    "trustedform_url": _trustedform,
    "jornaya_lead_id": _jornaya,
}


def _lengths(field: FieldSpec) -> Schema:
    longest = {} if field.max_length is None else {"maxLength": field.max_length}
    return {"minLength": max(1, field.min_length or 1), **longest}


def _bounds(field: FieldSpec) -> Schema:
    """Bounds hold for numbers; of a number in a text no schema can tell them."""
    limits = (("minimum", field.minimum), ("maximum", field.maximum))
    return {name: _number(limit) for name, limit in limits if limit is not None}


def _number(limit: Decimal) -> int | float:
    return int(limit) if limit == limit.to_integral_value() else float(limit)


def texts(values: Sequence[str]) -> Schema:
    """A text that is one of a closed list."""
    return {"type": "string", "enum": list(dict.fromkeys(values))}
