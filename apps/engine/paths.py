"""Paths into payloads and answers: `a.b`, `a[0].c`, `["a.b"]`, `a[*].b`, `list[name=email].value`.

One small grammar for mapping targets and for reading answers (design 03 §7); it is not JSONPath, because
names with hyphens, pairs of name and value, and writing are part of it. A leading `$` is tolerated, so that
the usual JSONPath spelling of a plain path works. Parsing is linear and bounded; `PathError` says in words
what is wrong.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_LENGTH = 500
MAX_STEPS = 32
MAX_INDEX = 999
MAX_FOUND = 1000


class PathError(ValueError):
    """A path that cannot be read or written; the message is fit for people."""


@dataclass(frozen=True, slots=True)
class Key:
    """A name in an object."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """A place in a list, from 0."""

    place: int


@dataclass(frozen=True, slots=True)
class Each:
    """Every item of a list."""


@dataclass(frozen=True, slots=True)
class Where:
    """The items of a list of pairs in which `name` holds `value` (compared case-insensitively). A name with dots is
    looked for inside the item: `field.ref`.
    """

    name: str
    value: str


Step = Key | Index | Each | Where
Path = tuple[Step, ...]

_STEP = re.compile(
    r"""
      \.? (?P<name> [^.\[\]"'=*\s] [^.\[\]"'=]* )
    | \[ \s* (?P<index> \d{1,6} ) \s* \]
    | \[ \s* (?P<each> \* ) \s* \]
    | \[ \s* "(?P<double> [^"]* )" \s* \]
    | \[ \s* '(?P<single> [^']* )' \s* \]
    | \[ (?P<where> [^\[\]="']+ ) = (?P<value> [^\[\]]* ) \]
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    """The steps of a path. Raises `PathError`."""
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        raise PathError("A path is needed, of at most 500 characters")
    at = 1 if text == "$" or text.startswith(("$.", "$[")) else 0
    steps: list[Step] = []
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (at == 0 and text[0] == "."):
            raise PathError(f"Cannot read the path from “{text[at : at + 20]}”")
        steps.append(_step(found))
        at = found.end()
    if len(steps) > MAX_STEPS:
        raise PathError(f"A path has at most {MAX_STEPS} steps")
    return tuple(steps)


def _step(found: "re.Match[str]") -> Step:
    kind, text = found.lastgroup, found[found.lastgroup or 0]
    if kind == "index":
        if int(text) > MAX_INDEX:
            raise PathError(f"A list place is at most {MAX_INDEX}")
        return Index(int(text))
    if kind == "each":
        return Each()
    if kind == "value":
        return Where(found["where"].strip(), text.strip().strip("\"'").lower())
    return Key(text.strip() if kind == "name" else text)


def problem(text: str, *, writable: bool = False) -> str:
    """What is wrong with a path, in words, or an empty text. `writable` paths have names and places only."""
    try:
        steps = parse(text)
    except PathError as error:
        return str(error)
    if writable and not steps:
        return "The path names no field"
    if writable and any(not isinstance(step, Key | Index) for step in steps):
        return "A target path cannot select among items"
    if writable and isinstance(steps[0], Index):
        return "A target path begins with a name"
    return ""


def find(document: Any, path: Path) -> list[Any]:
    """Every value at the path, in order, at most 1,000; nothing there is an empty list, never an error."""
    found = [document]
    for step in path:
        found = [value for item in found for value in _children(item, step)][:MAX_FOUND]
    return found


def _children(item: Any, step: Step) -> Iterator[Any]:
    if isinstance(step, Key):
        if isinstance(item, dict) and step.name in item:
            yield item[step.name]
    elif not isinstance(item, list):
        return
    elif isinstance(step, Index):
        yield from item[step.place : step.place + 1]
    elif isinstance(step, Each):
        yield from item[:MAX_FOUND]
    else:
        yield from (pair for pair in item[:MAX_FOUND] if holds(pair, step))


def holds(pair: Any, step: Where) -> bool:
    """Whether an item is one that a selector means."""
    return isinstance(pair, dict) and str(within(pair, step.name)).strip().lower() == step.value


def within(pair: dict[str, Any], name: str) -> Any:
    """What an item holds under a name, or under the parts of a name with dots; empty text when nothing is there."""
    if name in pair:
        return pair[name]
    found: Any = pair
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            return ""
        found = found[part]
    return found


def write(document: dict[str, Any], path: Path, value: Any) -> None:
    """Put a value into a nested document, making objects and lists on the way; skipped list places become
    null.

    Raises `PathError` when the path runs through a value that is already there.
    """
    if not path:
        raise PathError("The path names no field")
    place: Any = document
    for step, following in itertools.pairwise(path):
        inner = _get(place, step)
        if inner is None:
            inner = [] if isinstance(following, Index) else {}
            _set(place, step, inner)
        place = inner
    if _get(place, path[-1]) is not None:
        raise PathError("Two rows write to the same place")
    _set(place, path[-1], value)


def _get(place: Any, step: Step) -> Any:
    if isinstance(step, Key) and isinstance(place, dict):
        return place.get(step.name)
    if isinstance(step, Index) and isinstance(place, list):
        return place[step.place] if step.place < len(place) else None
    raise PathError("The path runs through a value that another row wrote")


def _set(place: Any, step: Step, value: Any) -> None:
    if isinstance(step, Key):
        place[step.name] = value
        return
    assert isinstance(step, Index)
    place.extend([None] * (step.place + 1 - len(place)))
    place[step.place] = value
