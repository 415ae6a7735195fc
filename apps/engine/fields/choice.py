"""One or several of the campaign's own choices; synonyms and labels mean the choice they stand for."""

from typing import Any

from apps.engine.campaign import Choice, FieldSpec
from apps.engine.fields.base import Context, FieldType, is_empty, text_of

_SEPARATORS = (";", "|", ",", "\n")


def _squeezed(text: str) -> str:
    return " ".join(text.casefold().split())


def _meant(text: str | None, choices: tuple[Choice, ...]) -> str | None:
    if text is None:
        return None
    for choice in choices:
        if text == choice.value:
            return choice.value
    wanted = _squeezed(text)
    for choice in choices:
        if any(
            _squeezed(spelling) == wanted
            for spelling in (choice.value, choice.label, *choice.synonyms)
            if spelling
        ):
            return choice.value
    return None


def _read_one(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    return _meant(text_of(raw), spec.choices)


def _read_many(raw: Any, spec: FieldSpec, context: Context) -> tuple[str, ...] | None:
    items = [text_of(item) for item in raw if not is_empty(item)] if isinstance(raw, list | tuple) else None
    if items is None:
        text = text_of(raw)
        items = [text] if _meant(text, spec.choices) is not None else _split(text)
    found = {_meant(item, spec.choices) for item in items}
    if not found or None in found:
        return None
    return tuple(choice.value for choice in spec.choices if choice.value in found)


def _split(text: str | None) -> list[str | None]:
    separator = next((mark for mark in _SEPARATORS if text and mark in text), ",")
    return [part.strip() for part in (text or "").split(separator) if part.strip()]


CHOICE = FieldType(
    "choice",
    "Choice",
    "One of the listed values, in any case",
    None,
    _read_one,
    "choice",
    bad_example="no such choice",
)
MULTIPLE_CHOICE = FieldType(
    "multiple_choice",
    "Multiple choice",
    "One or several of the listed values, as a list or separated by commas",
    None,
    _read_many,
    "set",
    bad_example="no such choice",
)
