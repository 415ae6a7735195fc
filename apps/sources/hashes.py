"""Values that are known as hashes only: which spellings of a value are found, and by what.

A hash of an address or a number is as good as the value to whoever has a list of them, so hashes are kept like values:
as keyed digests within a company, never themselves.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from apps.core.crypto import digest
from apps.core.prepared import fetch_all
from apps.engine.fields.phone import national_digits
from apps.sources.choices import BlockKind
from apps.sources.selectors import value_digest

_HASH = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.ASCII | re.IGNORECASE)
_ALGORITHMS = ("md5", "sha1", "sha256")
_FIND = "SELECT digest, value FROM sources_hashedvalue WHERE digest = ANY(%s::bytea[])"


def is_hash(sent: Any) -> bool:
    """Whether this is MD5, SHA-1 or SHA-256 in hexadecimal; no address and no phone number looks like that."""
    return isinstance(sent, str) and _HASH.fullmatch(sent.strip()) is not None


def hash_digest(company_id: int, kind: str, sent: str) -> bytes:
    """By which a hash of an e-mail address or a phone number (`kind`) is found within a company."""
    return digest(sent.strip().lower(), scope=f"company:{company_id}:hashed:{kind}")


def hash_rows(company_id: int, kind: str, normal: str) -> list[tuple[bytes, bytes]]:
    """By which hashes of a value are found, each with the digest of the value itself.

    An e-mail address lower-cased; a phone number in E.164, with and without its plus, and in national digits.
    """
    value = value_digest(company_id, kind, normal)
    return [
        (
            hash_digest(
                company_id, kind, hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()
            ),
            value,
        )
        for text in spellings(kind, normal)
        for name in _ALGORITHMS
    ]


def values_of(company_id: int, hashed: Mapping[str, str]) -> dict[str, bytes]:
    """By kind, the digest of the value whose hash was sent; nothing for values nobody has seen. One query."""
    kinds = {hash_digest(company_id, kind, sent): kind for kind, sent in hashed.items()}
    return {kinds[bytes(found)]: bytes(value) for found, value in fetch_all(_FIND, (list(kinds),))}


def spellings(kind: str, normal: str) -> Iterable[str]:
    """The texts of a value (kind email or phone, in its normal form) whose hashes are found, the usual one first."""
    if kind == BlockKind.EMAIL:
        return (normal.lower(),)
    return dict.fromkeys((normal, normal.lstrip("+"), national_digits(normal)))
