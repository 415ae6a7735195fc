"""Query strings: the pairs travel in the URL and the body is empty."""

from apps.engine.formats.encoded import BodyFormat, Encoded
from apps.engine.formats.form import flat
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """A query without body. Raises `UnencodableError`."""
    return Encoded(query=flat(pairs))


FORMAT = BodyFormat("query", "Query string", nested=False, encode=encode)
