"""Code samples with a source's own values. A language is one file with `write(request)` and one line here."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.posting_instructions.code import apps_script, csharp, curl, javascript, php, python, ruby
from apps.posting_instructions.code.parts import (
    MASK,
    Code,
    Given,
    Line,
    Part,
    Secret,
    json_body,
    line,
    text_of,
)
from apps.posting_instructions.code.request import Request

__all__ = [
    "LANGUAGES",
    "MASK",
    "Code",
    "Given",
    "Language",
    "Line",
    "Part",
    "Request",
    "Sample",
    "Secret",
    "json_body",
    "line",
    "samples",
    "text_of",
]


@dataclass(frozen=True, slots=True)
class Language:
    """`key` stands in addresses, `label` on the tab."""

    key: str
    label: str
    write: Callable[[Request], Code]


@dataclass(frozen=True, slots=True)
class Sample:
    """One request in one language."""

    language: Language
    code: Code


LANGUAGES: tuple[Language, ...] = (
    Language("curl", "curl", curl.write),
    Language("python", "Python", python.write),
    Language("javascript", "JavaScript", javascript.write),
    Language("php", "PHP", php.write),
    Language("csharp", "C#", csharp.write),
    Language("ruby", "Ruby", ruby.write),
    Language("apps_script", "Apps Script", apps_script.write),
)


def samples(request: Request) -> tuple[Sample, ...]:
    """The request in every language."""
    return tuple(Sample(language, language.write(request)) for language in LANGUAGES)
