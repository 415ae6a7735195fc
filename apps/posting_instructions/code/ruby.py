"""The request in Ruby, with nothing but its standard library."""

from apps.posting_instructions.code.parts import Code, Dictionary, Line, Part, dictionary_lines, line
from apps.posting_instructions.code.request import Request


def ruby_quoted(text: str) -> str:
    """A Ruby text in single quotes, in which only the quote and the backslash mean something else."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_HASH = Dictionary("  ", " => ", ruby_quoted, {"null": "nil"})


def write(request: Request) -> Code:
    """A script that prints what became of the lead."""
    require = Part("require", "word")
    return (
        line(require, " ", Part('"json"', "string")),
        line(require, " ", Part('"net/http"', "string")),
        line(""),
        line("lead = {"),
        *dictionary_lines(request.body, _HASH),
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
