"""Whether a field is there at all."""

from typing import Any

from apps.engine.rules.base import Operator, Setting, Test


def _present(value: Any, setting: Setting) -> Test:
    return lambda normal, facts: True


def _missing(value: Any, setting: Setting) -> Test:
    return lambda normal, facts: False


IS_PRESENT = Operator("is_present", "is present", "is given", "nothing", _present)
IS_MISSING = Operator("is_missing", "is missing", "is not given", "nothing", _missing, if_missing=True)
