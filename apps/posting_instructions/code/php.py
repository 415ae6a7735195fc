"""The request in PHP, with the curl extension."""

from apps.posting_instructions.code.parts import Code, Line, Part, line, literal
from apps.posting_instructions.code.request import Request


def write(request: Request) -> Code:
    """A script that prints what became of the lead."""
    headers = ", ".join(_quoted(f"{name}: {value}") for name, value in request.headers)
    status, message = Part("'leadStatus'", "string"), Part("'message'", "string")
    accepted, rejected = Part("'accepted'", "string"), Part("'rejected: '", "string")
    return (
        line(Part("<?php", "word")),
        line("$lead = ["),
        *(_entry(name, value) for name, value in request.body.items()),
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
        line("echo $result[", status, "] ? ", accepted, " : ", rejected, " . $result[", message, "];"),
    )


def _entry(name: str, value: object) -> Line:
    return line("    ", Part(_quoted(name), "key"), " => ", *literal(value, quote=_quoted), ",", field=name)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
