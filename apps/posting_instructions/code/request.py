"""What every language writes down: one request, how long to wait for its answer, and what of it to print."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """A POST of a JSON body. `timeout_s` is what a client should wait; the key is a `Secret`.

    `prints` names the keys of the answer that the code prints; without any it prints what became of a simple post.
    """

    url: str
    body: Mapping[str, Any]
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    timeout_s: int = 15
    prints: tuple[str, ...] = ()
