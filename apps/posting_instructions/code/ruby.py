"""The request in Ruby, with nothing but its standard library."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.posting_instructions.code.parts import Code, Line, Part, line, literal
from apps.posting_instructions.code.request import Request

_WORDS = {"null": "nil"}


def write(request: Request) -> Code:
    """A script that prints what became of the lead."""
    require = Part("require", "word")
    return (
        line(require, " ", Part('"json"', "string")),
        line(require, " ", Part('"net/http"', "string")),
        line(""),
        line("lead = {"),
        *_entries(request.body, "  "),
        line("}"),
        line("uri = URI(", Part(ruby_quoted(request.url), "string"), ")"),
        line("request = Net::HTTP::Post.new(uri)"),
        *(
            line("request[", Part(ruby_quoted(name), "string"), "] = ", Part(ruby_quoted(value), "string"))
            for name, value in request.headers
        ),
        line("request.body = JSON.generate(lead)"),
        line("http = Net::HTTP.new(uri.host, uri.port)"),
        line("http.use_ssl = uri.scheme == ", Part('"https"', "string")),
        line("http.read_timeout = ", Part(str(request.timeout_s), "number")),
        line("result = JSON.parse(http.request(request).body)"),
        line(""),
        _printed(request),
    )


def _printed(request: Request) -> Line:
    if request.prints:
        names = " ".join(f"#{{result['{name}']}}" for name in request.prints)
        return line(Part("puts", "word"), " ", Part(f'"{names}"', "string"))
    status, message = Part('"leadStatus"', "string"), Part('"message"', "string")
    accepted, rejected = Part('"accepted"', "string"), Part('"rejected: "', "string")
    return line(
        Part("puts", "word"),
        " result[",
        status,
        "] ? ",
        accepted,
        " : ",
        rejected,
        " + result[",
        message,
        "]",
    )


def _entries(body: Mapping[str, Any], indent: str) -> Iterator[Line]:
    for name, value in body.items():
        key = (indent, Part(ruby_quoted(name), "key"), " => ")
        if isinstance(value, Mapping) and value:
            yield line(*key, "{", field=name)
            yield from _entries(value, indent + "  ")
            yield line(indent, "},", field=name)
        else:
            parts = (Part(_WORDS.get(part.text, part.text) if part.kind == "word" else part.text, part.kind)
                     for part in literal(value, quote=ruby_quoted))  # fmt: skip
            yield line(*key, *parts, ",", field=name)


def ruby_quoted(text: str) -> str:
    """A Ruby text in single quotes, in which only the quote and the backslash mean something else."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
