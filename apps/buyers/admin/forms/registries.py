"""Menus of what the engine knows of mapping rows, and which inputs each entry reads."""

import json

from apps.buyers.choices import MappingKind
from apps.engine.mapping import ENCODINGS, PARTS, SYSTEM_VALUES
from apps.engine.value_formats import VALUE_FORMATS

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


def format_inputs_json() -> str:
    """What each format reads beside the value, for the page's script."""
    reads = {
        entry.key: ["format_argument"] * (entry.argument is not None) + ["secret"] * entry.needs_secret
        for entry in VALUE_FORMATS.values()
    }
    return json.dumps(reads)


def arguments_json() -> str:
    """What each format's argument is called, with an example, for the page's script."""
    named = {
        entry.key: [entry.argument.label, entry.argument.example]
        for entry in VALUE_FORMATS.values()
        if entry.argument is not None
    }
    return json.dumps(named)


def told(label: str, example: str) -> str:
    """A registry's entry in a menu: its label, and an example that says more."""
    return f"{label} — {example}" if example and example not in label else label


def format_menu() -> list[tuple[str, str]]:
    """Ways to write a value, each with an example."""
    return [(entry.key, told(entry.label, entry.example)) for entry in VALUE_FORMATS.values()]


def part_menu() -> list[tuple[str, str]]:
    """Parts of a field, each with an example."""
    return [(entry.key, told(entry.label, entry.example)) for entry in PARTS.values()]


def encoding_menu() -> list[tuple[str, str]]:
    """Ways to wrap the text in the end."""
    return [(entry.key, told(entry.label, entry.example)) for entry in ENCODINGS.values() if entry.key]


def system_menu() -> list[tuple[str, str]]:
    """What the platform adds, those that tell of the person marked."""
    return [
        (entry.key, f"{entry.key} — {entry.label}{' (personal)' if entry.role else ''}")
        for entry in SYSTEM_VALUES.values()
    ]
