"""A sample body that this very campaign accepts.

Targeting decides where the person lives; conditions and filters are met by a small search over the values
that their own operators suggest. Where a campaign cannot be satisfied, the sample comes as close as the
search got.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.engine import rules
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.describe.examples import accepts, example
from apps.engine.describe.locations import locations
from apps.engine.fields import FIELD_TYPES, Context
from apps.engine.index import index
from apps.engine.normalise import context_of
from apps.engine.requirements import RuleSpec
from apps.engine.rules import OPERATORS, RuleError
from apps.engine.rules.program import setting_of
from apps.engine.values import Facts, Place, Value

_ANY_DAY = datetime(2026, 1, 15, 18, tzinfo=UTC)
_MOST_STEPS = 20_000
_LOCATION_ROLES = ("zip", "state", "city")
Assignment = dict[str, Any]
"""Raw values by field name; None leaves the field out."""


def sample(
    spec: CampaignSpec, places: Mapping[str, Place] | None = None, *, now: datetime = _ANY_DAY
) -> dict[str, Any]:
    """The lead fields of a valid body, in the campaign's order, without the system keys.

    `places` holds what is known of `zips_to_look_up(spec)`; ages and relative days are counted from `now`.
    """
    today = now.astimezone(ZoneInfo(spec.time_zone)).date()
    context = context_of(spec, test=False, today=today)
    draft: Assignment = {field.name: example(field, context) for field in spec.fields}
    variables = [_locations(spec, places or {}), *_variables(spec, draft, context)]
    for variable in variables:
        draft |= variable[0]
    search = _Search(spec, context, Facts(now=now, places=places or {}), variables)
    found = draft | (search.run() or {})
    return {field.name: found[field.name] for field in spec.fields if found.get(field.name) is not None}


def _locations(spec: CampaignSpec, places: Mapping[str, Place]) -> list[Assignment]:
    roles = index(spec).by_role
    names = [roles[role].name if role in roles else "" for role in _LOCATION_ROLES]
    fitting = [dict(zip(names, location, strict=True)) for location in _spelled(spec, places)]
    return [{name: raw for name, raw in each.items() if name} for each in fitting]


def _spelled(spec: CampaignSpec, places: Mapping[str, Place]) -> Iterator[tuple[Any, ...]]:
    if spec.region == "US":
        yield from locations(spec, places)
        return
    context = context_of(spec, test=False, today=_ANY_DAY.date())
    roles = index(spec).by_role
    yield tuple(example(roles[role], context) if role in roles else None for role in _LOCATION_ROLES)


def _variables(spec: CampaignSpec, draft: Assignment, context: Context) -> list[list[Assignment]]:
    """For each field that a rule speaks of, the values worth trying: the draft's own first."""
    fields = index(spec)
    located = {fields.by_role[role].name for role in _LOCATION_ROLES if role in fields.by_role}
    found = []
    for name in _named(spec):
        field = fields.by_name.get(name)
        if field is not None and name not in located:
            raws = [draft[name], *_suggestions(spec, field, context)]
            raws += [] if field.required else [None]
            tried = [raw for raw in raws if raw is None or accepts(field, raw, context)]
            found.append([{name: raw} for raw in _distinct(tried)])
    return [each for each in found if each]


def _named(spec: CampaignSpec) -> list[str]:
    return list(dict.fromkeys(test.field for rule in spec.rules for test in rules.tests(rule.expression)))


def _suggestions(spec: CampaignSpec, field: FieldSpec, context: Context) -> Iterator[Any]:
    setting = setting_of(field, spec, context.today)
    for rule in spec.rules:
        for test in rules.tests(rule.expression):
            operator = OPERATORS.get(test.operator)
            if test.field == field.name and operator is not None:
                try:
                    yield from operator.suggest(test.value, setting)
                except RuleError:
                    continue
    yield from (choice.value for choice in field.choices)
    if field.type == "multiple_choice":
        yield [choice.value for choice in field.choices]
    if field.type == "boolean":
        yield from ("true", "false")


def _distinct(raws: list[Any]) -> list[Any]:
    found: dict[str, Any] = {}
    for raw in raws:
        found.setdefault(repr(raw), raw)
    return list(found.values())


@dataclass(slots=True)
class _Search:
    """Depth first over the variables; a rule is judged as soon as all its fields have a value."""

    spec: CampaignSpec
    context: Context
    facts: Facts
    variables: list[list[Assignment]]
    steps: int = 0

    def run(self) -> Assignment | None:
        return self._from(0, {}, {})

    def _from(self, depth: int, chosen: Assignment, values: dict[str, Value]) -> Assignment | None:
        if depth == len(self.variables):
            return chosen
        for assignment in self.variables[depth]:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                return None
            tried = chosen | assignment
            tried_values = values | self._read(assignment)
            if self._holds(tried, tried_values):
                found = self._from(depth + 1, tried, tried_values)
                if found is not None:
                    return found
        return None

    def _read(self, assignment: Assignment) -> dict[str, Value]:
        fields = index(self.spec).by_name
        return {
            name: FIELD_TYPES[fields[name].type].parse(raw, fields[name], self.context)
            for name, raw in assignment.items()
            if raw is not None
        }

    def _holds(self, chosen: Assignment, values: dict[str, Value]) -> bool:
        return all(self._holds_rule(rule, values) for rule in self.spec.rules if _is_decided(rule, chosen))

    def _holds_rule(self, rule: RuleSpec, values: dict[str, Value]) -> bool:
        return rules.evaluate(rule.expression, values, self.facts, self.spec) == (rule.kind == "condition")


def _is_decided(rule: RuleSpec, chosen: Assignment) -> bool:
    return all(test.field in chosen for test in rules.tests(rule.expression))
