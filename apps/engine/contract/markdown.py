"""Blocks as Markdown (CommonMark with tables): readable as it is, and by a model."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from apps.engine.contract.blocks import Block, Body, Bullets, Heading, Table, Text

_SPECIAL = re.compile(r"([\\*_\[\]<>#|])")
_CODE = re.compile(r"(`[^`]*`)")


def markdown(blocks: Sequence[Block]) -> str:
    """The document as one text, ending in a line break."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {_inline(text)}"
        case Text(text):
            yield _inline(text)
        case Bullets(items):
            yield from (f"- {_inline(item)}" for item in items)
        case Table(head, rows):
            yield _row(head)
            yield _row(["---"] * len(head))
            yield from (_row([_cell(cell) for cell in row]) for row in rows)
        case Body(caption, value):
            yield f"{_inline(caption)}:"
            yield ""
            yield from ("```json", json_text(value), "```")


def json_text(value: Any) -> str:
    """A body as it is shown: indented, money with two decimals as numbers."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """A cell is one line; its code may hold no bar that is not escaped."""
    return "".join(part.replace("|", "\\|") if part[:1] == "`" else _escaped(part) for part in _parts(text))


def _inline(text: str) -> str:
    return "".join(part if part[:1] == "`" else _escaped(part) for part in _parts(text))


def _parts(text: str) -> list[str]:
    return _CODE.split(" ".join(text.split()))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
