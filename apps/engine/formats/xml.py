"""XML bodies: nested by path. `Lead.Contact.Phone[1].@type` is the attribute of the second `Phone`.

The first step is the root, which all rows share. `@name` is an attribute, `ns:Name` a name of a declared namespace,
`item[0]` and `item[1]` repeat an element (places that no row wrote are closed), a list repeats its element. Elements
stand in the order in which the mapping first names them, repeated ones together in the order of their places. A value
marked as CDATA becomes one. Characters that the encoding lacks are written by number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.engine import paths
from apps.engine.formats.charsets import Charset, charset_of, refused, written
from apps.engine.formats.encoded import (
    CROSSED,
    SAME,
    BodyFormat,
    Cdata,
    Encoded,
    FormatProblem,
    Targets,
    UnencodableError,
)
from apps.engine.formats.markup import anywhere_text, cdata, element_text
from apps.engine.formats.options import media_type, plain_problems
from apps.engine.formats.xml_names import Place, XmlPath, namespace_problems, parse
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs, Typed
from apps.engine.value_formats import as_text


@dataclass(slots=True)
class _Element:
    """An element under construction: `texts` is None until a row writes its text; a list gives it several."""

    texts: list[str] | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    children: dict[str, dict[int, "_Element"]] = field(default_factory=dict)


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """One document holding every pair at its path. Raises `UnencodableError`."""
    charset = charset_of(options)
    root = _Element()
    name = ""
    for target, value in refused(pairs, options):
        try:
            path = parse(target, options.namespaces)
            name = name or path.root
            _write(root, name, path, value)
        except paths.PathError as error:
            raise UnencodableError(f"{target}: {error}") from None
    if not name:
        raise UnencodableError("no row gives a value, and an XML document cannot be without a root")
    head = f'<?xml version="1.0" encoding="{charset.declared}"?>\n'
    text = "".join(_tags(root, name, charset, _declared(options, charset)))
    return Encoded(written(head + text, options), media_type("application/xml", options, always=True))


def _write(root: _Element, name: str, path: XmlPath, value: Typed) -> None:
    if path.root != name:
        raise paths.PathError(
            f"begins with “{path.root}”, another row with “{name}”: a document has one root"
        )
    element = root
    for step in path.places:
        if element.texts is not None:
            raise paths.PathError(CROSSED)
        element = _child(element, step)
    if path.attribute:
        if path.attribute in element.attributes:
            raise paths.PathError(SAME)
        element.attributes[path.attribute] = as_text(value)
        return
    if element.texts is not None or element.children:
        raise paths.PathError(CROSSED if element.children else SAME)
    if isinstance(value, list) and not path.places:
        raise paths.PathError("is a list, and a document has one root")
    element.texts = list(value) if isinstance(value, list) else [_kept(value)]


def _kept(value: Typed) -> str:
    return value if isinstance(value, Cdata) else as_text(value)


def _child(element: _Element, step: Place) -> _Element:
    return element.children.setdefault(step.name, {}).setdefault(step.place, _Element())


def _declared(options: FormatOptions, charset: Charset) -> str:
    return "".join(
        f' xmlns{":" if prefix else ""}{prefix}="{anywhere_text(uri, charset)}"'
        for prefix, uri in options.namespaces
    )


def _tags(element: _Element, name: str, charset: Charset, declared: str = "") -> Iterator[str]:
    head = f"<{name}{declared}" + "".join(
        f' {key}="{anywhere_text(text, charset)}"' for key, text in element.attributes.items()
    )
    if element.texts is not None:
        for text in element.texts:
            yield from _leaf(head, name, _content(text, charset))
        return
    if not element.children:
        yield f"{head}/>"
        return
    yield f"{head}>"
    for child_name, places in element.children.items():
        for place in sorted(places):
            yield from _tags(places[place], child_name, charset)
    yield f"</{name}>"


def _leaf(head: str, name: str, content: str) -> Iterator[str]:
    yield f"{head}>{content}</{name}>" if content else f"{head}/>"


def _content(text: str, charset: Charset) -> str:
    return cdata(text, charset) if isinstance(text, Cdata) else element_text(text, charset)


def problems(targets: Targets, options: FormatOptions) -> Iterator[FormatProblem]:
    """The options, the namespaces, names, roots that differ, targets that cannot stand in one document."""
    yield from plain_problems(targets, options)
    yield from namespace_problems(options.namespaces)
    root, name = _Element(), ""
    for target in targets:
        if paths.problem(target, writable=True):
            continue
        try:
            path = parse(target, options.namespaces)
            name = name or path.root
            _write(root, name, path, "")
        except paths.PathError as error:
            yield FormatProblem("mappings", str(error), target)


FORMAT = BodyFormat("xml", "XML", nested=True, encode=encode, problems=problems)
