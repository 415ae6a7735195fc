"""Expressions made ready to run: each is worked out once per campaign and kept as a function."""

from collections.abc import Callable, Mapping
from datetime import date

from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.fields import FIELD_TYPES
from apps.engine.index import index, per_campaign
from apps.engine.normalise import context_of
from apps.engine.requirements import Expression
from apps.engine.rules.base import RuleError, Setting
from apps.engine.rules.registry import OPERATORS
from apps.engine.values import Facts, LeadData, Value

Program = Callable[[Mapping[str, Value], Facts], bool]
_MOST_KEPT = 20_000


def evaluate(
    expression: Expression, data: LeadData | Mapping[str, Value], facts: Facts, spec: CampaignSpec
) -> bool:
    """Whether an expression holds for a lead's values.

    On a missing or malformed field every test is false, but for `is_missing`, `is_not` and `not_in`, which
    are true. An expression that cannot run raises `RuleError`; publishing refuses those (`problems`).
    """
    values = data.values if isinstance(data, LeadData) else data
    entry = _programs(spec).get(id(expression))
    run = program(expression, spec) if entry is None else entry[1]
    return run(values, facts)


def program(expression: Expression, spec: CampaignSpec) -> Program:
    """The expression as a function of values and facts, kept as long as the spec lives."""
    kept = _programs(spec)
    entry = kept.get(id(expression))
    if entry is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        # The expression is kept beside its program, so that its id cannot be given to another one.
        entry = kept[id(expression)] = (expression, _built(expression, spec))
    return entry[1]


@per_campaign
def _programs(spec: CampaignSpec) -> dict[int, tuple[Expression, Program]]:
    return {}


def setting_of(field: FieldSpec, spec: CampaignSpec, today: date = date.min) -> Setting:
    """What an operator is told about the field it tests."""
    kind = FIELD_TYPES[field.type].kind
    return Setting(
        field, kind, context_of(spec, test=True, today=date.max if today == date.min else today), spec.lists
    )


def _built(expression: Expression, spec: CampaignSpec) -> Program:
    if expression.kind == "test":
        return _test(expression, spec)
    parts = tuple(_built(child, spec) for child in expression.children)
    if expression.kind == "not":
        return lambda values, facts: not all(part(values, facts) for part in parts)
    if expression.kind == "any":
        return lambda values, facts: any(part(values, facts) for part in parts)
    if expression.kind == "all":
        return lambda values, facts: all(part(values, facts) for part in parts)
    raise RuleError(f"“{expression.kind}” is no kind of expression")


def _test(expression: Expression, spec: CampaignSpec) -> Program:
    field, operator = index(spec).by_name.get(expression.field), OPERATORS.get(expression.operator)
    if field is None or operator is None:
        raise RuleError(f"There is no field “{expression.field}” or no operator “{expression.operator}”")
    test = operator.prepare(expression.value, setting_of(field, spec))
    name, if_missing = field.name, operator.if_missing

    def run(values: Mapping[str, Value], facts: Facts) -> bool:
        value = values.get(name)
        if value is None or value.normal is None:
            return if_missing
        return test(value.normal, facts)

    return run
