"""XML as a tree of objects: children by name, repeated ones as a list, `@attribute` keys, `#text` beside those."""

import re
from typing import Any

from apps.engine.elements import Element, read_xml
from apps.engine.payload import Limits
from apps.engine.payload.encoding import charset_of, decode

TEXT = "#text"
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def xml_text(body: bytes, charset: str) -> str | None:
    """The text of an XML body: in the charset of its mark or its declaration, else in that of its header."""
    for mark, marked in _MARKS:
        if body.startswith(mark):
            return decode(body, marked)
    declared = _DECLARED.match(body)
    named = charset_of(declared[1].decode("ascii")) if declared else None
    # A declaration that could be read byte by byte is not in UTF-16, whatever it says.
    return decode(body, named if named and not named.startswith("utf-16") else charset)


def xml_tree(text: str, limits: Limits) -> dict[str, Any] | None:
    """The elements of an XML text, root first; None for a text that is none, is too deep or has a DOCTYPE."""
    top = read_xml(text)
    if top is None or len(top.elements()) != 1 or _is_deeper(top, limits.max_depth):
        return None
    root = top.elements()[0]
    return {root.name: _value(root)}


def _is_deeper(top: Element, deepest: int) -> bool:
    waiting = [(top, 0)]
    while waiting:
        element, depth = waiting.pop()
        if depth > deepest:
            return True
        waiting.extend((child, depth + 1) for child in element.elements())
    return False


def _value(element: Element) -> Any:
    children = element.elements()
    if not children and not element.attributes:
        return element.text().strip()
    found: dict[str, Any] = {f"@{name}": text for name, text in element.attributes.items()}
    for name, group in _by_name(children).items():
        found[name] = group[0] if len(group) == 1 else group
    if not children:
        found[TEXT] = element.text().strip()
    return found


def _by_name(children: list[Element]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for child in children:
        groups.setdefault(child.name, []).append(_value(child))
    return groups
