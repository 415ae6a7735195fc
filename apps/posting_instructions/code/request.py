"""What every language writes down: one request, and how long to wait for its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """A POST of a flat JSON body. `timeout_s` is what a client should wait; the key is a `Secret`."""

    url: str
    body: Mapping[str, Any]
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    timeout_s: int = 15
