"""Zip lists as people write them: CSV or one a line, read into sorted entries or into sentences about what is wrong."""

import csv
import io
import re
from dataclasses import dataclass

MOST_ENTRIES = 50_000
MOST_PROBLEMS = 20
LONGEST_TEXT = 4_000_000

_ZIP = re.compile(r"([0-9]{5})(?:-?[0-9]{4})?", re.ASCII)
_PREFIX = re.compile(r"([0-9]{1,4})\*", re.ASCII)
_HEADINGS = frozenset(
    {"zip", "zips", "zipcode", "zip code", "zip_code", "zip codes", "postal", "postal code", "postal_code"}
)


@dataclass(frozen=True, slots=True)
class ZipText:
    """What a text holds: sorted entries without repeats, or problems, each naming its line."""

    entries: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    repeats: int = 0
    """How many entries were there more than once and dropped."""


def read(text: str) -> ZipText:
    """Read a list: five digits, ZIP+4 (its five digits count) or a prefix such as `902*`.

    Commas, semicolons, tabs and line breaks separate. A first line with a column named zip makes the rest a table of
    which only that column is read.
    """
    if len(text) > LONGEST_TEXT:
        return ZipText(problems=("The file is over 4 MB; a list has at most 50,000 entries.",))
    found: set[str] = set()
    repeats = 0
    problems: list[str] = []
    for line, cell in _cells(text):
        entry = _entry(cell)
        if entry is not None:
            repeats += entry in found
            found.add(entry)
        elif len(problems) < MOST_PROBLEMS:
            problems.append(f"Line {line}: {_wrong(cell)}")
        else:
            problems.append("And more of the kind.")
            break
    if not problems:
        problems += _size_problems(len(found))
    return ZipText(problems=tuple(problems)) if problems else ZipText(tuple(sorted(found)), repeats=repeats)


def _size_problems(size: int) -> list[str]:
    if not size:
        return ["The list is empty."]
    return (
        [f"The list has {size:,} entries; at most {MOST_ENTRIES:,} are kept."] if size > MOST_ENTRIES else []
    )


def _cells(text: str) -> list[tuple[int, str]]:
    """Line number and content of every cell that counts."""
    clean = (
        text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace(";", ",").replace("\t", ",")
    )
    rows = [(number, row) for number, row in enumerate(csv.reader(io.StringIO(clean)), start=1) if any(row)]
    if not rows:
        return []
    headings = [cell.strip().lower() for cell in rows[0][1]]
    column = next((place for place, heading in enumerate(headings) if heading in _HEADINGS), None)
    if column is None:
        return [(number, cell.strip()) for number, row in rows for cell in row if cell.strip()]
    return [
        (number, row[column].strip()) for number, row in rows[1:] if len(row) > column and row[column].strip()
    ]


def _entry(cell: str) -> str | None:
    found = _ZIP.fullmatch(cell)
    if found:
        return found[1]
    found = _PREFIX.fullmatch(cell)
    return f"{found[1]}*" if found else None


def _wrong(cell: str) -> str:
    shown = cell if len(cell) <= 20 else f"{cell[:20]}…"
    if re.fullmatch(r"[0-9]{3,4}", cell, re.ASCII):
        return f"“{shown}” lost its leading zero; write {cell.zfill(5)}."
    return f"“{shown}” is no zip code; five digits, or a prefix such as 902*."
