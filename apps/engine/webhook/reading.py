"""Any body of a form vendor as one tree: objects, lists and values, whatever it was written in.

Forms, their bracketed keys and multipart become objects; XML becomes objects with `@attribute` keys and, where an
element has attributes, its text under `#text`; JSON in the text of a value is opened. The limits of a body hold for
the body as it came; what lies inside a text keeps them, too, or stays a text.
"""

from dataclasses import dataclass
from typing import Any

from apps.engine.payload import Limits, PayloadFault, kind_of
from apps.engine.payload.bounds import within
from apps.engine.payload.encoding import charset_of, decode, decompress
from apps.engine.payload.form import read_form
from apps.engine.payload.json_body import json_of
from apps.engine.payload.values import INVALID, UNSUPPORTED
from apps.engine.webhook.markup import xml_text, xml_tree
from apps.engine.webhook.multipart import read_multipart
from apps.engine.webhook.nesting import nested, opened

_DEFAULT_LIMITS = Limits()
Tree = dict[str, Any] | list[Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A body read. `kind` is json, form, multipart, xml or query; `inner` are the objects that were JSON in a text."""

    tree: Tree
    kind: str
    inner: tuple[dict[str, Any], ...] = ()


def read(
    body: bytes,
    *,
    content_type: str = "",
    content_encoding: str = "",
    query: str = "",
    limits: Limits = _DEFAULT_LIMITS,
) -> Document | PayloadFault:
    """A body, and what the query adds to it, as a document; or the fault that refuses it. Never raises.

    The declared type is tried first; JSON and XML are read whatever they are called.
    """
    plain = decompress(body, content_encoding, limits)
    if isinstance(plain, PayloadFault):
        return plain
    asked = _query(query, limits)
    if not plain.strip():
        return _document(asked, "query", limits) if asked else INVALID
    kind, tree = _tree(plain, content_type, limits)
    if isinstance(tree, PayloadFault):
        return tree
    if isinstance(tree, dict) and asked:
        tree = asked | tree
    return _document(tree, kind, limits)


def _document(tree: Tree, kind: str, limits: Limits) -> Document | PayloadFault:
    if not tree or not within(tree, limits):
        return INVALID
    found, inner = opened(nested(tree) if kind != "json" and isinstance(tree, dict) else tree, limits)
    return Document(found, kind, inner)


def _tree(body: bytes, content_type: str, limits: Limits) -> tuple[str, Tree | PayloadFault]:
    declared, charset_name = kind_of(content_type, body)
    if declared == "multipart":
        return declared, read_multipart(body, content_type, limits)
    looks, _ = kind_of("", body)
    charset = charset_of(charset_name)
    if charset is None:
        return declared, INVALID
    # What begins like JSON or XML is that, also under a wrong name.
    for kind in (looks,) if looks in ("json", "xml") else dict.fromkeys((declared, looks)):
        tree = _read_as(kind, body, charset, limits)
        if tree:
            return kind, tree
    return declared, INVALID if declared or looks != "unreadable" else UNSUPPORTED


def _read_as(kind: str, body: bytes, charset: str, limits: Limits) -> Tree | None:
    if kind == "xml":
        text = xml_text(body, charset)
        return xml_tree(text, limits) if text is not None else None
    if kind == "json":
        text = decode(body, charset)
        return json_of(text, limits) if text is not None else None
    if kind == "form":
        return _form(body, charset, limits)
    return None


def _form(body: bytes, charset: str, limits: Limits) -> dict[str, Any] | None:
    """Percent-encoded bytes that are no UTF-8 are those of an old page in Windows-1252."""
    for encoding in dict.fromkeys((charset, "cp1252")):
        found = read_form(body, encoding, limits)
        if isinstance(found, dict):
            return found
    return None


def _query(query: str, limits: Limits) -> dict[str, Any]:
    found = _form(query.encode("utf-8", "replace"), "utf-8", limits) if query else None
    return found or {}
