"""Fields: every key of a body, what it may hold, and the whole body beside it."""

from dataclasses import dataclass
from typing import Any

from apps.engine import describe
from apps.posting_instructions.code import MASK, samples
from apps.posting_instructions.pages.anchors import anchor
from apps.posting_instructions.pages.frame import Frame
from apps.posting_instructions.pages.identity import request


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `choices` are (value, label); `message` is what a malformed value is told."""

    name: str
    type: str
    required: bool
    example: str
    label: str = ""
    description: str = ""
    form: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    message: str = ""
    secret: bool = False

    @property
    def message_id(self) -> str:
        """Where the message stands among the responses."""
        return anchor(self.message)


def context(page: Frame) -> dict[str, Any]:
    """What the page shows beside the frame."""
    return {
        "system_rows": system_rows(page),
        "rows": [_row(each) for each in describe.field_rows(page.spec, page.sample)],
        "complete": samples(request(page, page.sample)),
    }


def system_rows(page: Frame) -> list[Row]:
    """The keys that belong into every body, with this source's own values."""
    return [
        Row(
            "compid",
            "Text",
            True,
            str(page.spec.company_number),
            description=f"{page.company_name}, always this.",
        ),
        Row("sourceid", "Text", True, str(page.terms.source_number), description="You, always this."),
        Row("campid", "Text", True, str(page.spec.number), description="This campaign, always this."),
        Row(
            "auth",
            "Text",
            True,
            MASK,
            description="Your key. Or send it as Authorization: Bearer.",
            secret=True,
        ),
        Row(
            "test",
            "Yes or no",
            False,
            "true",
            description="true for a test lead; false, or left out, for a live one.",
            form="yes, no, y, n, 1, 0, on and off are read too; anything else is refused, never taken as live",
            message="Test format",
        ),
    ]


def _row(each: describe.FieldRow) -> Row:
    return Row(
        each.name,
        each.type,
        each.required,
        each.example,
        label="" if each.label == each.name else each.label,
        description=each.description,
        form=each.accepted,
        choices=each.choices,
        message=each.refused_with,
    )
