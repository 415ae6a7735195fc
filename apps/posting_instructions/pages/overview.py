"""Overview: from the address to live leads, in the order a developer works."""

from typing import Any

from apps.posting_instructions.code import MASK, Code, Line, Part, line, samples
from apps.posting_instructions.code.parts import json_body
from apps.posting_instructions.pages import precheck
from apps.posting_instructions.pages.answers import answers
from apps.posting_instructions.pages.frame import Frame, joined
from apps.posting_instructions.pages.identity import credentials, identity, request
from apps.posting_instructions.pages.sampling import shortest


def context(page: Frame, *, revealed: bool) -> dict[str, Any]:
    """What the overview shows beside the frame; keys in the clear when `revealed`."""
    key = page.keys[0].text if revealed and page.keys else MASK
    needed = shortest(page.spec, page.sample)
    return {
        "revealed": revealed,
        "credentials": credentials(page, revealed=revealed),
        "identity": json_body(identity(page, key=key)),
        "headers": headers(),
        "shortest": samples(request(page, needed, key=key)),
        "required_words": _required_words(list(needed)),
        "field_count": len(page.spec.fields),
        "answers": answers(page)[::2],
        "again": (header("Idempotency-Key", "your-own-id-of-the-lead"),),
        "switch": switch(),
        "precheck": precheck.context(page, key=key),
    }


def headers() -> Code:
    """The headers of every request."""
    return (header("Content-Type", "application/json"), header("Accept", "application/json"))


def switch() -> Code:
    """The one line that differs between a test and a live lead."""
    return (
        line(Part("- ", "removed"), Part('"test"', "key"), ": ", Part("true", "word")),
        line(Part("+ ", "added"), Part('"test"', "key"), ": ", Part("false", "word")),
    )


def header(name: str, value: str) -> Line:
    """One header as a line of code."""
    return line(Part(name, "key"), ": ", Part(value, "string"))


def _required_words(names: list[str]) -> str:
    if not names:
        return "the four values above"
    if len(names) > 6:
        return f"the four values above, the {len(names)} required fields"
    return f"the four values above, {joined(names, word='and')}"
