"""Expressions over a lead's fields: conditions, filters, order criteria, price bands, scopes of caps.

A test on a field that is missing (or malformed) is false, except `is_missing`, and `is_not` and `not_in`,
which say what a value is not. Texts are compared without regard to case.
"""

from apps.engine.rules.base import Operator, RuleError
from apps.engine.rules.program import evaluate, program
from apps.engine.rules.registry import OPERATORS, operators_for
from apps.engine.rules.validation import problems, tests, zips_mentioned
from apps.engine.rules.words import explain

__all__ = [
    "OPERATORS",
    "Operator",
    "RuleError",
    "evaluate",
    "explain",
    "operators_for",
    "problems",
    "program",
    "tests",
    "zips_mentioned",
]
