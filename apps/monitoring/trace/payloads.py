"""Stored requests and answers as texts that people can read."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

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
    return f"Query string\n{_pairs(parse_qsl(query, keep_blank_values=True))}" if query else ""


def _body(stored: Mapping[str, Any]) -> str:
    if "body_base64" in stored:
        return "(a body that is no text)"
    body = _readable(stored.get("body", ""), _content_type(stored))
    cut = stored.get("truncated") or len(body) > LONGEST
    return f"{body[:LONGEST]}\n… (cut)" if cut else body


def _readable(body: str, content_type: str) -> str:
    if "x-www-form-urlencoded" in content_type:
        return _pairs(parse_qsl(body, keep_blank_values=True)) or body
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body


def _content_type(stored: Mapping[str, Any]) -> str:
    named = (value for name, value in stored.get("headers", ()) if name.lower() == "content-type")
    return next(named, "").lower()


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in pairs)
