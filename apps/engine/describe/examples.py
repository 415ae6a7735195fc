"""A valid value for a field: its own example where that is one, else what its role and type suggest."""

from collections.abc import Iterator
from typing import Any

import phonenumbers

from apps.engine.campaign import FieldSpec
from apps.engine.fields import FIELD_TYPES, Context

_OF_ROLE = {
    "email": "john.doe@example.com",
    "phone": "5551234567",
    "first_name": "John",
    "last_name": "Doe",
    "address": "123 Main St",
    "ip_address": "8.8.8.8",
    "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
    "sub_id": "sub-1",
    "aff_id": "aff-1",
    "consent_text": "I agree to be contacted about my request.",
    "landing_page_url": "https://www.example.com/offer",
    "unique_identifier": "order-10001",
}


def example(field: FieldSpec, context: Context) -> Any:
    """A value that the field accepts, or None when none was found (a choice without choices)."""
    return next((raw for raw in _candidates(field, context) if accepts(field, raw, context)), None)


def accepts(field: FieldSpec, raw: Any, context: Context) -> bool:
    """Whether a value has the form that the field asks for."""
    return FIELD_TYPES[field.type].parse(raw, field, context).valid


def malformed(field: FieldSpec, context: Context) -> Any:
    """A value that is there but does not have the field's form, or None when there is no simple one."""
    candidates: list[Any] = [FIELD_TYPES[field.type].bad_example]
    if field.max_length is not None:
        candidates.append("x" * (field.max_length + 1))
    if field.min_length is not None and field.min_length > 1:
        candidates.append("x" * (field.min_length - 1))
    candidates += [str(limit) for limit in _beyond(field)]
    return next((raw for raw in candidates if raw is not None and not accepts(field, raw, context)), None)


def another(field: FieldSpec, raw: Any, context: Context) -> Any:
    """A valid value that means something else than `raw`, or None when none was found."""
    kind = FIELD_TYPES[field.type]
    meant = kind.parse(raw, field, context).normal
    choices = [choice.value for choice in field.choices]
    tried = (
        *_candidates(field, context),
        *choices,
        "NY",
        "TX",
        "10001",
        "78701",
        "no",
        "yes",
        "Another text",
    )
    read = ((each, kind.parse(each, field, context)) for each in tried)
    return next((each for each, value in read if value.valid and value.normal != meant), None)


def _beyond(field: FieldSpec) -> Iterator[Any]:
    if field.maximum is not None:
        yield field.maximum + 1
    if field.minimum is not None:
        yield field.minimum - 1


def _candidates(field: FieldSpec, context: Context) -> Iterator[Any]:
    if field.example:
        yield field.example
    if field.role in _OF_ROLE:
        yield _OF_ROLE[field.role]
    if field.type == "phone":
        yield from ("5551234567", "3105550102", *_national_example(context.region))
    if field.choices:
        yield [field.choices[0].value] if field.type == "multiple_choice" else field.choices[0].value
    if FIELD_TYPES[field.type].example is not None:
        yield FIELD_TYPES[field.type].example
    yield from ("75001", "SW1A 1AA")
    yield from _between(field)
    yield from _of_length(field)


def _national_example(region: str) -> list[str]:
    number = phonenumbers.example_number(region)
    return [phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)] if number else []


def _between(field: FieldSpec) -> Iterator[Any]:
    for limit in (field.minimum, field.maximum):
        if limit is not None:
            yield str(limit)
            yield f"{limit}-{limit}"


def _of_length(field: FieldSpec) -> Iterator[str]:
    text = str(field.example or _OF_ROLE.get(field.role) or "Some text")
    if field.max_length is not None:
        yield text[: field.max_length].strip() or "x"
    if field.min_length is not None:
        yield text.ljust(field.min_length, "x")
        yield "1" * field.min_length
