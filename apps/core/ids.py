"""Ids that sort by time, their public spelling, and values nobody can guess."""

import os
import re
import secrets
import threading
import time
from datetime import UTC, datetime

EPOCH_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z, the start of id time. 40 bits of milliseconds last until 2060."""

_TIME_BITS = 40
_SEQUENCE_BITS = 23
_SEQUENCE_MAX = (1 << _SEQUENCE_BITS) - 1
_START_BITS = _SEQUENCE_BITS - 1
"""The sequence starts in the lower half of its range, so that 4 million ids fit behind any start."""

# Without 0, 1, i, l, o, u: read aloud or copied by hand, each character is what it looks like.
_KEY_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_KEY_LENGTH = 32
_SRC_LENGTH = 10

_PUBLIC_DIGITS = re.compile(r"[0-9A-Fa-f]{16}")


class _Sequence:
    """The last id's time and place within its millisecond, for one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = -1
        self._place = 0

    def next_id(self) -> int:
        """The next id; later than every one before it, also when the wall clock steps back."""
        with self._lock:
            now_ms = time.time_ns() // 1_000_000 - EPOCH_MS
            if now_ms > self._last_ms or self._last_ms < 0:
                self._move_to(now_ms)
            elif self._place == _SEQUENCE_MAX:
                self._move_to(self._last_ms + 1)
            else:
                self._place += 1
            return (self._last_ms << _SEQUENCE_BITS) | self._place

    def after_fork(self) -> None:
        """A child shares its parent's place: start elsewhere, behind a lock that no lost thread can hold."""
        self._lock = threading.Lock()
        self._place = secrets.randbits(_START_BITS)

    def _move_to(self, at_ms: int) -> None:
        if not 0 <= at_ms < 1 << _TIME_BITS:
            raise OverflowError("The system clock is outside the years that ids can express (2026 to 2060).")
        self._last_ms = at_ms
        self._place = secrets.randbits(_START_BITS)


_sequence = _Sequence()
os.register_at_fork(after_in_child=_sequence.after_fork)


def new_id() -> int:
    """A positive 63-bit id: 40 bits of milliseconds since `EPOCH_MS`, 23 bits counted from a random start."""
    return _sequence.next_id()


def first_id_at(at: datetime) -> int:
    """The smallest id of an instant: a bound of a time range in a query, or a base of ids for past leads."""
    return max(0, int(at.timestamp() * 1000) - EPOCH_MS) << _SEQUENCE_BITS


def time_of_id(identifier: int) -> datetime:
    """When an id was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp(((identifier >> _SEQUENCE_BITS) + EPOCH_MS) / 1000, UTC)


def public_id(prefix: str, identifier: int) -> str:
    """The spelling shown to people and partners, as in `L-0123456789ABCDEF`."""
    return f"{prefix}-{identifier:016X}"


def parse_public_id(prefix: str, text: str) -> int | None:
    """The id that `text` spells under `prefix`, in either case of its digits; None for anything else."""
    head, _, digits = text.partition("-")
    if head != prefix or not _PUBLIC_DIGITS.fullmatch(digits):
        return None
    identifier = int(digits, 16)
    return identifier if identifier < 1 << 63 else None


def new_token(size: int = 20) -> str:
    """An unguessable token for URLs, made of `size` random bytes (20 bytes: 160 bits, 27 characters)."""
    return secrets.token_urlsafe(size)


def new_src() -> str:
    """Names terms on the exchange, as in `SRC_7kq2m9xw4h`: no secret, but not to be met by chance."""
    return "SRC_" + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(_SRC_LENGTH))


def new_key() -> str:
    """An API key of 157 random bits that survives being copied by hand or selected by double click."""
    return "".join(secrets.choice(_KEY_ALPHABET) for _ in range(_KEY_LENGTH))
