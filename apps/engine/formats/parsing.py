"""Whether a body that claims to be XML or JSON is that. Nothing is fetched, no entity is expanded."""

import json
import re
from typing import NoReturn

from lxml import etree

from apps.engine.formats.charsets import CHARSETS, Charset
from apps.engine.orders import FormatOptions

_DECLARED = re.compile(r"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"'>]{1,40})["']""")
_SUBSET = re.compile(r"<!DOCTYPE[^>]*\[|<!ENTITY", re.IGNORECASE)
_VALUE_IN_CDATA = re.compile(r"<!\[CDATA\[(?:(?!\]\]>).)*?\{\{", re.DOTALL)


def claim_of(content_type: str) -> str:
    """What a content type says a body is: xml, json, html, form or text."""
    media = content_type.split(";")[0].strip().lower()
    kind = re.split("[/+]", media)[-1]
    if kind in ("xml", "json"):
        return kind
    return {"text/html": "html", "application/x-www-form-urlencoded": "form"}.get(media, "text")


def problem(claim: str, body: bytes, charset: Charset) -> str:
    """Why a body is not what it claims to be, or an empty text."""
    if claim == "xml" and parsed_xml(body, charset) is None:
        return "is no well-formed XML"
    if claim == "json" and not _is_json(body, charset):
        return "is no JSON"
    return ""


def parser(charset: Charset | None = None) -> etree.XMLParser:
    """A parser that loads nothing and expands nothing."""
    return etree.XMLParser(
        encoding=charset.declared if charset else None,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
    )


def parsed_xml(body: bytes, charset: Charset) -> "etree._Element | None":
    """The root of an XML document, or None when it is not well formed or declares entities."""
    if _SUBSET.search(body.decode(charset.codec, "replace")):
        return None
    try:
        return etree.fromstring(body, parser(charset))
    except etree.XMLSyntaxError:
        return None


def _is_json(body: bytes, charset: Charset) -> bool:
    try:
        json.loads(body.decode(charset.codec), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def source_problem(claim: str, source: str, options: FormatOptions) -> str:
    """Why a template can never become what it claims to be, in words, or an empty text."""
    charset = CHARSETS.get(options.charset)
    if charset is not None and not charset.has(source):
        return f"it has characters that {charset.declared} lacks"
    if claim != "xml":
        return ""
    if _SUBSET.search(source):
        return "a document type with declarations of its own is not sent"
    if _VALUE_IN_CDATA.search(source):
        return "in place of <![CDATA[{{ name }}]]> write {{ name|cdata }}"
    declared = _DECLARED.match(source)
    if declared is not None and declared[1].lower() != options.charset:
        return f"it declares the encoding {declared[1]}, the endpoint sends {options.charset}"
    return ""
