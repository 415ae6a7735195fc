"""Files of leads: CSV that no spreadsheet takes for formulas, and the names of files. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from apps.engine.value_formats import as_text

NAME = "leads-{date}-{number}.csv"
"""Of endpoints that name none."""
_PARTS = ("date", "time", "number")
_PART = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z0-9_{}][A-Za-z0-9._{} -]{0,199}")
# Full-width forms are turned into their plain ones by some spreadsheets.
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－﹣﹢﹦﹫＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9 ().-]*")


def cell(value: Any) -> str:
    """A value as it may stand in a CSV: what a spreadsheet would calculate gets an apostrophe before it.

    Numbers and phone numbers (`+15551234567`, `-3.5`, `00123`) calculate to nothing but themselves and stay as they
    are.
    """
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else as_text(value)
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def columns(rows: Iterable[Iterable[str]]) -> list[str]:
    """The targets of all rows, each once, in the order in which they first stand."""
    return list(dict.fromkeys(target for row in rows for target in row))


def write(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV in UTF-8 with CRLF, as RFC 4180 wants it: one line of targets, then one line a lead."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def name_of(pattern: str, *, at: datetime, number: int) -> str:
    """The name of a file made `at` (in the buyer's zone)."""
    values = {"date": f"{at:%Y%m%d}", "time": f"{at:%H%M%S}", "number": str(number)}
    return _PART.sub(lambda found: values.get(found[1], ""), pattern or NAME)


def name_problem(pattern: str) -> str:
    """What is wrong with a pattern of names, in words, or an empty text."""
    if not pattern:
        return ""
    if not _NAME.fullmatch(pattern):
        return "use letters, digits, dots, hyphens and blanks, not more than 200"
    odd = [part for part in _PART.findall(pattern) if part not in _PARTS]
    if odd:
        return f"“{{{odd[0]}}}” is not known; {{date}}, {{time}} and {{number}} are"
    if _PART.sub("", pattern).strip("{}") != _PART.sub("", pattern):
        return "a brace is not closed"
    if "{number}" not in pattern:
        return "without {number} a file could replace another"
    return ""
