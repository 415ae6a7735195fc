"""Form bodies (application/x-www-form-urlencoded): targets are plain names, lists repeat their name."""

from collections.abc import Iterator
from urllib.parse import urlencode

from apps.engine.formats.encoded import BodyFormat, Encoded, UnencodableError
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs
from apps.engine.value_formats import as_text


def flat(pairs: Pairs) -> str:
    """The pairs as one URL-encoded UTF-8 text. Raises `UnencodableError`."""
    try:
        return urlencode(list(_texts(pairs)))
    except UnicodeEncodeError:
        raise UnencodableError("a value is not proper Unicode text") from None


def _texts(pairs: Pairs) -> Iterator[tuple[str, str]]:
    for target, value in pairs:
        for item in value if isinstance(value, list) else (value,):
            yield target, as_text(item)


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """A form body. Raises `UnencodableError`."""
    return Encoded(flat(pairs).encode(), "application/x-www-form-urlencoded")


FORMAT = BodyFormat("form", "Form", nested=False, encode=encode)
