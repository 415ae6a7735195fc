"""Answers as trees of elements: XML read by local names, JSON as elements, and documents inside texts opened.

Nothing of XML that reaches out or grows is ever read. The text is wrapped in an element of ours before it is parsed,
so that a DOCTYPE is a syntax error wherever it stands, and with it every entity but the five of XML; two roots are
two children. Depth and number of elements are bounded. What cannot be read is None, never an exception.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lxml import etree

from apps.engine.value_formats import as_text

MAX_ELEMENTS = 2_000
MAX_DEPTH = 100
MAX_INSIDE = 3
"""How many documents may lie in each other's texts."""
MAX_OPENED = 32
"""How many texts of an answer are tried as documents."""
MAX_REPAIRS = 5_000
MAX_TEXT = 256 * 1024

_DECLARATION = re.compile(r"<\?xml\s[^<>]*\?>", re.IGNORECASE)
_CDATA_OR_AMPERSAND = re.compile(
    r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>|\Z)|&(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,31})|\#(?P<number>\d{1,7})|\#x(?P<hex>[0-9A-Fa-f]{1,6}));"
    r"|(?P<bare>&)",
    re.DOTALL,
)
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


@dataclass(slots=True, eq=False)
class Element:
    """A named node. `children` are texts and elements in order; `inside` the roots of a document that its text is.

    `place` is its number in document order.
    """

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)
    parent: "Element | None" = None
    inside: "list[Element]" = field(default_factory=list)
    place: int = 0

    def elements(self) -> "list[Element]":
        """The elements in it, or those of the document its text is."""
        return self.inside or [child for child in self.children if isinstance(child, Element)]

    def text(self) -> str:
        """All text in it, in order."""
        return "".join(self.pieces())

    def pieces(self) -> Iterator[str]:
        """The pieces of its text in order, and an empty one for each element passed, so that both can be counted."""
        waiting: list[Element | str] = [self]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                yield item
            else:
                yield ""
                waiting.extend(reversed(item.children))


class _RefusedError(Exception):
    """Too deep or too many elements."""


@dataclass(slots=True)
class _Budget:
    """What is left of the elements and inner documents that one answer may have."""

    elements: int = MAX_ELEMENTS
    documents: int = MAX_OPENED

    def take(self, count: int = 1) -> None:
        """_RefusedError when there are no more."""
        self.elements -= count
        if self.elements < 0:
            raise _RefusedError


class _Builder:
    """Builds elements as the parser meets them. Comments and instructions are passed over."""

    def __init__(self, top: Element, budget: _Budget) -> None:
        self.here, self.depth, self.budget = top, 0, budget
        self.texts: list[str] = []

    def start(self, tag: str, attributes: Any) -> None:
        self.depth += 1
        self.budget.take()
        if self.depth > MAX_DEPTH:
            raise _RefusedError
        self._write()
        named = {_local(name): value for name, value in attributes.items()}
        child = Element(_local(tag), named, parent=self.here)
        self.here.children.append(child)
        self.here = child

    def end(self, tag: str) -> None:
        self._write()
        self.depth -= 1
        if self.here.parent is not None:
            self.here = self.here.parent

    def data(self, text: str) -> None:
        self.texts.append(text)

    def close(self) -> None:
        return None

    def _write(self) -> None:
        """Texts come in pieces; what stands between two tags is one."""
        if self.texts:
            self.here.children.append("".join(self.texts))
            self.texts = []


def read_xml(text: str) -> Element | None:
    """The nameless top above the roots of an XML text, or None when it is none that is read here."""
    return _numbered(_read_xml(text, _Budget(), 0))


def of_document(document: Any) -> Element | None:
    """JSON as elements: a key is an element, the items of a list are elements of its name (`item` at the top)."""
    top = Element("")
    try:
        _fill(top, document, _Budget(), 0)
    except _RefusedError:
        return None
    return _numbered(top)


def _numbered(top: Element | None) -> Element | None:
    waiting, place = [top] if top is not None else [], 0
    while waiting:
        element = waiting.pop()
        element.place = place = place + 1
        waiting.extend(reversed(element.elements()))
    return top


