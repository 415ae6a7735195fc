"""The request in JavaScript, for Node 18 or later: from a server, where the key stays secret."""

from apps.posting_instructions.code.parts import Code, Line, Part, json_lines, line, quoted
from apps.posting_instructions.code.request import Request


def write(request: Request) -> Code:
    """A module that prints what became of the lead."""
    headers = ", ".join(f"{quoted(name)}: {quoted(value)}" for name, value in request.headers)
    const, wait = Part("const", "word"), Part("await", "word")
    return (
        line(const, " lead = {"),
        *json_lines(request.body),
        line("};"),
        line(const, " answer = ", wait, " fetch(", Part(quoted(request.url), "string"), ", {"),
        line("  method: ", Part('"POST"', "string"), ","),
        line("  headers: { ", Part(headers, "string"), " },"),
        line("  body: JSON.stringify(lead),"),
        line("  signal: AbortSignal.timeout(", Part(f"{request.timeout_s}000", "number"), "),"),
        line("});"),
        line(const, " result = ", wait, " answer.json();"),
        line(""),
        _printed(request),
    )


def _printed(request: Request) -> Line:
    if request.prints:
        return line("console.log(", ", ".join(f"result.{name}" for name in request.prints), ");")
    accepted, rejected = Part('"accepted"', "string"), Part('"rejected: "', "string")
    return line("console.log(result.leadStatus ? ", accepted, " : ", rejected, " + result.message);")
