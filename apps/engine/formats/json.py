"""JSON bodies: nested by path, typed values. Decimals are written digit for digit, never through float.

Places of a list that no row wrote are closed, not sent as null: `items[0]` and `items[5]` give a list of two, in that
order, so that a row left out because it is empty leaves no hole.
"""

from collections.abc import Iterator
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from apps.engine import paths
from apps.engine.formats.charsets import fitted, written
from apps.engine.formats.encoded import (
    CROSSED,
    SAME,
    BodyFormat,
    Encoded,
    FormatProblem,
    Targets,
    UnencodableError,
)
from apps.engine.formats.options import media_type, plain_problems
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """One object holding every pair at its path. Raises `UnencodableError`."""
    document: dict[str, Any] = {}
    for target, value in fitted(pairs, options):
        try:
            paths.write(document, paths.parse(target), value)
        except paths.PathError as error:
            raise UnencodableError(f"{target}: {error}") from None
    return Encoded(written(text_of(_closed(document)), options), media_type("application/json", options))


def _closed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _closed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_closed(item) for item in value if item is not None]
    return value


def text_of(value: Any) -> str:
    """A value as JSON text without blanks; Unicode stays as it is."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{encode_basestring(name)}:{text_of(inner)}" for name, inner in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(text_of, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def problems(targets: Targets, options: FormatOptions) -> Iterator[FormatProblem]:
    """The options, and targets that cannot stand in one document."""
    yield from plain_problems(targets, options)
    document: dict[str, Any] = {}
    for target in targets:
        if paths.problem(target, writable=True):
            continue
        try:
            paths.write(document, paths.parse(target), "")
        except paths.PathError:
            yield FormatProblem("mappings", SAME if targets.count(target) > 1 else CROSSED, target)


FORMAT = BodyFormat("json", "JSON", nested=True, encode=encode, problems=problems)
