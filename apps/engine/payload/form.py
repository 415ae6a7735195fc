"""Form-encoded bodies: a repeated key is a list, every value a text."""

from typing import Any
from urllib.parse import parse_qsl

from apps.engine.payload.encoding import decode
from apps.engine.payload.values import INVALID, Limits, Tree


def read_form(body: bytes, charset: str, limits: Limits) -> Tree:
    """An object of texts and lists of texts, or the fault of a body that is no form."""
    text = decode(body, charset)
    if text is None:
        return INVALID
    try:
        pairs = parse_qsl(
            text.strip(),
            keep_blank_values=True,
            encoding=charset,
            errors="strict",
            max_num_fields=limits.max_values,
        )
    except ValueError:
        return INVALID
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key not in found:
            found[key] = value
        elif isinstance(found[key], list):
            found[key].append(value)
        else:
            found[key] = [found[key], value]
    return found
