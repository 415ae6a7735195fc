"""What a body format is and gives."""

from collections.abc import Callable, Iterator
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
class FormatProblem:
    """Why a format cannot be used as it is set up: the option at fault, or the target in `target`, and a sentence."""

    option: str
    words: str
    target: str = ""


CROSSED = "it and another row's target cannot stand in one document"
SAME = "another row writes to the same place"

Targets = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BodyFormat:
    """A registered format. `nested` ones read targets as paths; others take them as plain names.

    `problems` judges the targets (in mapping order, each usable by itself) and the options before anything is sent.
    """

    key: str
    label: str
    nested: bool
    encode: Callable[[Pairs, FormatOptions], Encoded]
    problems: Callable[[Targets, FormatOptions], Iterator[FormatProblem]]


__all__ = [
    "CROSSED",
    "SAME",
    "BodyFormat",
    "Cdata",
    "Encoded",
    "FormatProblem",
    "Targets",
    "UnencodableError",
]
