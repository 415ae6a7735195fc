"""Addresses in a payload: every value with the path that finds it again, and the value at a path.

Reading is more tolerant than `engine.paths` in one way: vendors send one thing as itself and several as a list, so a
selector on a single item, and a name on a list, mean what they would on the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.engine import paths
from apps.engine.fields import is_empty
from apps.engine.paths import Each, Index, Key, Path, PathError
from apps.engine.webhook.markup import TEXT
from apps.engine.webhook.reading import Tree

MAX_ROWS = 1000
_PLAIN = frozenset(".[]\"'=*")
NAMES = (
    "name", "key", "field", "column_id", "field.ref", "ref", "field.id", "field_id", "fieldId", "questionId",
    "question_id", "id", "label", "title", "question", "column_name", "@part", "@type", "@name", "@id",
)  # fmt: skip
"""By which of its keys an item of a list is told from the others."""
CARRIERS = ("value", "values", "string_value", "answer", "answers", "answerDetails", "raw_value", TEXT)
"""Keys that say no more of a value than that it is one."""
VALUES = (
    *CARRIERS, "text", "email", "phone_number", "number", "boolean", "date", "choice", "choices", "url",
)  # fmt: skip
"""Under which of its keys an item of a list of pairs holds what was answered."""


@dataclass(frozen=True, slots=True)
class Row:
    """A value of a payload: the path that finds it, a text, number, boolean, null or list of those, and the object or
    list it stands in. `names` are the plain keys on the way, selectors' values among them.
    """

    path: str
    value: Any
    names: tuple[str, ...]
    holder: Any


def rows(tree: Tree) -> tuple[Row, ...]:
    """Every value of a payload in its order, at most 1,000. Each path finds its very value."""
    found: list[Row] = []
    waiting: list[tuple[str, Any, tuple[str, ...], Any]] = [("", tree, (), tree)]
    while waiting and len(found) < MAX_ROWS:
        path, value, names, holder = waiting.pop()
        if isinstance(value, dict) and TEXT not in value:
            waiting.extend(reversed([*_entries(path, value, names)]))
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            waiting.extend(reversed([*_items(path, value, names)]))
        elif _is_path(path):
            found.append(Row(path, _plain(value), names, holder))
            if isinstance(value, dict):
                attributes = {key: item for key, item in value.items() if key != TEXT}
                waiting.extend(reversed([*_entries(path, attributes, names)]))
    return tuple(found)


def is_pairs(items: list[Any]) -> str:
    """The key that names the items of a list of pairs, or an empty text where the list is none."""
    if not items or not all(isinstance(item, dict) for item in items):
        return ""
    if not all(any(key in item for key in CARRIERS) or isinstance(item.get("field"), dict) for item in items):
        return ""
    for name in NAMES:
        told = [paths.within(item, name) for item in items]
        if all(_may_select(text) for text in told) and len({str(text).lower() for text in told}) == len(told):
            return name
    return ""


def value_at(tree: Tree, path: str) -> Any:
    """The value at a path: text, number, boolean, or a list of those; None when nothing is there."""
    try:
        steps = paths.parse(path)
    except PathError:
        return None
    found = [_plain(value) for value in find(tree, steps)]
    if any(isinstance(step, Each) for step in steps):
        return _plain([item for value in found for item in (value if isinstance(value, list) else [value])])
    return next((value for value in found if not is_empty(value)), found[0] if found else None)


def find(tree: Any, steps: Path) -> list[Any]:
    """Every value at a path, in order, at most 1,000."""
    found = [tree]
    for step in steps:
        found = [value for item in found for value in _children(item, step)][: paths.MAX_FOUND]
    return found


def _children(item: Any, step: paths.Step) -> Iterator[Any]:
    items = item[: paths.MAX_FOUND] if isinstance(item, list) else [item]
    if isinstance(step, Key):
        yield from (one[step.name] for one in items if isinstance(one, dict) and step.name in one)
    elif isinstance(step, Index):
        yield from items[step.place : step.place + 1]
    elif isinstance(step, Each):
        yield from items
    else:
        yield from (one for one in items if paths.holds(one, step))


def _entries(path: str, branch: dict[str, Any], names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    for key, value in branch.items():
        yield f"{path}{_spelled(key, first=not path)}", value, (*names, key), branch


def _items(path: str, items: list[Any], names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    selector = is_pairs(items)
    for place, item in enumerate(items):
        if not selector:
            yield f"{path}[{place}]", item, names, items
            continue
        told = str(paths.within(item, selector))
        yield f"{path}[{selector}={told}]", item, (*names, told), items


def _spelled(key: str, *, first: bool) -> str:
    if key and not _PLAIN & {*key} and key == key.strip() and not key.startswith("$"):
        return key if first else f".{key}"
    return f"['{key}']" if '"' in key else f'["{key}"]'


def _may_select(text: Any) -> bool:
    if type(text) is int:
        return True
    return (
        isinstance(text, str)
        and 0 < len(text) <= 100
        and not _PLAIN - {"."} & {*text}
        and text == text.strip()
    )


def _is_path(path: str) -> bool:
    """Whether a path may be written so: what lies too deep, or under too long a name, has no address."""
    try:
        return bool(paths.parse(path))
    except PathError:
        return False


def _plain(value: Any) -> Any:
    """An element with attributes is its text, a list of one its item; what has no plain value is None."""
    if isinstance(value, dict):
        return value.get(TEXT)
    if isinstance(value, list):
        items = [item.get(TEXT) if isinstance(item, dict) else item for item in value]
        items = [item for item in items if not isinstance(item, dict | list)]
        return items[0] if len(items) == 1 else items
    return value
