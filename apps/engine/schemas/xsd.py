"""XML Schema 1.0, by libxml2.

A schema is one document: `include`, `import`, `redefine` are refused, as is a DOCTYPE, and what an instance names as
the place of its schema is taken off before it is checked. libxml2 writes a content model out in full, so its size is
counted first.
"""

import copy
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree

from apps.engine.formats.charsets import CHARSETS
from apps.engine.formats.parsing import parsed_xml
from apps.engine.schemas.base import MAX_SCHEMA, MAX_VIOLATIONS, SchemaRefusedError, Violation

MAX_SIZE = 20_000
MAX_PATTERN = 500

_XS = "http://www.w3.org/2001/XMLSchema"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_SOAP = frozenset({"http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"})
_OUTSIDE = frozenset({"include", "import", "redefine", "override"})
_NAMED = ("group", "attributeGroup", "simpleType")
_TIMES = re.compile(r"\{(\d{1,9})(?:,(\d{0,9}))?\}")
_ATTRIBUTE = re.compile(r", attribute '(?:\{[^}]*\})?([^']+)'|The attribute '(?:\{[^}]*\})?([^']+)'")


@lru_cache(maxsize=16)
def loaded(text: str) -> tuple[Any, str]:
    """The schema and its target namespace. Raises `SchemaRefusedError`."""
    if len(text) > MAX_SCHEMA:
        raise SchemaRefusedError("the schema is over 256 KiB")
    root = parsed_xml(text.strip().encode("utf-8", "replace"), CHARSETS["utf-8"])
    if root is None or root.tag != f"{{{_XS}}}schema":
        raise SchemaRefusedError("the schema is no XML Schema")
    _one_document(root)
    _bounded(root)
    try:
        return etree.XMLSchema(root), root.get("targetNamespace", "")
    except etree.XMLSchemaParseError as error:
        raise SchemaRefusedError(f"the schema is no XML Schema: {str(error)[:200]}") from None


def _local(node: Any) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _one_document(root: Any) -> None:
    for node in root.iter(f"{{{_XS}}}*"):
        if _local(node) in _OUTSIDE:
            raise SchemaRefusedError(
                f"the schema refers to another document by “{_local(node)}”; put all into one"
            )
        if _local(node) == "pattern":
            _bounded_pattern(node.get("value", ""))


def _bounded_pattern(text: str) -> None:
    times = 1
    for found in _TIMES.finditer(text):
        times *= max(1, int(found[1]), int(found[2] or 0))
    if len(text) > MAX_PATTERN or times > MAX_SIZE:
        raise SchemaRefusedError("the schema has a pattern that takes too much work")


def _bounded(root: Any) -> None:
    named = {
        (kind, node.get("name")): node for kind in _NAMED for node in root.iterchildren(f"{{{_XS}}}{kind}")
    }
    known: dict[Any, int] = {}

    def size(node: Any) -> int:
        """How many particles a component is, written out; a circle counts once and libxml2 refuses it."""
        if node in known:
            return known[node]
        known[node] = 1
        total = 1 + sum(size(each) for each in _parts(node, named))
        known[node] = min(total * _occurs(node), MAX_SIZE + 1)
        return known[node]

    try:
        total = size(root)
    except RecursionError:
        total = MAX_SIZE + 1
    if total > MAX_SIZE:
        raise SchemaRefusedError("the schema repeats so much that it takes too much work")


def _parts(node: Any, named: dict[Any, Any]) -> Iterator[Any]:
    yield from node.iterchildren(f"{{{_XS}}}*")
    names = [(_local(node), name) for name in node.get("ref", "").split()]
    names += [("simpleType", name) for name in node.get("memberTypes", "").split()]
    for kind, name in names:
        found = named.get((kind, name.rpartition(":")[2]))
        if found is not None:
            yield found


def _occurs(node: Any) -> int:
    texts = (node.get("minOccurs", "1"), node.get("maxOccurs", "1"))
    numbers = [int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 2 for text in texts]
    return max(1, *numbers)


def violations(text: str, body: bytes, charset: str) -> list[Violation]:
    """Where an XML document, or what stands in a SOAP body, breaks a usable schema."""
    schema, namespace = loaded(text)
    root = parsed_xml(body, CHARSETS[charset])
    if root is None:
        return [("", "the body is no well-formed XML")]
    prefixes = {uri: prefix or "" for prefix, uri in root.nsmap.items()}
    document, above = _payload(root, namespace)
    if document is None:
        return [("", "the SOAP body is empty")]
    whole = etree.ElementTree(copy.deepcopy(document))
    for node in whole.iter():
        for name in ("schemaLocation", "noNamespaceSchemaLocation"):
            node.attrib.pop(_XSI + name, None)
    schema.validate(whole)
    found = {_violation(entry, whole, [*above], prefixes): None for entry in schema.error_log}
    return list(found)[:MAX_VIOLATIONS]


