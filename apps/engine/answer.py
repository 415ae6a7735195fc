"""A buyer's answer opened for reading: its text and, if it is one, its JSON or XML. Bounded and never raising."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from apps.engine import elements, paths, xpath
from apps.engine.elements import Element, load_json, plain
from apps.engine.outbound import OutboundResponse
from apps.engine.payload.encoding import charset_of

MAX_TEXT = 256 * 1024
_UNREAD: Any = object()
_BLANK = "\ufeff \t\r\n"

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([^\"';\s]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_WRAPPED = re.compile(
    r"(?:\)\]\}',?\s*|[\w$.]{1,80}\s*\(\s*)(?P<inner>[{\[].*[}\]])\s*(?:\)\s*;?)?", re.DOTALL
)
_FORM = re.compile(r"[\w.\-\[\]]{1,80}=[^&<>{}\s]*+(?:&[\w.\-\[\]]{1,80}=[^&<>{}\s]*+)*+")


@dataclass(slots=True)
class Answer:
    """Text, JSON and XML of an answer, each read once and only when a rule asks.

    The content type is not trusted: JSON served as text/html is JSON. A BOM and blanks before it are skipped.
    """

    response: OutboundResponse
    _text: str | None = None
    _document: Any = field(default=_UNREAD)
    _tree: Element | None = field(default=_UNREAD)
    _work: xpath.Work = field(default_factory=xpath.Work)
    """Of all paths together."""

    @property
    def text(self) -> str:
        """The body as text: in the charset of its mark, its header or its XML declaration, else UTF-8.

        What is declared wrongly is read as UTF-8 or, failing that, as Windows-1252.
        """
        if self._text is None:
            body = self.response.body[:MAX_TEXT]
            self._text = _decoded(body, self.response.header("content-type")).lstrip("\ufeff")
        return self._text

    @property
    def document(self) -> Any:
        """The JSON document, or a form's pairs, or None when the body is neither. Numbers are Decimal or int."""
        if self._document is _UNREAD:
            text = self.text.strip(_BLANK)
            self._document = load_json(text) if text else None
            if self._document is None:
                self._document = _otherwise(text)
        return self._document

    @property
    def tree(self) -> Element | None:
        """The elements of an XML answer, or of a JSON one; None when it is neither."""
        if self._tree is _UNREAD:
            self._tree = elements.read_xml(self.text)
            if self._tree is None and isinstance(self.document, dict | list | str):
                self._tree = elements.of_document(self.document)
        return self._tree

    def values(self, path: str) -> list[Any]:
        """What stands at a path, at most 1,000 values; a bad path finds nothing.

        A path from `/` is XPath, any other one of `engine.paths`. Either reads JSON and XML, and documents that lie in
        the texts of others.
        """
        if not path.strip():
            return []
        if path.lstrip().startswith("/"):
            return self.elements(path)
        try:
            steps = paths.parse(path)
        except paths.PathError:
            return []
        found = paths.find(self.document, steps) if self.document is not None else []
        return found or (_walk(self.tree, steps) if self.tree is not None and steps else [])

    def elements(self, path: str) -> list[Any]:
        """The texts at an XPath, at most 1,000; a bad path finds nothing."""
        try:
            steps = xpath.parse(path)
        except paths.PathError:
            return []
        return [*xpath.find(self.tree, steps, self._work)] if self.tree is not None else []


def path_problem(path: str) -> str:
    """What is wrong with a path into an answer, in words, or an empty text."""
    return xpath.problem(path) if path.lstrip().startswith("/") else paths.problem(path)


def _decoded(body: bytes, content_type: str) -> str:
    for mark, marked in _MARKS:
        if body.startswith(mark):
            return body.decode(marked, errors="replace")
    for charset in (_named(content_type, body), _declared(body), "utf-8"):
        try:
            if charset is not None:
                return body.decode(charset)
        except (UnicodeError, ValueError):
            continue
    return body.decode("windows-1252" if not _is_cut_utf8(body) else "utf-8", errors="replace")


def _named(content_type: str, body: bytes) -> str | None:
    found = _CHARSET.search(content_type)
    return _believed(found[1], body) if found else None


def _declared(body: bytes) -> str | None:
    found = _DECLARED.match(body)
    return _believed(found[1].decode("ascii"), body) if found else None


def _believed(name: str, body: bytes) -> str | None:
    """The charset of that name; a body without a NUL is not in UTF-16 or UTF-32, whatever it says."""
    charset = charset_of(name)
    wide = charset is not None and charset.startswith(("utf-16", "utf-32"))
    return None if wide and b"\x00" not in body[:8] else charset


def _is_cut_utf8(body: bytes) -> bool:
    """Whether the body is UTF-8 but for a last letter that was cut."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(body) - 3
    return True


def _otherwise(text: str) -> Any:
    """What is no JSON as it stands: JSON behind a guard or in a call (JSONP), or a form's pairs."""
    found = _WRAPPED.fullmatch(text)
    if found:
        return load_json(found["inner"])
    if _FORM.fullmatch(text):
        try:
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=1000))
        except ValueError:
            return None
    return None


def _walk(top: Element, steps: paths.Path) -> list[Any]:
    """The texts at a plain path into elements: `Result.Errors[0]`, `Result.@code`, `Row[name=email].value`."""
    groups: list[list[Element]] = [[top]]
    for at, step in enumerate(steps):
        if isinstance(step, paths.Key) and step.name.startswith("@") and at == len(steps) - 1:
            name = step.name[1:]
            owners = [one for group in groups for one in group]
            return [one.attributes[name] for one in owners if name in one.attributes][: paths.MAX_FOUND]
        groups = _stepped(groups, step)[: paths.MAX_FOUND]
    return [one.text().strip() for group in groups for one in group][: paths.MAX_FOUND]


def _stepped(groups: list[list[Element]], step: paths.Step) -> list[list[Element]]:
    """A name gives the elements of that name as one group for each parent; a selector picks within the groups."""
    if isinstance(step, paths.Key):
        parents = [one for group in groups for one in group]
        found = [[child for child in one.elements() if child.name == step.name] for one in parents]
    elif isinstance(step, paths.Index):
        found = [group[step.place : step.place + 1] for group in groups]
    elif isinstance(step, paths.Each):
        found = groups
    else:
        found = [[one for one in group if _holds(one, step)] for group in groups]
    return [group for group in found if group]


def _holds(element: Element, step: paths.Where) -> bool:
    texts = [child.text() for child in element.elements() if child.name == step.name]
    texts.append(element.attributes.get(step.name.removeprefix("@"), ""))
    return step.value in (text.strip().lower() for text in texts)


__all__ = ["Answer", "path_problem", "plain"]
