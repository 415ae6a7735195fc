"""The table of fields on the instructions page."""

from dataclasses import dataclass

from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.fields import FIELD_TYPES, format_problem
from apps.engine.reasons import message


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field as its sender reads it.

    `type` and `accepted` are words; `choices` pairs of (value, label); `example` what the sample body sends
    (empty when it sends nothing); `refused_with` the message of a malformed value.
    """

    name: str
    label: str
    type: str
    required: bool
    required_on_ping: bool
    accepted: str
    choices: tuple[tuple[str, str], ...]
    example: str
    description: str
    personal: bool
    refused_with: str


def field_rows(spec: CampaignSpec, sample: dict[str, object]) -> tuple[FieldRow, ...]:
    """A row for each field in the campaign's order; `sample` is the campaign's sample body."""
    return tuple(_row(field, sample) for field in spec.fields)


def _row(field: FieldSpec, sample: dict[str, object]) -> FieldRow:
    kind = FIELD_TYPES[field.type]
    sent = sample.get(field.name, field.example)
    return FieldRow(
        name=field.name,
        label=field.label or field.name,
        type=kind.label,
        required=field.required,
        required_on_ping=field.required_on_ping,
        accepted="; ".join(filter(None, (kind.form, *_limits(field)))),
        choices=tuple((choice.value, choice.label or choice.value) for choice in field.choices),
        example=", ".join(map(str, sent)) if isinstance(sent, list) else str(sent),
        description=field.description,
        personal=field.personal,
        refused_with=message(format_problem(field)),
    )


def _limits(field: FieldSpec) -> list[str]:
    limits = []
    if field.min_length is not None and field.max_length is not None:
        limits.append(f"{field.min_length} to {field.max_length} characters")
    elif field.max_length is not None:
        limits.append(f"at most {field.max_length} characters")
    elif field.min_length is not None:
        limits.append(f"at least {field.min_length} characters")
    if field.minimum is not None and field.maximum is not None:
        limits.append(f"from {field.minimum} to {field.maximum}")
    elif field.minimum is not None:
        limits.append(f"{field.minimum} or more")
    elif field.maximum is not None:
        limits.append(f"{field.maximum} or less")
    return limits
