"""Rows of a webhook's mapping between the page and the engine: what was posted, what is shown of each field."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from apps.engine import webhook
from apps.engine.campaign import FieldSpec
from apps.engine.mapping import PARTS
from apps.engine.orders import MappingRow
from apps.engine.value_formats import VALUE_FORMATS
from apps.engine.webhook import Proposal

KINDS = (
    ("", "not mapped"),
    ("field", "a value of the payload"),
    ("split", "a part of a value"),
    ("template", "several values joined"),
    ("value_table", "a value by a table"),
    ("constant", "always the same"),
)
_INPUTS = {
    "": [],
    "field": ["source", "value_format", "format_argument", "default"],
    "split": ["source", "part", "default"],
    "template": ["value", "value_format", "format_argument"],
    "value_table": ["source", "table", "default"],
    "constant": ["value"],
}
INPUTS = json.dumps(_INPUTS)
"""Which inputs each kind reads, for the script that hides the others."""
PART_MENU = tuple((part.key, f"{part.label} ({part.example})") for part in PARTS.values())
FORMAT_INPUTS = json.dumps(
    {entry.key: ["format_argument"] if entry.argument else [] for entry in VALUE_FORMATS.values()}
)
"""Which formats take a pattern or the like."""
FORMAT_MENU = tuple((entry.key, entry.label) for entry in VALUE_FORMATS.values() if not entry.needs_secret)
_LONGEST = 2000
WHYS = {
    "template": "known of this vendor",
    "name": "by its name",
    "value": "by how it looks",
    "split": "taken from a whole",
    "join": "joined from its parts",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A field of the campaign on the page, with the row that gives it. `why` is empty for what people chose."""

    field: FieldSpec
    row: MappingRow
    percent: int | None = None
    why: str = ""

    @property
    def table(self) -> str:
        """The pairs of a table, one a line."""
        return "\n".join(f"{old} = {new}" for old, new in self.row.table)


def lines(
    fields: Iterable[FieldSpec], rows: Iterable[MappingRow], proposals: Iterable[Proposal] = ()
) -> list[Line]:
    """A line for each field, in the campaign's order: mapped, else proposed, else empty."""
    mapped = {row.target: row for row in rows}
    proposed = {each.row.target: each for each in proposals}
    return [_line(field, mapped.get(field.name), proposed.get(field.name)) for field in fields]


def _line(field: FieldSpec, row: MappingRow | None, proposal: Proposal | None) -> Line:
    if row is not None:
        same = proposal is not None and replace(row, on_empty="omit", default="") == proposal.row
        return Line(field, row, _percent(proposal) if same else None)
    if proposal is not None:
        return Line(field, proposal.row, _percent(proposal), WHYS.get(proposal.why, ""))
    return Line(field, MappingRow(field.name, ""))


def _percent(proposal: Proposal | None) -> int | None:
    return round(proposal.confidence * 100) if proposal is not None else None


def posted(fields: Iterable[FieldSpec], data: Mapping[str, Any]) -> list[MappingRow]:
    """The rows that a posted page asks for."""
    found = (_posted(field, data) for field in fields)
    return [row for row in found if row.kind]


def _posted(field: FieldSpec, data: Mapping[str, Any]) -> MappingRow:
    kind = _given(data, field, "kind")
    read = _INPUTS.get(kind, [])
    told = {name: _given(data, field, name) if name in read else "" for name in
            ("source", "part", "value", "default", "value_format", "format_argument")}  # fmt: skip
    return MappingRow(
        field.name,
        kind if kind in webhook.KINDS else "",
        **told,
        table=_table(_given(data, field, "table")) if "table" in read else (),
        on_empty="default" if told["default"] else "omit",
        value_type="list" if field.type == "multiple_choice" else "text",
    )


def _given(data: Mapping[str, Any], field: FieldSpec, name: str) -> str:
    return str(data.get(f"{name}:{field.name}", "")).strip()[:_LONGEST]


def _table(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return tuple((old.strip(), new.strip()) for old, _, new in pairs)
