"""Form bodies (application/x-www-form-urlencoded): targets are plain names, lists repeat their name, bytes outside
ASCII are percent-encoded in the endpoint's character set.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

from apps.engine.formats.charsets import charset_of, fitted, written
from apps.engine.formats.encoded import BodyFormat, Encoded
from apps.engine.formats.options import media_type, plain_problems
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs
from apps.engine.value_formats import as_text


def texts(pairs: Pairs, options: FormatOptions) -> Iterator[tuple[str, str]]:
    """Names and texts that the character set has, a list's items one by one. Raises `UnencodableError`."""
    for target, value in fitted(pairs, options):
        for item in value if isinstance(value, list) else (value,):
            yield target, as_text(item)


def flat(pairs: Pairs, options: FormatOptions) -> str:
    """The pairs as one URL-encoded text. Raises `UnencodableError`."""
    found = list(texts(pairs, options))
    written("".join(name for name, _ in found), options)
    return urlencode(found, encoding=charset_of(options).codec)


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """A form body. Raises `UnencodableError`."""
    return Encoded(
        flat(pairs, options).encode("ascii"), media_type("application/x-www-form-urlencoded", options)
    )


FORMAT = BodyFormat("form", "Form", nested=False, encode=encode, problems=plain_problems)
