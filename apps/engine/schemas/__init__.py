"""A buyer's schema, JSON Schema or XSD: whether it can be used at all, and where a request breaks it.

Nothing is fetched: a schema is one document. Its cost is bounded before it is used, since whoever edits an endpoint
chooses it. Words never show a value of the lead.
"""

from collections.abc import Callable

from apps.engine.formats.encoded import Encoded
from apps.engine.schemas import json_schema, xsd
from apps.engine.schemas.base import SchemaRefusedError, Violation
from apps.engine.schemas.rows import told

_LOADED: dict[str, Callable[[str], object]] = {"json_schema": json_schema.loaded, "xsd": xsd.loaded}
_VIOLATIONS: dict[str, Callable[[str, bytes, str], list[Violation]]] = {
    "json_schema": json_schema.violations,
    "xsd": xsd.violations,
}


def problem(kind: str, text: str) -> str:
    """What is wrong with a schema itself, in words, or an empty text. No schema is in order."""
    if not kind:
        return ""
    if kind not in _LOADED:
        return f"“{kind}” is no kind of schema"
    try:
        _LOADED[kind](text)
    except SchemaRefusedError as error:
        return str(error)
    return ""


def violations(kind: str, text: str, encoded: Encoded, charset: str = "utf-8") -> tuple[Violation, ...]:
    """Where a body breaks a schema: (target path, words) each; an empty path is the whole document. `charset` is the
    endpoint's. A schema that cannot be used is a violation of its own.
    """
    if not kind:
        return ()
    wrong = problem(kind, text)
    if wrong:
        return (("", wrong),)
    return tuple(_VIOLATIONS[kind](text, encoded.body, charset))


__all__ = ["Violation", "problem", "told", "violations"]
