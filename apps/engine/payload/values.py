"""What reading a body gives: the payload, or the fault that refuses it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a body. Bytes are counted before and after decompression; the outermost object is level 1."""

    max_bytes: int = 256 * 1024
    max_depth: int = 32
    max_values: int = 200
    max_digits: int = 100
    max_exponent: int = 308


@dataclass(frozen=True, slots=True)
class Payload:
    """A body read into a tree: text, bool, None, int, Decimal, lists and objects. `reader` names who read
    it."""

    values: Mapping[str, Any]
    reader: str


@dataclass(frozen=True, slots=True)
class PayloadFault:
    """Why a body was refused: `invalid_payload`, `payload_too_large` or `unsupported_content_type`."""

    code: str


INVALID = PayloadFault("invalid_payload")
TOO_LARGE = PayloadFault("payload_too_large")
UNSUPPORTED = PayloadFault("unsupported_content_type")

Tree = dict[str, Any] | PayloadFault
Reader = Callable[[bytes, str, Limits], Tree]
"""Reads (decompressed body, charset, limits); an unreadable body is a value, never an exception."""
