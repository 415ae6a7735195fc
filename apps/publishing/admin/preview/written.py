"""A request as people read it: first line, headers and the body laid out by its format."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from lxml import etree

from apps.engine import reach
from apps.engine.outbound import OutboundRequest
from apps.publishing.admin.preview.subjects import Reader

LONGEST = 60_000
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True, huge_tree=False)


def written(request: OutboundRequest, read: Reader) -> dict[str, Any]:
    """Texts of a request; `read` masks each. A mail is its recipients, subject, text and HTML; of
    what is stored there are the values only.
    """
    if request.method == reach.STORE:
        # Nothing leaves: its buyer gets the values, and none of what a call has around them.
        return {"body": read(_body(request)[:LONGEST])}
    headers = [
        read(f"{name}: {value}")
        for name, value in request.headers
        if request.method != reach.MAIL or name in ("To", "Subject")
    ]
    if request.method == reach.MAIL:
        content = json.loads(request.body)
        return {"headers": headers, "body": read(content["text"]), "html": read(content["html"])}
    parts = urlsplit(request.url)
    query = _pairs(parse_qsl(parts.query, keep_blank_values=True))
    line = f"{request.method} {urlunsplit(parts._replace(query=''))}".strip()
    return {
        "line": read(line),
        "query": read(query),
        "headers": headers,
        "body": read(_body(request)[:LONGEST]),
    }


def _body(request: OutboundRequest) -> str:
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "").lower()
    text = request.body.decode(_charset(kind), "replace")
    if "x-www-form-urlencoded" in kind:
        return _pairs(parse_qsl(text, keep_blank_values=True, encoding=_charset(kind))) or text
    return _as_json(text) or _as_xml(request.body) or text


def _charset(kind: str) -> str:
    named = kind.partition("charset=")[2].strip("\"' ;")
    return named if named in ("iso-8859-1", "windows-1252") else "utf-8"


def _as_json(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _as_xml(body: bytes) -> str:
    if not body.lstrip().startswith(b"<"):
        return ""
    try:
        root = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError:
        return ""
    declared = body.lstrip().partition(b"?>")[0].decode("ascii", "replace") + "?>\n"
    laid_out = etree.tostring(root, pretty_print=True, encoding="unicode").strip()
    return (declared if declared.startswith("<?xml") else "") + laid_out


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in pairs)
