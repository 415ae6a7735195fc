"""What a body format is and gives."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.engine.orders import FormatOptions
from apps.engine.pairs import Cdata, Pairs


class UnencodableError(ValueError):
    """The pairs cannot be written in this format; the message is fit for people and shows no data of the
    lead.
    """


@dataclass(frozen=True, slots=True)
class Encoded:
    """A body with its content type, or a query string (without `?`) and no body."""

    body: bytes = b""
    content_type: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class BodyFormat:
    """A registered format. `nested` ones read targets as paths; others take them as plain names."""

    key: str
    label: str
    nested: bool
    encode: Callable[[Pairs, FormatOptions], Encoded]


__all__ = ["BodyFormat", "Cdata", "Encoded", "UnencodableError"]
