"""The operators by key, in the order menus show them. A further operator is one file and one line here."""

from apps.engine.rules.amounts import BETWEEN, GT, GTE, LT, LTE
from apps.engine.rules.base import Operator
from apps.engine.rules.days import AFTER, BEFORE, OLDER_THAN, YOUNGER_THAN
from apps.engine.rules.distance import WITHIN_KM
from apps.engine.rules.equality import IN, IS, IS_NOT, NOT_IN
from apps.engine.rules.lists import IN_LIST
from apps.engine.rules.presence import IS_MISSING, IS_PRESENT
from apps.engine.rules.texts import CONTAINS, ENDS_WITH, MATCHES, STARTS_WITH

_ALL = (
    IS, IS_NOT, IN, NOT_IN, CONTAINS, STARTS_WITH, ENDS_WITH, MATCHES, LT, LTE, GT, GTE, BETWEEN, BEFORE, AFTER,
    OLDER_THAN, YOUNGER_THAN, IS_PRESENT, IS_MISSING, IN_LIST, WITHIN_KM,
)  # fmt: skip

OPERATORS: dict[str, Operator] = {operator.key: operator for operator in _ALL}


def operators_for(kind: str) -> list[Operator]:
    """The operators that fit a kind of field type."""
    return [operator for operator in _ALL if kind in operator.kinds]
