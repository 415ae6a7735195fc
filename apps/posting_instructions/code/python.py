"""The request in Python, with the `requests` library."""

from apps.posting_instructions.code.parts import Code, Line, Part, line, literal, quoted
from apps.posting_instructions.code.request import Request

_WORDS = {"true": "True", "false": "False", "null": "None"}


def write(request: Request) -> Code:
    """A script that prints what became of the lead. `requests` sets the content type of `json=` by itself."""
    extra = [pair for pair in request.headers if pair[0].lower() != "content-type"]
    rows = [line(Part("import", "word"), " requests"), line(""), line("lead = {")]
    rows += [_entry(name, value) for name, value in request.body.items()]
    rows += [line("}")]
    if extra:
        rows += [line("headers = {"), *(_entry(name, value) for name, value in extra), line("}")]
    options = f", timeout={request.timeout_s})"
    call = ["answer = requests.post(", Part(quoted(request.url), "string"), ", json=lead"]
    rows += [
        line(*call, ", headers=headers" if extra else "", options),
        line("result = answer.json()"),
        line(""),
    ]
    rows += [
        line(Part("if", "word"), " result[", Part('"leadStatus"', "string"), "]:"),
        line("    print(", Part('"accepted"', "string"), ")"),
        line(Part("else", "word"), ":"),
        line("    print(", Part('"rejected:"', "string"), ", result[", Part('"message"', "string"), "])"),
    ]
    return tuple(rows)


def _entry(name: str, value: object) -> Line:
    parts = (Part(_WORDS.get(part.text, part.text) if part.kind == "word" else part.text, part.kind)
             for part in literal(value))  # fmt: skip
    return line("    ", Part(quoted(name), "key"), ": ", *parts, ",", field=name)
