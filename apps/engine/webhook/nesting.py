"""Structure that hides in names and texts: `fields[email][value]=…` and JSON inside a form's field."""

import re
from typing import Any

from apps.engine.payload import Limits
from apps.engine.payload.bounds import within
from apps.engine.payload.json_body import json_of
from apps.engine.webhook.markup import xml_tree

MAX_OPENED = 16
"""So many texts of one body are opened."""
_BRACKETED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
_SEGMENT = re.compile(r"\[([^\[\]]*)\]")
_XML = re.compile(r"\s*<(?:\?xml|adf)\b", re.IGNORECASE)
_DEEPEST = 32
Tree = dict[str, Any] | list[Any]


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """An object of a form's pairs with its bracketed keys opened; a key that fits nowhere stays as it is spelled."""
    found: dict[str, Any] = {key: value for key, value in flat.items() if not _BRACKETED.fullmatch(key)}
    made: dict[str, dict[str, Any]] = {}
    for key, value in flat.items():
        name = _BRACKETED.fullmatch(key)
        if name is None:
            continue
        segments = _SEGMENT.findall(name[2])
        if name[1] in found or len(segments) > _DEEPEST or not _put(made, [name[1], *segments], value):
            found[key] = value
    return found | {name: _listed(branch) for name, branch in made.items()}


def _put(branch: dict[str, Any], names: list[str], value: Any) -> bool:
    """Put a value at its place; False where another value is in the way."""
    if names[-1] == "":
        names, value = names[:-1], value if isinstance(value, list) else [value]
    for name in names[:-1]:
        inner = branch.setdefault(name or "0", {})
        if not isinstance(inner, dict):
            return False
        branch = inner
    last = names[-1] or "0"
    if last in branch:
        return False
    branch[last] = value
    return True


def _listed(branch: Any) -> Any:
    """Objects with the keys 0, 1, 2, … as lists."""
    if not isinstance(branch, dict):
        return branch
    inner = {name: _listed(value) for name, value in branch.items()}
    if [*inner] == [str(place) for place in range(len(inner))]:
        return [*inner.values()]
    return inner


def opened(tree: Tree, limits: Limits) -> tuple[Tree, tuple[dict[str, Any], ...]]:
    """The tree with the JSON (and XML with a prolog) in its texts read, and the objects that came of it."""
    top: list[Any] = [tree]
    inner: list[dict[str, Any]] = []
    waiting: list[Any] = [top]
    left = MAX_OPENED
    while waiting:
        branch = waiting.pop()
        for key, value in branch.items() if isinstance(branch, dict) else enumerate(branch):
            found = _inside(value, limits) if left and isinstance(value, str) else None
            if found is not None:
                left -= 1
                inner += [found] if isinstance(found, dict) else []
                branch[key] = found
            if isinstance(branch[key], dict | list):
                waiting.append(branch[key])
    return top[0], tuple(inner)


def _inside(text: str, limits: Limits) -> Tree | None:
    """What a text is: an object, a list of objects or of texts, or None for a text that is just that."""
    found: Tree | None = None
    if text.lstrip()[:1] in ("{", "["):
        found = json_of(text, limits)
        if isinstance(found, list) and not (found and all(isinstance(item, str | dict) for item in found)):
            return None
    elif _XML.match(text):
        found = xml_tree(text, limits)
    return found if found and within(found, limits) else None
