"""What no body may contain, whichever reader read it: NUL, lone surrogates, too many leaf values."""

import re
from typing import Any

from apps.engine.payload.values import Limits

_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def is_clean(text: str) -> bool:
    """Whether a text can be stored: no NUL and no lone surrogate."""
    if text.isascii():
        return "\x00" not in text
    return _FORBIDDEN.search(text) is None


def within(tree: dict[str, Any] | list[Any], limits: Limits) -> bool:
    """Whether a tree keeps the limit of leaf values and every text and key in it can be stored.

    An empty list or object counts as one value. The tree is walked without recursion.
    """
    leaves = 0
    waiting: list[Any] = [tree]
    while waiting:
        branch = waiting.pop()
        if isinstance(branch, dict):
            if not all(map(is_clean, branch)):
                return False
            branch = branch.values()
        for item in branch:
            if item and isinstance(item, dict | list):
                waiting.append(item)
            elif leaves >= limits.max_values or not _storable(item):
                return False
            else:
                leaves += 1
    return True


def _storable(item: Any) -> bool:
    return not isinstance(item, str) or is_clean(item)
