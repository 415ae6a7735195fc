"""Bodies from a template of the endpoint: SOAP, and whatever else a buyer wants.

The template reads mapped targets only, typed: `{{ first_name }}`, `{{ field["lead.zip"] }}`. Values are written as the
content type says the body is read: escaped in XML and HTML, as the inside of a string in JSON, percent-encoded in
forms, else as they are. `{{ amount|json }}` writes a whole JSON value, `{{ note|cdata }}` a CDATA section. What claims
to be XML or JSON has to parse as such, or nothing is sent.

Values travel through the template between control characters, which no template holds and values lose, so that each
can be escaped knowing what stands around it.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from jinja2 import Undefined

from apps.engine import templates
from apps.engine.formats import markup, parsing
from apps.engine.formats.charsets import Charset, charset_of, fitted, refused, written
from apps.engine.formats.encoded import (
    BodyFormat,
    Cdata,
    Encoded,
    FormatProblem,
    Targets,
    UnencodableError,
)
from apps.engine.formats.json import text_of
from apps.engine.formats.options import media_type, option_problems
from apps.engine.orders import FormatOptions
from apps.engine.pairs import Pairs
from apps.engine.templates import Dialect, TemplateRefusedError
from apps.engine.value_formats import as_text

MAX_TEMPLATE = 64 * 1024
MAX_OUTPUT = 256 * 1024
DEFAULT_TYPE = "text/xml"

_VALUE, _JSON, _CDATA = "\x00", "\x01", "\x02"
_MARKS = re.compile("[\x00-\x02]")
_PIECE = re.compile("([\x00-\x02])([^\x00-\x02]*)\\1")
_QUOTE = re.compile(r'\\.|\\\Z|"', re.DOTALL)


class _JsonText(str):
    """A value that is JSON already."""

    __slots__ = ()


def _as_json(value: Any) -> str:
    return _JsonText(text_of(None if isinstance(value, Undefined) else value))


def _as_cdata(value: Any) -> str:
    return Cdata(_plain(value))


def _plain(value: Any) -> str:
    return "" if isinstance(value, Undefined) else as_text(value)


def _marked(value: Any) -> str:
    if isinstance(value, bool | int | Decimal):
        return as_text(value)
    mark = _JSON if isinstance(value, _JsonText) else _CDATA if isinstance(value, Cdata) else _VALUE
    return f"{mark}{_MARKS.sub('', _plain(value))}{mark}"


BODY = Dialect(
    MAX_TEMPLATE, 2 * templates.MAX_READ, {"json": _as_json, "cdata": _as_cdata}, write=_marked, lean=True
)


def encode(pairs: Pairs, options: FormatOptions) -> Encoded:
    """The template's text, filled and escaped. Raises `UnencodableError`."""
    charset = charset_of(options)
    content_type = media_type(DEFAULT_TYPE, options, always=True)
    claim = parsing.claim_of(content_type)
    values = dict((refused if claim in ("xml", "html") else fitted)(pairs, options))
    try:
        text = templates.render(options.template, _context(values), BODY)
    except TemplateRefusedError as error:
        raise UnencodableError(f"the template: {error}") from None
    body = written(_WRITERS[claim](text, charset).strip(), options)
    if len(body) > MAX_OUTPUT:
        raise UnencodableError("is over 256 KiB")
    wrong = parsing.problem(claim, body, charset)
    if wrong:
        raise UnencodableError(f"the template's text {wrong}")
    return Encoded(body, content_type)


def _context(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "field"} | {"field": values}


def _each_piece(text: str, write: Callable[[str], str]) -> str:
    return _PIECE.sub(lambda piece: write(piece[2]), text)


def _xml(text: str, charset: Charset) -> str:
    def write(piece: "re.Match[str]") -> str:
        return (markup.cdata if piece[1] == _CDATA else markup.anywhere_text)(piece[2], charset)

    return _PIECE.sub(write, text)


def _form(text: str, charset: Charset) -> str:
    return _each_piece(text, lambda value: quote_plus(value, encoding=charset.codec))


def _as_is(text: str, charset: Charset) -> str:
    return _each_piece(text, lambda value: value)


def _json(text: str, charset: Charset) -> str:
    found, at, quoted = [], 0, False
    for piece in _PIECE.finditer(text):
        literal = text[at : piece.start()]
        quoted = _quoted_after(literal, quoted)
        at = piece.end()
        found += [literal, _in_json(piece, quoted=quoted)]
    return "".join((*found, text[at:]))


def _quoted_after(literal: str, quoted: bool) -> bool:
    for found in _QUOTE.findall(literal):
        if found == "\\":
            raise UnencodableError("the template: a backslash stands before a value")
        quoted ^= found == '"'
    return quoted


def _in_json(piece: "re.Match[str]", *, quoted: bool) -> str:
    if quoted:
        return text_of(piece[2])[1:-1]
    if piece[1] != _JSON:
        raise UnencodableError("the template: a value stands outside quotes; write it as {{ name|json }}")
    return piece[2]


_WRITERS: dict[str, Callable[[str, Charset], str]] = {
    "xml": _xml,
    "html": _xml,
    "json": _json,
    "form": _form,
    "text": _as_is,
}


def problems(targets: Targets, options: FormatOptions) -> Iterator[FormatProblem]:
    """The options, the template, names in it that no row gives, and whether it can be what it claims to be."""
    yield from option_problems(options)
    wrong = templates.problem(options.template, BODY) or _template_problem(options)
    if wrong:
        yield FormatProblem("template", f"has a template that cannot be used: {wrong}")
        return
    for name in sorted(templates.names(options.template, BODY) - {*targets}):
        yield FormatProblem("template", f"has a template that names “{name}”, which no mapping row gives")
    for target in sorted({target for target in targets if targets.count(target) > 1}):
        yield FormatProblem("mappings", "another row gives the template the same name", target)


def _template_problem(options: FormatOptions) -> str:
    source, claim = options.template, parsing.claim_of(options.content_type or DEFAULT_TYPE)
    if not source.strip():
        return "it is empty"
    if _MARKS.search(source):
        return "it has control characters"
    return parsing.source_problem(claim, source, options)


FORMAT = BodyFormat("raw", "Own template", nested=False, encode=encode, problems=problems)
