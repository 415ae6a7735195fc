"""Field types: one file a type (or a family that shares its reading), and the registry that names them."""

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, is_empty, text_of
from apps.engine.fields.boolean import BOOLEAN
from apps.engine.fields.choice import CHOICE, MULTIPLE_CHOICE
from apps.engine.fields.consent import JORNAYA_LEAD_ID, TRUSTEDFORM_URL
from apps.engine.fields.country import COUNTRY
from apps.engine.fields.dates import BIRTH_DATE, DATE, DATETIME
from apps.engine.fields.email import EMAIL
from apps.engine.fields.money import CURRENCY, RANGE
from apps.engine.fields.numbers import DECIMAL, INTEGER
from apps.engine.fields.phone import PHONE
from apps.engine.fields.ssn import SSN
from apps.engine.fields.state import STATE
from apps.engine.fields.text import TEXT
from apps.engine.fields.web import IP, URL, USER_AGENT
from apps.engine.fields.zip_code import ZIP
from apps.engine.values import Problem

_ALL = (
    TEXT, INTEGER, DECIMAL, BOOLEAN, DATE, DATETIME, BIRTH_DATE, EMAIL, PHONE, STATE, ZIP, COUNTRY, URL, IP,
    CHOICE, MULTIPLE_CHOICE, RANGE, SSN, CURRENCY, TRUSTEDFORM_URL, JORNAYA_LEAD_ID, USER_AGENT,
)  # fmt: skip

FIELD_TYPES: dict[str, FieldType] = {kind.key: kind for kind in _ALL}


def format_problem(spec: FieldSpec) -> Problem:
    """What is said of a field whose value does not have the form its type asks for."""
    return Problem(FIELD_TYPES[spec.type].problem, spec.name, {"label": spec.label or spec.name})


__all__ = ["FIELD_TYPES", "Context", "FieldType", "format_problem", "is_empty", "text_of"]
