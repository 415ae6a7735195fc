"""Menus of what the engine knows of mapping rows, and which inputs each entry reads."""

import json

from apps.buyers.choices import MappingKind
from apps.engine import mapping
from apps.engine.value_formats import VALUE_FORMATS

PARTS = getattr(mapping, "PARTS", {})
ENCODINGS = getattr(mapping, "ENCODINGS", {})

INPUTS: dict[str, tuple[str, ...]] = {
    MappingKind.FIELD: ("source",),
    MappingKind.CONSTANT: ("value",),
    MappingKind.TEMPLATE: ("value",),
    MappingKind.SPLIT: ("source", "part"),
    MappingKind.VALUE_TABLE: ("source", "table"),
    MappingKind.BRANCH: ("branches",),
    MappingKind.PING_RESPONSE: ("response_path",),
    MappingKind.SYSTEM: ("source",),
}
"""What a row of each kind reads; the script on the page shows these and hides the others."""


def inputs_json() -> str:
    """`INPUTS` for the page's script."""
    return json.dumps({str(kind): list(names) for kind, names in INPUTS.items()})


def told(entry: object) -> str:
    """A registry's entry in a menu: its label, and an example that says more."""
    label = str(getattr(entry, "label", entry))
    example = str(getattr(entry, "example", ""))
    return f"{label} — {example}" if example and example not in label else label


def format_menu() -> list[tuple[str, str]]:
    """Ways to write a value, each with an example."""
    return [(entry.key, told(entry)) for entry in VALUE_FORMATS.values()]


def part_menu() -> list[tuple[str, str]]:
    """Parts of a field, each with an example."""
    return [(key, told(entry)) for key, entry in PARTS.items()]


def encoding_menu() -> list[tuple[str, str]]:
    """Ways to wrap the text in the end."""
    return [(key, told(entry)) for key, entry in ENCODINGS.items() if key]
