"""The request in Python, with the `requests` library."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.posting_instructions.code.parts import Code, Line, Part, line, literal, quoted
from apps.posting_instructions.code.request import Request

_WORDS = {"true": "True", "false": "False", "null": "None"}


def write(request: Request) -> Code:
    """A script that prints what became of the lead. `requests` sets the content type of `json=` by itself."""
    extra = {name: value for name, value in request.headers if name.lower() != "content-type"}
    rows = [line(Part("import", "word"), " requests"), line(""), line("lead = {")]
    rows += [*_entries(request.body, "    "), line("}")]
    if extra:
        rows += [line("headers = {"), *_entries(extra, "    "), line("}")]
    options = f", timeout={request.timeout_s})"
    call = ["answer = requests.post(", Part(quoted(request.url), "string"), ", json=lead"]
    rows += [
        line(*call, ", headers=headers" if extra else "", options),
        line("result = answer.json()"),
        line(""),
    ]
    return (*rows, *_printed(request))


def _printed(request: Request) -> Iterator[Line]:
    if request.prints:
        parts: list[Part | str] = []
        for name in request.prints:
            parts += [", " if parts else "", "result[", Part(quoted(name), "string"), "]"]
        yield line("print(", *parts, ")")
        return
    yield line(Part("if", "word"), " result[", Part('"leadStatus"', "string"), "]:")
    yield line("    print(", Part('"accepted"', "string"), ")")
    yield line(Part("else", "word"), ":")
    yield line("    print(", Part('"rejected:"', "string"), ", result[", Part('"message"', "string"), "])")


def _entries(body: Mapping[str, Any], indent: str) -> Iterator[Line]:
    for name, value in body.items():
        key = (indent, Part(quoted(name), "key"), ": ")
        if isinstance(value, Mapping) and value:
            yield line(*key, "{", field=name)
            yield from _entries(value, indent + "    ")
            yield line(indent, "},", field=name)
        else:
            parts = (Part(_WORDS.get(part.text, part.text) if part.kind == "word" else part.text, part.kind)
                     for part in literal(value))  # fmt: skip
            yield line(*key, *parts, ",", field=name)
