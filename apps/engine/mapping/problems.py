"""What is wrong with a mapping row, in words, for save and publish."""

import re
from collections.abc import Iterator

from apps.engine import paths, templates
from apps.engine.mapping.encodings import ENCODINGS
from apps.engine.mapping.kinds import MAPPING_KINDS, needs_secret
from apps.engine.mapping.parts import PARTS
from apps.engine.mapping.system import SYSTEM_VALUES
from apps.engine.orders import MappingRow
from apps.engine.value_formats import VALUE_FORMATS

VALUE_TYPES: dict[str, str] = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true / false",
    "list": "list of texts",
}


def problems(row: MappingRow, *, nested: bool) -> tuple[str, ...]:
    """What is wrong with a row, in words. `nested` formats (JSON) read the target as a path."""
    found = (_target_problem(row.target, nested=nested), *_of_kind(row), *_of_form(row))
    return tuple(text for text in found if text)


def _of_kind(row: MappingRow) -> Iterator[str]:
    kind = MAPPING_KINDS.get(row.kind)
    if kind is None:
        yield f"“{row.kind}” is no kind of mapping"
        return
    if "source" in kind.reads and not row.source:
        yield "Say which field or value it is taken from"
    elif row.kind == "system" and row.source not in SYSTEM_VALUES:
        yield f"“{row.source}” is no system value"
    elif row.kind == "ping_response":
        yield paths.problem(row.source)
    if row.kind == "split" and row.part not in PARTS:
        yield f"“{row.part}” is no part of a value" if row.part else "Say which part of the field it is"
    if row.kind == "template":
        yield templates.problem(row.value)
    if row.kind == "branch":
        yield from _of_branches(row)


def _of_branches(row: MappingRow) -> Iterator[str]:
    if not row.branches:
        yield "It depends on a condition, and none is given"
    for number, branch in enumerate(row.branches, start=1):
        objection = templates.problem(branch.value)
        if objection:
            yield f"Condition {number}: {objection}"


def _of_form(row: MappingRow) -> Iterator[str]:
    entry = VALUE_FORMATS.get(row.value_format)
    if entry is None:
        yield f"“{row.value_format}” is no format"
    else:
        yield _sentence(entry.problem(row.format_argument))
    yield _secret_problem(row)
    if row.value_type not in VALUE_TYPES:
        yield f"“{row.value_type}” is no type"
    if row.encoding not in ENCODINGS:
        yield f"“{row.encoding}” is no encoding"
    elif row.encoding and row.value_type not in ("text", "list"):
        yield "An encoding is for texts; this row's type is another"
    if row.max_length is not None and row.max_length < 1:
        yield "The maximum length is at least 1"


def _secret_problem(row: MappingRow) -> str:
    if needs_secret(row):
        return "" if row.secret else "An HMAC needs a secret"
    return "Only a constant or an HMAC takes a secret" if row.secret and row.kind != "constant" else ""


def _sentence(objection: str) -> str:
    return f"The format cannot be used: {objection}" if objection else ""


def _target_problem(target: str, *, nested: bool) -> str:
    if nested:
        return paths.problem(target, writable=True)
    if not target.strip() or re.search(r"[\x00-\x1f\x7f]", target):
        return "The target needs a name without control characters"
    return ""
