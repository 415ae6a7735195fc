"""Yes or no, in the spellings that forms send."""

from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, text_of

YES = frozenset({"true", "1", "yes", "y", "on", "t"})
NO = frozenset({"false", "0", "no", "n", "off", "f"})


def _read(raw: Any, spec: FieldSpec, context: Context) -> bool | None:
    word = (text_of(raw) or "").lower()
    if word in YES:
        return True
    return False if word in NO else None


BOOLEAN = FieldType(
    "boolean",
    "Yes or no",
    "true or false; yes, no, y, n, 1, 0, on and off are read too",
    "true",
    _read,
    "boolean",
    bad_example="perhaps",
)
