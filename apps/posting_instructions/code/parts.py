"""Code as lines of coloured parts: a page can colour it, mask the key in it, and find the line of a field."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

MASK = "••••••••"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of one line. `kind` colours it: key, string, number, word or none; secret is masked."""

    text: str = field(repr=False)
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code; `field` is the posting name whose value stands there, if it is one."""

    parts: tuple[Part, ...]
    field: str = ""


Code = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is shown masked: `text` is what the page holds, the mask itself until it is revealed."""

    text: str = field(default=MASK, repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """A value that is another one each time, such as the id of one's own ping: marked as to be replaced."""

    text: str


def line(*parts: Part | str, field: str = "") -> Line:
    """A line of parts; a bare text is a part without colour."""
    return Line(tuple(Part(part) if isinstance(part, str) else part for part in parts), field)


def text_of(code: Code) -> str:
    """The code as plain text."""
    return "\n".join("".join(part.text for part in row.parts) for row in code)


def json_body(body: Mapping[str, Any], *, indent: str = "") -> Code:
    """A body as indented JSON, one line a key."""
    return (line("{"), *json_lines(body, indent=indent), line(indent + "}"))


def json_lines(body: Mapping[str, Any], *, indent: str = "") -> Iterable[Line]:
    """The lines between the braces of an object."""
    last = len(body) - 1
    for place, (name, value) in enumerate(body.items()):
        comma = "," if place < last else ""
        start = (Part(indent + "  "), Part(quoted(name), "key"), Part(": "))
        rows = list(_value_lines(value, indent + "  "))
        rows[0] = Line((*start, *rows[0].parts))
        rows[-1] = Line((*rows[-1].parts, Part(comma)))
        yield from (Line(row.parts, row.field or name) for row in rows)


def quoted(text: str) -> str:
    """A JSON string, characters beyond ASCII as they are."""
    return json.dumps(text, ensure_ascii=False)


def _value_lines(value: Any, indent: str) -> Iterable[Line]:
    if isinstance(value, Mapping) and value:
        yield from json_body(value, indent=indent)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        yield line("[")
        for place, item in enumerate(value):
            rows = list(_value_lines(item, indent + "  "))
            rows[0] = Line((Part(indent + "  "), *rows[0].parts))
            rows[-1] = Line((*rows[-1].parts, Part("," if place < len(value) - 1 else "")))
            yield from rows
        yield line(indent + "]")
    else:
        yield Line(literal(value))


def literal(value: Any, *, quote: Callable[[str], str] = quoted) -> tuple[Part, ...]:
    """A value on one line, as JSON writes it; `quote` writes texts in another language's way."""
    if isinstance(value, Secret):
        mark = quote("")[0]
        return Part(mark), Part(value.text, "secret"), Part(mark)
    if isinstance(value, Given):
        return (Part(quote(value.text), "given"),)
    if isinstance(value, str):
        return (Part(quote(value), "string"),)
    if value is None or isinstance(value, bool):
        return (Part(json.dumps(value), "word"),)
    if isinstance(value, list | tuple):
        return (Part("["), *_separated(value, quote), Part("]"))
    if isinstance(value, Mapping):
        return (Part("{}"),)
    return (Part(f"{value:f}" if isinstance(value, Decimal) else json.dumps(value), "number"),)


def _separated(items: Sequence[Any], quote: Callable[[str], str]) -> Iterable[Part]:
    for place, item in enumerate(items):
        if place:
            yield Part(", ")
        yield from literal(item, quote=quote)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """How a language writes a body as a literal of its own between braces: `arrow` between key and value, `words` for
    those of JSON that it spells otherwise.
    """

    step: str
    arrow: str
    quote: Callable[[str], str]
    words: Mapping[str, str]


def dictionary_lines(body: Mapping[str, Any], style: Dictionary, *, indent: str = "") -> Iterable[Line]:
    """The lines between the braces, each key with a comma behind its value."""
    indent += style.step
    for name, value in body.items():
        key = (indent, Part(style.quote(name), "key"), style.arrow)
        if isinstance(value, Mapping) and value:
            yield line(*key, "{", field=name)
            yield from dictionary_lines(value, style, indent=indent)
            yield line(indent, "},", field=name)
        else:
            found = literal(value, quote=style.quote)
            parts = (
                Part(style.words.get(part.text, part.text) if part.kind == "word" else part.text, part.kind)
                for part in found
            )
            yield line(*key, *parts, ",", field=name)
