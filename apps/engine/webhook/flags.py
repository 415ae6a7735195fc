"""Whether a webhook says that its lead is a test (contract 3), and the leads of a body that holds several."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.engine import paths
from apps.engine.flags import read_flag
from apps.engine.webhook.reading import Document, Tree
from apps.engine.webhook.walking import VALUES, is_pairs, value_at

TEST_NAMES = frozenset({"test", "is_test"})
_SEVERAL = frozenset(
    {"leads", "lead", "prospects", "prospect", "contacts", "records", "submissions", "entries", "rows"}
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """One lead of a body: `tree` is what paths are read from, `item` its own part of the body."""

    tree: Tree
    item: Tree


def is_test(document: Document, lead: Arrived, test_path: str = "") -> bool | None:
    """True or False; None where a flag could not be read, which is a problem and never silently live.

    Whatever flag says test counts.
    """
    flags = [read_flag(value) for value in _flags(document, lead)]
    if test_path:
        flags.append(read_flag(value_at(lead.tree, test_path)))
    if True in flags:
        return True
    return None if None in flags else False


def _flags(document: Document, lead: Arrived) -> Iterator[Any]:
    places: list[Any] = [document.tree, lead.item, *document.inner]
    if document.kind == "xml" and isinstance(document.tree, dict):
        places.extend(document.tree.values())
    for place in places:
        if isinstance(place, dict):
            yield from (value for key, value in place.items() if key.lower() in TEST_NAMES)
    yield from _of_pairs(lead.tree)


def _of_pairs(tree: Tree) -> Iterator[Any]:
    waiting: list[Any] = [tree]
    while waiting:
        branch = waiting.pop()
        inner = branch.values() if isinstance(branch, Mapping) else branch
        waiting.extend(item for item in inner if isinstance(item, dict | list))
        name = is_pairs(branch) if isinstance(branch, list) else ""
        for pair in branch if name else ():
            if str(paths.within(pair, name)).lower() in TEST_NAMES:
                yield next((pair[key] for key in VALUES if key in pair), None)


def leads_of(document: Document) -> tuple[Arrived, ...]:
    """The leads of a body, each as a payload of its own: the items of a list at the top, or of one that is called
    leads, contacts, prospects or the like, with what stands beside it.
    """
    tree = document.tree
    if isinstance(tree, list):
        return tuple(Arrived(item, item) for item in tree) if _are_leads(tree) else (Arrived(tree, tree),)
    for key, value in tree.items():
        if _are_several(key, value):
            return tuple(Arrived({**tree, key: item}, item) for item in value)
        if isinstance(value, dict):
            for inner, items in value.items():
                if _are_several(inner, items):
                    return tuple(Arrived({**tree, key: {**value, inner: item}}, item) for item in items)
    return (Arrived(tree, tree),)


def _are_several(key: str, value: Any) -> bool:
    return key.lower() in _SEVERAL and isinstance(value, list) and _are_leads(value)


def _are_leads(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(item, dict) for item in items) and not is_pairs(items)
