"""The request as a curl command for a POSIX shell."""

from apps.posting_instructions.code.parts import Code, Line, Part, json_body, line
from apps.posting_instructions.code.request import Request


def write(request: Request) -> Code:
    """`curl` with the body in single quotes; a quote within a value is closed, escaped and opened again."""
    rows = [line(Part("curl", "word"), " ", Part(request.url, "string"), " \\")]
    for name, value in request.headers:
        rows.append(line("  -H ", Part(f"'{_escaped(f'{name}: {value}')}'", "string"), " \\"))
    body = [
        Line(tuple(_shell(part) for part in row.parts), row.field)
        for row in json_body(request.body, indent="  ")
    ]
    body[0] = Line((Part("  -d "), Part("'"), *body[0].parts))
    body[-1] = Line((*body[-1].parts, Part("'")))
    return (*rows, *body)


def _shell(part: Part) -> Part:
    return Part(_escaped(part.text), part.kind)


def _escaped(text: str) -> str:
    return text.replace("'", "'\\''")
