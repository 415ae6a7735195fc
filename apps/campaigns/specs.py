"""Rows of a campaign as the engine's values: its fields, and the expressions that people build over them."""

from typing import Any

from apps.campaigns.models import Campaign, Field, ValueList
from apps.engine import requirements
from apps.engine.campaign import CampaignSpec, Choice, FieldSpec
from apps.engine.requirements import Expression

DEEPEST = 12
_GROUPS = ("all", "any", "not")


class TreeError(ValueError):
    """A stored or sent value that does not have the form of an expression."""


def tree_of(stored: Any, *, depth: int = 1) -> Expression:
    """The expression that JSON holds. Raises TreeError when it holds none."""
    if not isinstance(stored, dict) or depth > DEEPEST:
        raise TreeError("This is no expression.")
    kind = stored.get("kind")
    if kind == "test":
        field, operator = stored.get("field"), stored.get("operator")
        if not isinstance(field, str) or not isinstance(operator, str):
            raise TreeError("A test needs a field and an operator.")
        return Expression("test", field=field, operator=operator, value=_value(stored.get("value")))
    children = stored.get("children")
    if kind not in _GROUPS or not isinstance(children, list):
        raise TreeError("This is no expression.")
    return Expression(kind, children=tuple(tree_of(child, depth=depth + 1) for child in children))


def tree_json(expression: Expression) -> dict[str, Any]:
    """The stored form of an expression."""
    if expression.kind == "test":
        value = list(expression.value) if isinstance(expression.value, tuple) else expression.value
        return {"kind": "test", "field": expression.field, "operator": expression.operator, "value": value}
    return {"kind": expression.kind, "children": [tree_json(child) for child in expression.children]}


def _value(value: Any) -> Any:
    if isinstance(value, list):
        if not all(isinstance(item, str) for item in value):
            raise TreeError("A list of values holds texts only.")
        return tuple(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TreeError("A value is a text, a list of texts, or nothing.")


def field_spec(field: Field) -> FieldSpec:
    """A field with its choices, as far as expressions, samples and menus need it."""
    return FieldSpec(
        name=field.name,
        type=field.type,
        label=field.label,
        role=field.role,
        required=field.required,
        required_on_ping=field.required_on_ping,
        personal=field.is_personal,
        description=field.description,
        example=field.example,
        choices=tuple(
            Choice(
                row.value, row.label, tuple(part.strip() for part in row.synonyms.split(",") if part.strip())
            )
            for row in field.choices.all()
        ),
        min_length=field.min_length,
        max_length=field.max_length,
        minimum=field.minimum,
        maximum=field.maximum,
    )


def fields_spec(campaign: Campaign) -> CampaignSpec:
    """The campaign as far as its fields go: what an expression is checked and put into words against.

    Value lists stand under `list_key`, without their content.
    """
    lists = ValueList.objects.filter(company=campaign.company_id).values_list("pk", flat=True)
    return CampaignSpec(
        id=campaign.pk or 0,
        company_id=campaign.company_id,
        company_number=0,
        company_name="",
        number=0,
        name=campaign.name,
        version=0,
        time_zone=campaign.time_zone,
        region=campaign.region,
        date_order=campaign.date_order,
        strict_phone=campaign.strict_phone,
        pad_zip=campaign.pad_zip,
        fields=tuple(field_spec(field) for field in campaign.fields.prefetch_related("choices")),
        lists={list_key(pk): requirements.ValueList() for pk in lists},
    )


def list_key(pk: int) -> str:
    """How an expression in a row names a value list; publishing puts its content hash in place of it."""
    return f"list:{pk}"
