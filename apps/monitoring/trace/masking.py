"""Payloads as people may see them: what a lead's values are, masked wherever they stand."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from apps.core.redact import scrub_text
from apps.engine.values import LeadData

MASK = "•••"
SHORTEST = 2
"""Shorter values (Y, N, 5) would blot out half a payload and tell nobody anything."""


class Mask:
    """Replaces a lead's values in a text, in each spelling a payload may give them."""

    def __init__(self, data: LeadData, personal: frozenset[str]) -> None:
        texts = {text for name in personal for text in _texts(data, name) if len(text) >= SHORTEST}
        spellings = {spelt for text in texts for spelt in (text, quote(text), quote_plus(text), _json(text))}
        self._longest_first = sorted(spellings, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for spelt in self._longest_first:
            text = text.replace(spelt, MASK)
        return scrub_text(text)


def plain(text: str) -> str:
    """For readers who may see everything."""
    return text


def payload_text(stored: Mapping[str, Any] | None) -> str:
    """A stored request or answer as one readable text: its first line, headers, and the body, JSON indented."""
    if stored is None:
        return ""
    first = [f"{stored['method']} {stored['url']}"] if "method" in stored else []
    headers = [f"{name}: {value}" for name, value in stored.get("headers", ())]
    body = stored.get("body", "(binary)" if "body_base64" in stored else "")
    cut = ["… (cut)"] if stored.get("truncated") else []
    return "\n".join([*first, *headers, "", _indented(body), *cut]).strip()


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def _texts(data: LeadData, name: str) -> list[str]:
    if name in data.unknown:
        return [str(data.unknown[name])]
    value = data.values.get(name)
    if value is None:
        return []
    normal = str(value.normal or "")
    # A phone number is sent with and without its country code.
    return [str(value.raw), normal, normal.removeprefix("+1"), normal.removeprefix("+")]


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]