def _payload(root: Any, namespace: str) -> tuple[Any, list[Any]]:
    """What the schema speaks of, and the elements above it."""
    name = etree.QName(root)
    if name.localname != "Envelope" or name.namespace not in _SOAP or namespace == name.namespace:
        return root, []
    for body in root.iterchildren(f"{{{name.namespace}}}Body"):
        for child in body.iterchildren("*"):
            return child, [root, body]
    return None, []


def _violation(entry: Any, whole: Any, above: list[Any], prefixes: dict[str, str]) -> Violation:
    node = _node(entry, whole)
    steps = [*above, *reversed([*node.iterancestors()]), node]
    path = ".".join(_step(step, prefixes, root=place == 0) for place, step in enumerate(steps))
    attribute = _ATTRIBUTE.search(entry.message)
    if attribute:
        path += f".@{attribute[1] or attribute[2]}"
    missing = _MISSING.search(entry.message)
    # Of an element that may be repeated libxml2 says that it is missing when in truth another is.
    if missing and missing[2] not in {_local(child) for child in node}:
        prefix = prefixes.get(missing[1] or "", "")
        return f"{path}.{prefix}{':' if prefix else ''}{missing[2]}", "is required and is not sent"
    return path, _words(entry)


def _node(entry: Any, whole: Any) -> Any:
    known = {prefix: uri for node in whole.iter() for prefix, uri in node.nsmap.items() if prefix}
    try:
        found = whole.xpath(entry.path, namespaces=known)
    except (etree.XPathError, TypeError):
        found = []
    return found[0] if found else whole.getroot()


def _step(node: Any, prefixes: dict[str, str], *, root: bool) -> str:
    name = etree.QName(node)
    prefix = prefixes.get(name.namespace or "", "")
    spelled = f"{prefix}:{name.localname}" if prefix else name.localname
    spelled = f'["{spelled}"]' if "." in spelled else spelled
    parent = node.getparent()
    alike = [each for each in parent if each.tag == node.tag] if parent is not None and not root else [node]
    return spelled if len(alike) == 1 else f"{spelled}[{alike.index(node)}]"


_WORDS = {
    "SCHEMAV_CVC_PATTERN_VALID": "does not match the pattern of the schema",
    "SCHEMAV_CVC_ENUMERATION_VALID": "has a value that is not among those the schema allows",
    "SCHEMAV_CVC_MINLENGTH_VALID": "is shorter than the schema allows",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "is longer than the schema allows",
    "SCHEMAV_CVC_LENGTH_VALID": "has not the length the schema wants",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "is below what the schema allows",
    "SCHEMAV_CVC_MINEXCLUSIVE_VALID": "is below what the schema allows",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": "is above what the schema allows",
    "SCHEMAV_CVC_MAXEXCLUSIVE_VALID": "is above what the schema allows",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "has more digits than the schema allows",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "has more decimals than the schema allows",
    "SCHEMAV_CVC_ELT_1": "is no element the schema knows as a root",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "is no attribute the schema knows",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "is no attribute the schema knows",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "is required and is not sent",
}
_MISSING = re.compile(r"Missing child element\(s\)\. Expected is \( (?:\{([^}]*)\})?([^ {},]+) \)")
_TYPE = re.compile(r"is not a valid value of the (?:atomic|local atomic|list|union) type(?: '([^']*)')?")
_CONTENT = re.compile(r"(This element is not expected|Missing child element\(s\))\.(?: Expected is (.*))?")


def _words(entry: Any) -> str:
    if entry.type_name in _WORDS:
        return _WORDS[entry.type_name]
    content = _CONTENT.search(entry.message)
    if content:
        names = re.sub(r"\{[^}]*\}|[().]", "", content[2] or "").strip()
        expected = f": {' '.join(names.split())} is expected" if names else ""
        missing = content[1].startswith("Missing")
        return (
            f"lacks elements{expected}" if missing else f"stands where the schema does not want it{expected}"
        )
    of_type = _TYPE.search(entry.message)
    if of_type:
        return f"has no value of the type {of_type[1]}" if of_type[1] else "has no value of its type"
    return "does not fit the schema"
