"""Joining values of a payload: a template of `engine.templates` that names them by path."""

from collections.abc import Iterable


def join_template(paths: Iterable[str], between: str) -> str:
    """A template that writes the values at the paths with a text between them."""
    return between.join("{{ field[" + _quoted(path) + "] }}" for path in paths)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
