"""Mapping targets as places in an XML document, and the names and namespaces they use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from apps.engine import paths
from apps.engine.formats.encoded import FormatProblem
from apps.engine.formats.markup import is_name

Namespaces = tuple[tuple[str, str], ...]

_URI = re.compile(r"""[^\x00-\x20\x7f<>"{}|\\^`]{1,500}""")
_XML = "http://www.w3.org/XML/1998/namespace"
_XMLNS = "http://www.w3.org/2000/xmlns/"


@dataclass(frozen=True, slots=True)
class Place:
    """A child element: its name with prefix, and which of those of that name, from 0."""

    name: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class XmlPath:
    """A target as XML reads it: root, the elements below it, and an attribute of the last or an empty text."""

    root: str
    places: tuple[Place, ...]
    attribute: str = ""


@lru_cache(maxsize=4096)
def parse(target: str, namespaces: Namespaces) -> XmlPath:
    """The place a target names. Raises `PathError`."""
    steps = list(paths.parse(target))
    if not steps:
        raise paths.PathError("The path names no element")
    attribute = ""
    last = steps[-1]
    if isinstance(last, paths.Key) and last.name.startswith("@"):
        attribute = last.name[1:]
        _check(attribute, namespaces)
        del steps[-1]
    found: list[Place] = []
    indexed = True
    for step in steps:
        if isinstance(step, paths.Key):
            _check(step.name, namespaces)
            found.append(Place(step.name))
        elif isinstance(step, paths.Index) and not indexed:
            found[-1] = Place(found[-1].name, step.place)
        else:
            raise paths.PathError("A place such as [0] follows the name of an element, once")
        indexed = isinstance(step, paths.Index) or len(found) == 1
    if not found:
        raise paths.PathError("An attribute needs an element before it, as in Lead.@id")
    return XmlPath(found[0].name, tuple(found[1:]), attribute)


def _check(name: str, namespaces: Namespaces) -> None:
    prefix, colon, local = name.rpartition(":")
    if not is_name(local) or (colon and not is_name(prefix)):
        raise paths.PathError(f"“{name}” is no name in XML")
    if name == "xmlns" or prefix == "xmlns":
        raise paths.PathError("Namespaces are declared at the endpoint, not mapped")
    if prefix and prefix != "xml" and prefix not in dict(namespaces):
        raise paths.PathError(f"The prefix “{prefix}” is not among the endpoint's namespaces")


def namespace_problems(namespaces: Namespaces) -> Iterator[FormatProblem]:
    """What is wrong with the declared namespaces."""
    seen = set()
    for prefix, uri in namespaces:
        if prefix and (not is_name(prefix) or prefix.lower().startswith("xml")):
            yield FormatProblem("namespaces", f"has a namespace whose prefix “{prefix}” cannot be used")
        if not _URI.fullmatch(uri) or uri in (_XML, _XMLNS):
            yield FormatProblem("namespaces", f"has a namespace “{prefix}” whose address cannot be used")
        if prefix in seen:
            yield FormatProblem("namespaces", f"declares the namespace prefix “{prefix}” twice")
        seen.add(prefix)
