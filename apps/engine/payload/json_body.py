"""JSON as sources send it: tolerant of a byte order mark, strict about everything that breaks.

The standard library's parser recurses, takes the last of two equal keys, and reads `1e400` as infinity; so
depth is measured before it runs, and its hooks refuse the rest.
"""

import json
import re
from decimal import Decimal
from typing import Any

from apps.engine.payload.encoding import decode
from apps.engine.payload.values import INVALID, Limits, Tree

# A string to its end (or the end of the text), or one bracket; possessive, so that it is linear on any input.
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)


def read_json(body: bytes, charset: str, limits: Limits) -> Tree:
    """An object of fields, or the fault of a body that is not one."""
    text = decode(body, charset)
    tree = json_of(text, limits) if text is not None else None
    return tree if isinstance(tree, dict) else INVALID


def json_of(text: str, limits: Limits) -> dict[str, Any] | list[Any] | None:
    """The object or list that a text is, None when it is neither or breaks what a body must keep."""
    if _too_deep(text, limits.max_depth):
        return None
    try:
        tree = _decoder(limits).decode(text.strip(" \t\n\r"))
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict | list) else None


def _too_deep(text: str, deepest: int) -> bool:
    if text.count("{") + text.count("[") <= deepest:
        return False
    depth = 0
    for token in _TOKENS.finditer(text):
        mark = text[token.start()]
        if mark in "[{":
            depth += 1
            if depth > deepest:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def _decoder(limits: Limits) -> json.JSONDecoder:
    known = _DECODERS.get(limits)
    if known is None:
        known = _DECODERS.setdefault(limits, _built_decoder(limits))
    return known


def _built_decoder(limits: Limits) -> json.JSONDecoder:
    def whole(digits: str) -> int:
        if len(digits.lstrip("-")) > limits.max_digits:
            raise ValueError("absurd number")
        return int(digits)

    def decimal(digits: str) -> Decimal:
        mantissa, _, exponent = digits.lower().partition("e")
        if len(mantissa) > limits.max_digits + len("-.") or len(exponent) > limits.max_digits:
            raise ValueError("absurd number")
        # A zero keeps its exponent too, and `0e999999` would be written out in full one day.
        if abs(int(exponent or "0")) > limits.max_exponent:
            raise ValueError("absurd number")
        number = Decimal(digits)
        if abs(number.adjusted()) > limits.max_exponent or len(number.as_tuple().digits) > limits.max_digits:
            raise ValueError("absurd number")
        return number

    return json.JSONDecoder(
        parse_int=whole, parse_float=decimal, parse_constant=_refuse, object_pairs_hook=_without_repeats
    )


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same key twice")
    return found


_DECODERS: dict[Limits, json.JSONDecoder] = {}
