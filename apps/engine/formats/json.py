"""JSON bodies: nested by path, typed values, UTF-8. Decimals are written digit for digit, never through
float.
"""

from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from apps.engine import paths
from apps.engine.formats.encoded import BodyFormat, Encoded, UnencodableError
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """One object holding every pair at its path. Raises `UnencodableError`."""
    document: dict[str, Any] = {}
    for target, value in pairs:
        try:
            paths.write(document, paths.parse(target), value)
        except paths.PathError as error:
            raise UnencodableError(f"{target}: {error}") from None
    try:
        return Encoded(_text(document).encode(), "application/json")
    except UnicodeEncodeError:
        raise UnencodableError("a value is not proper Unicode text") from None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{encode_basestring(name)}:{_text(inner)}" for name, inner in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


FORMAT = BodyFormat("json", "JSON", nested=True, encode=encode)
