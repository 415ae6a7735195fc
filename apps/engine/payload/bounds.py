"""What no body may contain, whichever reader read it: NUL, lone surrogates, too many leaf values."""

import re
from collections.abc import Mapping
from typing import Any

from apps.engine.payload.values import Limits

_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def is_clean(text: str) -> bool:
    """Whether a text can be stored: no NUL and no lone surrogate."""
    if text.isascii():
        return "\x00" not in text
    return _FORBIDDEN.search(text) is None


def within(tree: Any, limits: Limits) -> bool:
    """Whether a tree keeps the limit of leaf values and every text and key in it can be stored.

    An empty list or object counts as one value. The tree is walked without recursion.
    """
    leaves, waiting = 0, [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping) and item:
            if not all(is_clean(key) for key in item):
                return False
            waiting.extend(item.values())
        elif isinstance(item, list) and item:
            waiting.extend(item)
        else:
            leaves += 1
            if leaves > limits.max_values or (isinstance(item, str) and not is_clean(item)):
                return False
    return True
