"""The request in Python, with the `requests` library."""

from collections.abc import Iterator

from apps.posting_instructions.code.parts import Code, Dictionary, Line, Part, dictionary_lines, line, quoted
from apps.posting_instructions.code.request import Request

_DICT = Dictionary("    ", ": ", quoted, {"true": "True", "false": "False", "null": "None"})


def write(request: Request) -> Code:
    """A script that prints what became of the lead. `requests` sets the content type of `json=` by itself."""
    extra = {name: value for name, value in request.headers if name.lower() != "content-type"}
    rows = [line(Part("import", "word"), " requests"), line(""), line("lead = {")]
    rows += [*dictionary_lines(request.body, _DICT), line("}")]
    if extra:
        rows += [line("headers = {"), *dictionary_lines(extra, _DICT), line("}")]
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
