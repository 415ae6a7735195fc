"""Reading a body: from bytes to a bounded tree of values, or the fault that refuses it. Never raises.

A further reader (XML, multipart, …) is one file and one line in `READERS`, and the media types that mean it
in `_KINDS`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from apps.engine.payload.bounds import within
from apps.engine.payload.encoding import charset_of, decode, decompress
from apps.engine.payload.form import read_form
from apps.engine.payload.json_body import read_json
from apps.engine.payload.values import INVALID, UNSUPPORTED, Limits, Payload, PayloadFault, Reader

READERS: dict[str, Reader] = {"json": read_json, "form": read_form}
SIMPLE = frozenset({"json", "form"})
"""The readers of `/ca/submit` and the exchange."""

_KINDS = {
    "application/json": "json",
    "application/x-json": "json",
    "application/x-www-form-urlencoded": "form",
    "application/xml": "xml",
    "multipart/form-data": "multipart",
}
_DEFAULT_LIMITS = Limits()
_CHARSET = re.compile(r"(?:^|;)\s*charset\s*=\s*\"?([^\";\s]+)", re.IGNORECASE)
_FIRST_MARK = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|[\s\x00])*([^\s\x00])")


def read(
    body: bytes,
    *,
    content_type: str = "",
    content_encoding: str = "",
    limits: Limits = _DEFAULT_LIMITS,
    accept: Collection[str] = SIMPLE,
) -> Payload | PayloadFault:
    """A body as a tree of values.

    Without a content type, or with any `text/*`, the body decides what it is. Kinds outside `accept` are
    unsupported.
    """
    plain = decompress(body, content_encoding, limits)
    if isinstance(plain, PayloadFault):
        return plain
    kind, charset_name = kind_of(content_type, plain)
    if kind == "unreadable":
        return INVALID
    reader = READERS.get(kind) if kind in accept else None
    if reader is None:
        return UNSUPPORTED
    charset = charset_of(charset_name)
    tree = reader(plain, charset, limits) if charset else INVALID
    if isinstance(tree, PayloadFault):
        return tree
    return Payload(tree, kind) if tree and within(tree, limits) else INVALID


def kind_of(content_type: str, body: bytes) -> tuple[str, str]:
    """What a body is by its type, or by its look where that says nothing (`json form xml multipart unreadable`, empty
    for a type that none of the readers knows), and the character set it names.
    """
    media, charset = _parsed(content_type)
    if media and not media.startswith("text/"):
        return ("json" if media.endswith("+json") else _KINDS.get(media, "")), charset
    return _look(body, charset), charset


def _parsed(content_type: str) -> tuple[str, str]:
    media, _, parameters = content_type.partition(";")
    found = _CHARSET.search(parameters) if parameters else None
    return media.strip().lower(), found[1] if found else ""


def _look(body: bytes, charset: str) -> str:
    found = _FIRST_MARK.match(body)
    mark = found[1] if found else b""
    if mark in (b"{", b"["):
        return "json"
    if mark == b"<":
        return "xml"
    text = decode(body, charset_of(charset) or "utf-8")
    return "form" if text is not None and "=" in text else "unreadable"


def spelled_twice(body: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether two keys of a body spell one name (`Email` and `email`), which makes it an invalid payload.

    `names` are the system keys and the campaign's posting names; other keys may differ in case alone.
    """
    known = {name.lower() for name in names}
    seen: set[str] = set()
    for key in body:
        lower = key.lower()
        if lower in known:
            if lower in seen:
                return True
            seen.add(lower)
    return False


def take(body: Mapping[str, Any], names: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The system keys of a body under their own spelling, and the rest as sent. Names match case-
    insensitively.
    """
    known = {name.lower(): name for name in names}
    taken: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for key, value in body.items():
        name = known.get(key.lower())
        if name is None:
            rest[key] = value
        else:
            taken[name] = value
    return taken, rest


__all__ = [
    "READERS",
    "SIMPLE",
    "Limits",
    "Payload",
    "PayloadFault",
    "kind_of",
    "read",
    "spelled_twice",
    "take",
]
