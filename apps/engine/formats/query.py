"""Query strings: the pairs travel in the URL and the body is empty."""

from apps.engine.formats.encoded import BodyFormat, Encoded
from apps.engine.formats.form import flat
from apps.engine.formats.options import media_type, plain_problems
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """A query without body; an own content type goes with it nevertheless. Raises `UnencodableError`."""
    return Encoded(query=flat(pairs, options), content_type=media_type("", options))


FORMAT = BodyFormat("query", "Query string", nested=False, encode=encode, problems=plain_problems)
