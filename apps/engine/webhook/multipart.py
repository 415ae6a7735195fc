"""Multipart bodies (`multipart/form-data`) as an object of texts. Files are passed over: a lead is text."""

import re
from typing import Any

from apps.engine.payload.encoding import decode
from apps.engine.payload.values import INVALID, Limits, PayloadFault

_BOUNDARY = re.compile(r";\s*boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^;\s\"]{1,200}))", re.IGNORECASE)
_NAME = re.compile(r";\s*name\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s\"]+))", re.IGNORECASE)
_FILE = re.compile(r";\s*filename\*?\s*=", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read_multipart(body: bytes, content_type: str, limits: Limits) -> dict[str, Any] | PayloadFault:
    """The parts by name; a repeated name is a list. Lines may end in CR LF or LF."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        return INVALID
    mark = b"\n--" + (found[1] or found[2]).encode("utf-8", "replace")
    pieces = (b"\n" + body).split(mark)[1:]
    if len(pieces) > limits.max_values + 2:
        return INVALID
    values: dict[str, Any] = {}
    for piece in pieces:
        if piece.startswith(b"--"):
            break
        pair = _part(piece)
        if pair is None:
            return INVALID
        _add(values, *pair)
    return values or INVALID


def _part(piece: bytes) -> tuple[str, str | None] | None:
    """Name and text of a part, the text None for a file; None for what is no part of a form."""
    for blank in (b"\r\n\r\n", b"\n\n"):
        head, gap, content = piece.partition(blank)
        if gap:
            break
    else:
        return None
    header = decode(head, "utf-8") or head.decode("latin-1")
    found = _NAME.search(header)
    if found is None:
        return None
    name = _ESCAPED.sub(r"\1", found[1]) if found[1] is not None else found[2]
    if _FILE.search(header):
        return name, None
    content = content.removesuffix(b"\r")
    text = decode(content, "utf-8")
    return name, content.decode("cp1252", "replace") if text is None else text


def _add(values: dict[str, Any], name: str, text: str | None) -> None:
    if text is None:
        return
    if name not in values:
        values[name] = text
    elif isinstance(values[name], list):
        values[name].append(text)
    else:
        values[name] = [values[name], text]
