"""Reading a test flag: `test`, `Test_Mode`, a webhook's `is_test` all read alike."""

from typing import Any

from apps.engine.fields.base import digits_text_of, is_empty

_TRUE = frozenset({"true", "1", "yes", "y", "on"})
_FALSE = frozenset({"false", "0", "no", "n", "off"})


def read_flag(raw: Any) -> bool | None:
    """True or False; absent, null and empty are False. None is a malformed flag: a problem, never silently
    live."""
    if is_empty(raw):
        return False
    word = (digits_text_of(raw) or "").lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None
