"""Reads the Procfile: one `name: command` a line."""

from pathlib import Path

RELEASE = "release"
"""The entry that runs once before the others, and ends."""


def read_procfile(path: Path) -> dict[str, str]:
    """Commands for a shell, by name, in the order of the file."""
    entries = (
        line.partition(":") for line in path.read_text().splitlines() if ":" in line and line[0] != "#"
    )
    return {name.strip(): command.strip() for name, _, command in entries}
