"""The form in which a buyer answers: status, content type, names of keys, the rule that read it. Never a value.

Two answers of one form have one fingerprint, so that a buyer who changes its API is noticed by the first answer
that looks otherwise. What varies from lead to lead is left out: values, places in lists, how many there are, keys
that are data themselves.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.engine.answer import Answer
from apps.engine.elements import Element
from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Reading

MAX_KEYS = 60
MAX_DEPTH = 8
MAX_KEY, MAX_TYPE = 60, 80
MAX_SEEN = 5000
"""How many places of an answer are looked at."""
DATA = "*"
"""Stands for a key that is data: a number, an id, an e-mail address."""

_DATA_KEY = re.compile(
    r"\d+ | .*\d{4,}.* | [^@\s]+@[^@\s]+ | [0-9a-f]{16,} | [0-9a-f]{8}-[0-9a-f-]{27} | .*[^\w.:@\-\ ].*",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How an answer looks. `keys` are sorted paths (`result.errors[].code`), the first 60; `rule_index` as in
    `Reading`. `fingerprint` is 16 hexadecimal digits over all of it, over all keys and over the transport's error.
    """

    status: int | None
    content_type: str
    keys: tuple[str, ...]
    rule_index: int | None
    fingerprint: str


def fingerprint(response: OutboundResponse, reading: Reading) -> Shape:
    """The form of an answer, or of none."""
    media = response.header("content-type").partition(";")[0].strip().lower()[:MAX_TYPE]
    media = "".join(letter for letter in media if letter.isprintable())
    keys = sorted(set(itertools.islice(_walk_of(Answer(response)), MAX_SEEN)))
    error = response.error.value if response.error else ""
    told = json.dumps([response.status, media, keys, reading.rule_index, error]).encode()
    return Shape(
        response.status,
        media,
        tuple(keys[:MAX_KEYS]),
        reading.rule_index,
        hashlib.sha256(told).hexdigest()[:16],
    )


def _walk_of(answer: Answer) -> Iterator[str]:
    if isinstance(answer.document, dict | list):
        return _walk(answer.document)
    return _walk_elements(answer.tree) if answer.tree is not None else iter(())


def _walk_elements(top: Element) -> Iterator[str]:
    """The path of every element and attribute, nearest first; a document inside a text counts like the rest."""
    waiting: list[tuple[str, Element, int]] = [("", top, 0)]
    for path, element, depth in waiting:
        if depth > MAX_DEPTH or len(waiting) > MAX_SEEN:
            return
        for child in element.elements():
            inner = f"{path}.{_key(child.name)}" if path else _key(child.name)
            yield inner
            yield from (f"{inner}.@{_key(name)}" for name in child.attributes)
            waiting.append((inner, child, depth + 1))


def _walk(document: Any) -> Iterator[str]:
    """The path of every key, nearest first, without recursion."""
    waiting: list[tuple[str, Any, int]] = [("", document, 0)]
    for path, branch, depth in waiting:
        if depth > MAX_DEPTH or len(waiting) > MAX_SEEN:
            return
        if isinstance(branch, list):
            waiting.extend((f"{path}[]", item, depth + 1) for item in branch[:MAX_KEYS])
        elif isinstance(branch, dict):
            for name, value in list(branch.items())[:MAX_SEEN]:
                inner = f"{path}.{_key(name)}" if path else _key(name)
                yield inner
                if isinstance(value, dict | list):
                    waiting.append((inner, value, depth + 1))


def _key(name: str) -> str:
    return DATA if not name or _DATA_KEY.fullmatch(name) else name[:MAX_KEY]
