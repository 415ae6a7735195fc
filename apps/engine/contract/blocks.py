"""A document as blocks, before it is Markdown or a page: `kind` tells them apart. Code in a text stands between
backticks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; the title of the whole is of level 1."""

    kind: ClassVar[str] = "heading"
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under a head."""

    kind: ClassVar[str] = "table"
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON body, under a caption."""

    kind: ClassVar[str] = "body"
    caption: str
    value: Mapping[str, Any]


Block = Heading | Text | Bullets | Table | Body


def code(text: object) -> str:
    """A text to be read as code; one that holds backticks is left as it is."""
    written = str(text)
    return f"`{written}`" if written and "`" not in written else written
