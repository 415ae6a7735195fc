"""Stored requests and answers as texts that people can read."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from apps.engine.formats.charsets import CHARSETS

LONGEST = 20_000
"""Characters of a body that a page shows; 64 KiB are kept."""


def payload_text(stored: Mapping[str, Any] | None) -> str:
    """First line, headers and body: JSON indented, forms and query strings one pair a line."""
    if stored is None:
        return ""
    headers = [f"{name}: {value}" for name, value in stored.get("headers", ())]
    blocks = ["\n".join([*_first_line(stored), *headers]), _query(stored), _body(stored)]
    return "\n\n".join(block for block in blocks if block)


def _first_line(stored: Mapping[str, Any]) -> list[str]:
    if "method" not in stored:
        return []
    bare = urlsplit(stored["url"])._replace(query="", fragment="")
    return [f"{stored['method']} {urlunsplit(bare)}"]


def _query(stored: Mapping[str, Any]) -> str:
    query = urlsplit(stored.get("url", "")).query
    return f"Query string\n{_pairs(_split(query))}" if query else ""


def _body(stored: Mapping[str, Any]) -> str:
    content_type = _content_type(stored)
    text = _text(stored, content_type)
    if text is None:
        return "(a body that is no text)"
    body = _readable(text, content_type)
    cut = stored.get("truncated") or len(body) > LONGEST
    return f"{body[:LONGEST]}\n… (cut)" if cut else body


def _text(stored: Mapping[str, Any], content_type: str) -> str | None:
    """A body as text: UTF-8, or the other encodings that its header may name."""
    if "body_base64" not in stored:
        return str(stored.get("body", ""))
    charset = next((each for each in CHARSETS.values() if f"charset={each.key}" in content_type), None)
    if charset is None and "multipart/" in content_type:
        # Its parts name the encoding; this one has all characters of the other.
        charset = CHARSETS["windows-1252"]
    if charset is None:
        return None
    return base64.b64decode(stored["body_base64"]).decode(charset.codec, "replace")


def _split(text: str) -> list[tuple[str, str]]:
    """Names and values, percent-encoded in UTF-8 or, where that is no UTF-8, in Windows-1252."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        return parse_qsl(text, keep_blank_values=True, encoding="cp1252")


def _readable(body: str, content_type: str) -> str:
    if "x-www-form-urlencoded" in content_type:
        return _pairs(_split(body)) or body
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body


def _content_type(stored: Mapping[str, Any]) -> str:
    named = (value for name, value in stored.get("headers", ()) if name.lower() == "content-type")
    return next(named, "").lower()


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in pairs)
