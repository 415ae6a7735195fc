"""What is wrong with an expression, told when it is saved and again when it is published."""

from collections.abc import Iterator

from apps.engine.campaign import CampaignSpec
from apps.engine.fields import FIELD_TYPES
from apps.engine.index import index
from apps.engine.requirements import Expression
from apps.engine.rules.base import RuleError
from apps.engine.rules.distance import centre_and_radius
from apps.engine.rules.program import setting_of
from apps.engine.rules.registry import OPERATORS

DEEPEST, MOST_TESTS = 10, 200


def problems(expression: Expression, spec: CampaignSpec) -> list[str]:
    """Sentences that name what cannot run; empty when everything can."""
    found = list(_problems(expression, spec, depth=1))
    if sum(1 for _ in tests(expression)) > MOST_TESTS:
        found.append(f"A rule has at most {MOST_TESTS} tests")
    return list(dict.fromkeys(found))


def tests(expression: Expression) -> Iterator[Expression]:
    """All tests of a tree, in reading order."""
    if expression.kind == "test":
        yield expression
    for child in expression.children:
        yield from tests(child)


def zips_mentioned(spec: CampaignSpec) -> frozenset[str]:
    """The zips that the campaign's expressions measure distances from; `Facts.places` must hold them."""
    found = set()
    for expression in _expressions(spec):
        for test in tests(expression):
            if test.operator == "within_km":
                found.add(centre_and_radius(test.value)[0])
    return frozenset(found)


def _expressions(spec: CampaignSpec) -> Iterator[Expression]:
    yield from (rule.expression for rule in spec.rules)
    caps = [*spec.caps, *(cap for terms in spec.terms for cap in terms.caps)]
    for order in spec.orders:
        caps.extend(order.caps)
        yield from (band.expression for band in order.price_bands)
        if order.criteria is not None:
            yield order.criteria
    yield from (cap.expression for cap in caps if cap.expression is not None)


def _problems(expression: Expression, spec: CampaignSpec, *, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        yield f"Groups are nested deeper than {DEEPEST}"
    elif expression.kind == "test":
        yield from _test_problems(expression, spec)
    elif expression.kind not in ("all", "any", "not"):
        yield f"“{expression.kind}” is no kind of expression"
    elif not expression.children:
        yield "A group has no tests"
    else:
        for child in expression.children:
            yield from _problems(child, spec, depth=depth + 1)


def _test_problems(expression: Expression, spec: CampaignSpec) -> Iterator[str]:
    field, operator = index(spec).by_name.get(expression.field), OPERATORS.get(expression.operator)
    if field is None:
        yield f"There is no field “{expression.field}”"
        return
    label = field.label or field.name
    if operator is None:
        yield f"{label}: there is no operator “{expression.operator}”"
        return
    kind = FIELD_TYPES.get(field.type)
    if kind is None or kind.kind not in operator.kinds:
        yield f"{label}: “{operator.label}” does not fit a field of type {kind.label if kind else field.type}"
        return
    try:
        operator.prepare(expression.value, setting_of(field, spec))
    except RuleError as error:
        yield f"{label}: {error}"
