"""Expressions in plain words: "Homeowner is yes and Credit score is at least 640"."""

from typing import Any

from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.index import index
from apps.engine.requirements import Expression
from apps.engine.rules.base import Operator, many
from apps.engine.rules.days import age_of
from apps.engine.rules.program import setting_of
from apps.engine.rules.registry import OPERATORS


def explain(expression: Expression, spec: CampaignSpec) -> str:
    """The expression as a sentence without full stop, in the labels of the campaign's fields."""
    return _said(expression, spec, inside="")


def _said(expression: Expression, spec: CampaignSpec, *, inside: str) -> str:
    if expression.kind == "test":
        return _test(expression, spec)
    if expression.kind == "not":
        said = " and ".join(_said(child, spec, inside="all") for child in expression.children)
        return f"not ({said})"
    word = " or " if expression.kind == "any" else " and "
    said = word.join(_said(child, spec, inside=expression.kind) for child in expression.children)
    if len(expression.children) > 1 and inside not in ("", expression.kind):
        return f"({said})"
    return said


def _test(expression: Expression, spec: CampaignSpec) -> str:
    field = index(spec).by_name.get(expression.field)
    operator = OPERATORS.get(expression.operator)
    label = (field.label or field.name) if field else expression.field
    if operator is None:
        return f"{label} {expression.operator}"
    if "{value}" not in operator.words:
        return f"{label} {operator.words}"
    return f"{label} {operator.words.format(value=_value(expression.value, operator, field, spec))}"


def _value(value: Any, operator: Operator, field: FieldSpec | None, spec: CampaignSpec) -> str:
    try:
        items = [_spoken(item, field) for item in many(value)]
        if operator.takes == "age" and field is not None:
            number, unit = age_of(value, setting_of(field, spec))
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    except ValueError:
        return "…"
    if operator.takes == "distance":
        return f"{items[-1]} km of {items[0]}"
    if operator.takes == "list":
        return f"“{items[-1]}”"
    if operator.takes == "many":
        return _one_of(items, operator)
    return _joined(items, "and") if operator.takes == "two" else ", ".join(items)


def _one_of(items: list[str], operator: Operator) -> str:
    if operator.key != "not_in":
        return _joined(items, "or")
    return f"neither {_joined(items, 'nor')}" if len(items) > 1 else f"not {items[0]}"


def _joined(items: list[str], word: str) -> str:
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def _spoken(item: Any, field: FieldSpec | None) -> str:
    if field is not None and field.type == "boolean":
        return "yes" if str(item).lower() in ("true", "yes", "1", "y", "on", "t") else "no"
    for choice in field.choices if field is not None else ():
        if str(item) == choice.value:
            return choice.label or choice.value
    return str(item)
