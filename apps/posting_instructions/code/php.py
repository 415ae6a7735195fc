"""The request in PHP, with the curl extension."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.posting_instructions.code.parts import Code, Line, Part, line, literal
from apps.posting_instructions.code.request import Request


def write(request: Request) -> Code:
    """A script that prints what became of the lead."""
    headers = ", ".join(_quoted(f"{name}: {value}") for name, value in request.headers)
    return (
        line(Part("<?php", "word")),
        line("$lead = ["),
        *_entries(request.body, "    "),
        line("];"),
        line("$request = curl_init(", Part(_quoted(request.url), "string"), ");"),
        line("curl_setopt_array($request, ["),
        line("    CURLOPT_POST => ", Part("true", "word"), ","),
        line("    CURLOPT_HTTPHEADER => [", Part(headers, "string"), "],"),
        line("    CURLOPT_POSTFIELDS => json_encode($lead),"),
        line("    CURLOPT_RETURNTRANSFER => ", Part("true", "word"), ","),
        line("    CURLOPT_TIMEOUT => ", Part(str(request.timeout_s), "number"), ","),
        line("]);"),
        line("$result = json_decode(curl_exec($request), ", Part("true", "word"), ");"),
        line(""),
        _printed(request),
    )


def _printed(request: Request) -> Line:
    if request.prints:
        parts: list[Part | str] = []
        for name in request.prints:
            parts += [", ' ', " if parts else "", "$result[", Part(f"'{name}'", "string"), "]"]
        return line(Part("echo", "word"), " ", *parts, ";")
    status, message = Part("'leadStatus'", "string"), Part("'message'", "string")
    accepted, rejected = Part("'accepted'", "string"), Part("'rejected: '", "string")
    return line("echo $result[", status, "] ? ", accepted, " : ", rejected, " . $result[", message, "];")


def _entries(body: Mapping[str, Any], indent: str) -> Iterator[Line]:
    for name, value in body.items():
        key = (indent, Part(_quoted(name), "key"), " => ")
        if isinstance(value, Mapping) and value:
            yield line(*key, "[", field=name)
            yield from _entries(value, indent + "    ")
            yield line(indent, "],", field=name)
        else:
            # An empty object would otherwise be sent as an empty list.
            empty = isinstance(value, Mapping)
            parts = (Part("new stdClass"),) if empty else literal(value, quote=_quoted)
            yield line(*key, *parts, ",", field=name)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
