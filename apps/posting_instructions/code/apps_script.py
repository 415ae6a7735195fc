"""The request in Google Apps Script: from a sheet or a form of Google's, where the script's owner keeps the key."""

from apps.posting_instructions.code.parts import Code, Line, Part, json_lines, line, quoted
from apps.posting_instructions.code.request import Request


def write(request: Request) -> Code:
    """A function that logs what became of the lead. It waits as long as Google lets it."""
    extra = [(name, value) for name, value in request.headers if name.lower() != "content-type"]
    headers = ", ".join(f"{quoted(name)}: {quoted(value)}" for name, value in extra)
    const = Part("const", "word")
    return (
        line(Part("function", "word"), " sendLead() {"),
        line("  ", const, " lead = {"),
        *json_lines(request.body, indent="  "),
        line("  };"),
        line("  ", const, " answer = UrlFetchApp.fetch(", Part(quoted(request.url), "string"), ", {"),
        line("    method: ", Part('"post"', "string"), ","),
        line("    contentType: ", Part('"application/json"', "string"), ","),
        *([line("    headers: { ", Part(headers, "string"), " },")] if headers else []),
        line("    payload: JSON.stringify(lead),"),
        line("    muteHttpExceptions: ", Part("true", "word"), ","),
        line("  });"),
        line("  ", const, " result = JSON.parse(answer.getContentText());"),
        line(""),
        _printed(request),
        line("}"),
    )


def _printed(request: Request) -> Line:
    if request.prints:
        return line("  console.log(", ", ".join(f"result.{name}" for name in request.prints), ");")
    accepted, rejected = Part('"accepted"', "string"), Part('"rejected: "', "string")
    return line("  console.log(result.leadStatus ? ", accepted, " : ", rejected, " + result.message);")
