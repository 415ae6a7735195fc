"""What of a payload is otherwise than when it was mapped: places that are new, and mapped ones that are gone.

A place is a path without what varies from lead to lead: `items[3].sku` is at `items[*].sku`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from apps.engine.campaign import WebhookSpec
from apps.engine.webhook.applying import reads
from apps.engine.webhook.labels import is_about
from apps.engine.webhook.reading import Tree
from apps.engine.webhook.walking import rows, value_at

MOST_PLACES = 400
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Changes:
    """Places never seen before, and paths that the mapping reads and the payload does not have."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def places(tree: Tree) -> tuple[str, ...]:
    """The places of a payload, sorted, at most 400; what only tells of another value is none."""
    found = {place_of(row.path) for row in rows(tree) if not is_about(row)}
    return tuple(sorted(found))[:MOST_PLACES]


def place_of(path: str) -> str:
    """A path without the numbers of list items."""
    return _INDEX.sub("[*]", path)


def changes(spec: WebhookSpec, tree: Tree) -> Changes:
    """What has changed; nothing new where it is not known what there was."""
    known = {*spec.known, *(place_of(path) for path in _read(spec))}
    new = tuple(place for place in places(tree) if place not in known) if spec.known else ()
    return Changes(new, tuple(sorted(path for path in _read(spec) if value_at(tree, path) is None)))


def _read(spec: WebhookSpec) -> Iterable[str]:
    return {path for row in spec.mapping for path in reads(row)}
