"""What is wrong with a format's options, the same for every format."""

import re
from collections.abc import Iterator

from apps.engine.formats.charsets import CHARSETS
from apps.engine.formats.encoded import FormatProblem, Targets, UnencodableError
from apps.engine.orders import FormatOptions

ON_UNENCODABLE = ("closest", "fail")
MAX_CONTENT_TYPE = 120

_CONTENT_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+( *;[ -~]*)?")


def plain_problems(targets: Targets, options: FormatOptions) -> Iterator[FormatProblem]:
    """The character set, the content type, and targets the set cannot write."""
    yield from option_problems(options)
    charset = CHARSETS.get(options.charset)
    for target in targets:
        if charset is not None and not charset.has(target):
            yield FormatProblem(
                "mappings", f"its target has characters that {charset.declared} lacks", target=target
            )


def option_problems(options: FormatOptions) -> Iterator[FormatProblem]:
    """The character set and the content type."""
    if options.charset not in CHARSETS:
        yield FormatProblem("charset", f"has an unknown encoding “{options.charset}”")
    if options.on_unencodable not in ON_UNENCODABLE:
        yield FormatProblem("on_unencodable", f"cannot treat characters as “{options.on_unencodable}”")
    wrong = content_type_problem(options.content_type)
    if wrong:
        yield FormatProblem("content_type", f"has a content type that {wrong}")


def content_type_problem(text: str) -> str:
    """What is wrong with an own content type, in words, or an empty text; an empty one is in order."""
    if text and (len(text) > MAX_CONTENT_TYPE or not _CONTENT_TYPE.fullmatch(text)):
        return "is no media type such as text/xml, or is over 120 characters"
    return ""


def media_type(own: str, options: FormatOptions, *, always: bool = False) -> str:
    """The Content-Type: the endpoint's own, else the format's with the character set (UTF-8 is named only `always`).
    Raises `UnencodableError` for one that could not stand in a header.
    """
    wrong = content_type_problem(options.content_type)
    if wrong:
        raise UnencodableError(f"the content type {wrong}")
    if options.content_type or not own:
        return options.content_type
    return f"{own}; charset={options.charset}" if always or options.charset != "utf-8" else own
