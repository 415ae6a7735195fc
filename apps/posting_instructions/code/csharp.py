"""The request in C#, for .NET 6 or later: a program of its own, nothing to install."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from apps.posting_instructions.code.parts import Code, Line, Part, line, literal
from apps.posting_instructions.code.request import Request

_LINE_ENDS = {ord(each): f"\\u{ord(each):04x}" for each in "\x85\u2028\u2029"}
_NEW = Part("new", "word")
_TYPE = "Dictionary<string, object>"


def write(request: Request) -> Code:
    """A program that prints what became of the lead."""
    using, var, wait = Part("using", "word"), Part("var", "word"), Part("await", "word")
    return (
        line(using, " System;"),
        line(using, " System.Collections.Generic;"),
        line(using, " System.Net.Http;"),
        line(using, " System.Text;"),
        line(using, " System.Text.Json;"),
        line(""),
        line(var, " lead = ", _NEW, f" {_TYPE}"),
        line("{"),
        *_entries(request.body, "    "),
        line("};"),
        line(using, " ", var, " client = ", _NEW, " HttpClient { Timeout = TimeSpan.FromSeconds(",
             Part(str(request.timeout_s), "number"), ") };"),
        line(using, " ", var, " message = ", _NEW, " HttpRequestMessage(HttpMethod.Post, ",
             Part(_quoted(request.url), "string"), ");"),
        line("message.Content = ", _NEW, " StringContent(JsonSerializer.Serialize(lead), Encoding.UTF8, ",
             Part('"application/json"', "string"), ");"),
        *_headers(request),
        line(using, " ", var, " answer = ", wait, " client.SendAsync(message);"),
        line(using, " ", var, " result = JsonDocument.Parse(", wait, " answer.Content.ReadAsStringAsync());"),
        line(""),
        *_printed(request),
    )  # fmt: skip


def _headers(request: Request) -> Iterator[Line]:
    """The content type belongs to the content, which has it already."""
    for name, value in request.headers:
        if name.lower() != "content-type":
            yield line(
                "message.Headers.Add(",
                Part(_quoted(name), "string"),
                ", ",
                Part(_quoted(value), "string"),
                ");",
            )


def _printed(request: Request) -> Iterator[Line]:
    if request.prints:
        parts: list[Part | str] = []
        for name in request.prints:
            parts += [
                ' + " " + ' if parts else "",
                "result.RootElement.GetProperty(",
                Part(_quoted(name), "string"),
                ")",
            ]
        # An amount beside texts would be added to them by its own rules, so the line begins as a text.
        yield line("Console.WriteLine(", Part('""', "string"), " + ", *parts, ");")
        return
    yield line(
        "Console.WriteLine(result.RootElement.GetProperty(", Part('"leadStatus"', "string"), ").GetBoolean()"
    )
    yield line("    ? ", Part('"accepted"', "string"))
    yield line("    : ", Part('"rejected: "', "string"), " + result.RootElement.GetProperty(",
               Part('"message"', "string"), ").GetString());")  # fmt: skip


def _entries(body: Mapping[str, Any], indent: str) -> Iterator[Line]:
    for name, value in body.items():
        key = (indent, "[", Part(_quoted(name), "key"), "] = ")
        if isinstance(value, Mapping):
            yield line(*key, _NEW, f" {_TYPE}", field=name)
            yield line(indent, "{", field=name)
            yield from _entries(value, indent + "    ")
            yield line(indent, "},", field=name)
        elif isinstance(value, list | tuple):
            yield line(*key, _NEW, " object[] { ", *literal(value, quote=_quoted)[1:-1], " },", field=name)
        else:
            yield line(*key, *literal(value, quote=_quoted), ",", field=name)


def _quoted(text: str) -> str:
    """A C# text: JSON's escapes are all known there, but some characters that JSON leaves end a line."""
    return json.dumps(text, ensure_ascii=False).translate(_LINE_ENDS)
