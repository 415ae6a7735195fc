"""A buyer's answer opened for reading: its text and, if it is one, its JSON. Bounded and never raising."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.engine import paths
from apps.engine.outbound import OutboundResponse
from apps.engine.value_formats import as_text

MAX_TEXT = 256 * 1024
_UNREAD = object()


@dataclass(slots=True)
class Answer:
    """Text and JSON of an answer, each read once and only when a rule asks.

    The content type is not trusted: JSON served as text/html is JSON. A BOM is skipped.
    """

    response: OutboundResponse
    _text: str | None = None
    _document: Any = field(default=_UNREAD)

    @property
    def text(self) -> str:
        """The body as text in the charset it names, else UTF-8; bytes that do not fit are replaced."""
        if self._text is None:
            body = self.response.body[:MAX_TEXT]
            try:
                self._text = body.decode(_charset(self.response.header("content-type")), errors="replace")
            except (LookupError, ValueError):
                self._text = body.decode("utf-8-sig", errors="replace")
            self._text = self._text.lstrip("\ufeff")
        return self._text

    @property
    def document(self) -> Any:
        """The JSON document, or None when the body is none. Numbers are Decimal or int; NaN and Infinity are
        null.
        """
        if self._document is _UNREAD:
            try:
                self._document = json.loads(self.text, parse_float=Decimal, parse_constant=lambda _: None)
            except (ValueError, RecursionError, ArithmeticError):
                self._document = None
        return self._document

    def values(self, path: str) -> list[Any]:
        """What stands at a path of the JSON, at most 1,000 values; a bad path finds nothing."""
        try:
            return paths.find(self.document, paths.parse(path)) if path else []
        except paths.PathError:
            return []


def plain(value: Any) -> str | None:
    """A scalar as text, as rules compare it; None for objects, lists and null. Absurd numbers are no text."""
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > 100):
        return None
    if isinstance(value, int) and value.bit_length() > 400:
        return None
    return as_text(value).strip()


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            named = value.strip().strip("\"'").lower()[:40]
            return "utf-8-sig" if named in ("", "utf-8", "utf8") else named
    return "utf-8-sig"