def _read_xml(text: str, budget: _Budget, level: int) -> Element | None:
    text = text.lstrip("\ufeff \t\r\n\x00")
    if not text.startswith("<") or len(text) > MAX_TEXT:
        return None
    text = _DECLARATION.sub("", text)
    top = _parsed(text, budget)
    if top is None and (repaired := _repaired(text)) != text:
        top = _parsed(repaired, budget)
    roots = top.elements()[0].elements() if top is not None else []
    if not roots:
        return None
    top = Element("", children=[*roots])
    for root in roots:
        root.parent = top
        _open_texts(root, budget, level)
    return top


def _parsed(text: str, budget: _Budget) -> Element | None:
    top = Element("")
    parser = etree.XMLParser(
        target=_Builder(top, budget),
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        etree.fromstring(f"<_>{text}</_>".encode(errors="replace"), parser)
    except (etree.LxmlError, _RefusedError, ValueError):
        return None
    return top


def _repaired(text: str) -> str:
    """The text with HTML's entities written out, bare ampersands escaped and characters that XML lacks as blanks."""
    if text.count("&") > MAX_REPAIRS:
        return text
    return _FORBIDDEN.sub(" ", _CDATA_OR_AMPERSAND.sub(_written_out, text))


def _written_out(found: "re.Match[str]") -> str:
    whole = found[0]
    if found["bare"]:
        return "&amp;"
    if found["name"]:
        return whole if found["name"] in _OF_XML else html.escape(html.unescape(whole))
    number = int(found["number"] or 0) or int(found["hex"] or "0", 16)
    if found["number"] or found["hex"]:
        allowed = number <= 0x10FFFF and not _FORBIDDEN.match(chr(number))
        return whole if allowed else " "
    return whole


def _open_texts(element: Element, budget: _Budget, level: int) -> None:
    """Open what documents the texts below an element are."""
    if level >= MAX_INSIDE:
        return
    waiting = [element]
    while waiting:
        item = waiting.pop()
        below = item.elements()
        if below:
            waiting.extend(reversed(below))
            continue
        _open_text(item, budget, level)


def _open_text(element: Element, budget: _Budget, level: int) -> None:
    text = element.text().strip()
    if text[:1] not in ("<", "{", "[") or not budget.documents:
        return
    budget.documents -= 1
    if text.startswith("<") and text.endswith(">"):
        top = _read_xml(text, budget, level + 1)
    elif text[:1] in ("{", "["):
        top = _opened_json(text, budget, level + 1)
    else:
        return
    element.inside = top.elements() if top is not None else []
    for child in element.inside:
        child.parent = element


def _opened_json(text: str, budget: _Budget, level: int) -> Element | None:
    top = Element("")
    try:
        _fill(top, load_json(text), budget, level)
    except _RefusedError:
        return None
    return top


def load_json(text: str) -> Any:
    """A JSON document; None when the text is none. Numbers are Decimal or int, NaN and Infinity null."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError, ArithmeticError):
        return None


def _fill(top: Element, document: Any, budget: _Budget, level: int) -> None:
    waiting: list[tuple[Element, Any, int]] = [(top, document, 0)]
    while waiting:
        element, value, depth = waiting.pop()
        inner = list(_named(element.name or "item", value))
        budget.take(len(inner))
        if depth > MAX_DEPTH:
            raise _RefusedError
        for name, item in inner:
            child = Element(name, parent=element)
            element.children.append(child)
            waiting.append((child, item, depth + 1))
        if not isinstance(value, dict | list):
            text = plain(value)
            element.children += [text] if text else []
            if isinstance(value, str) and level < MAX_INSIDE:
                _open_text(element, budget, level)


def _named(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    """The children of a JSON value: lists are repeated elements of the key that holds them."""
    if isinstance(value, list):
        return ((name, item) for item in value)
    if not isinstance(value, dict):
        return ()
    pairs: list[tuple[str, Any]] = []
    for key, item in value.items():
        pairs += [(key, one) for one in item] if isinstance(item, list) else [(key, item)]
    return pairs


def plain(value: Any) -> str | None:
    """A scalar as text, as rules compare it; None for objects, lists and null. Absurd numbers are no text."""
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > 100):
        return None
    if isinstance(value, int) and value.bit_length() > 400:
        return None
    return as_text(value).strip()


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]
