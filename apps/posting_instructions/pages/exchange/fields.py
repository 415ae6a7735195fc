"""Fields of an exchange: every key, and in which phase it is required."""

from dataclasses import dataclass
from typing import Any

from apps.engine import describe
from apps.posting_instructions.choices import Call
from apps.posting_instructions.code import MASK, samples
from apps.posting_instructions.pages.anchors import anchor
from apps.posting_instructions.pages.exchange.identity import EXAMPLE_PING, request
from apps.posting_instructions.pages.frame import Frame

REQUIRED, OPTIONAL, NOT_SENT = "Required", "Optional", "Not sent"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `choices` are (value, label); `reason` is what its absence is told, if not the schema's."""

    name: str
    type: str
    on_ping: str
    on_post: str
    example: str
    label: str = ""
    description: str = ""
    form: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    secret: bool = False

    @property
    def reason_id(self) -> str:
        """Where the reason stands among the responses."""
        return anchor(self.reason)

    @property
    def required(self) -> bool:
        """Whether any phase requires it."""
        return REQUIRED in (self.on_ping, self.on_post)


def context(page: Frame) -> dict[str, Any]:
    """What the page shows beside the frame."""
    return {
        "top_rows": top_rows(page),
        "flag_rows": [_FLAG],
        "rows": [_row(each) for each in describe.field_rows(page.spec, page.sample)],
        "ping": samples(request(page, Call.PING, describe.ping_sample(page.spec, page.sample))),
        "complete": samples(request(page, Call.POST, page.sample)),
    }


def top_rows(page: Frame) -> list[Row]:
    """The keys at the top level of a body, with this source's own values."""
    return [
        Row("SRC", "Text", REQUIRED, REQUIRED, page.src, description="You on this campaign, always this.",
            reason="missing_credentials"),
        Row("KEY", "Text", REQUIRED, REQUIRED, MASK, description="Your key.", reason="invalid_key", secret=True),
        Row("ping_id", "Text", NOT_SENT, REQUIRED, EXAMPLE_PING,
            description="As the ping's answer gave it. A direct post has none.", reason="invalid_ping_id"),
        Row("data", "Object", REQUIRED, REQUIRED, "", description="Holds all that is listed below.",
            reason="invalid_payload_shape"),
    ]  # fmt: skip


_FLAG = Row(
    "Test_Mode",
    "Yes or no",
    OPTIONAL,
    OPTIONAL,
    "1",
    description="1 for a test; left out, or 0, for a live call.",
    form="true, yes, y, on and their opposites are read too; anything else is refused, never taken as live",
)


def _row(each: describe.FieldRow) -> Row:
    return Row(
        each.name,
        each.type,
        REQUIRED if each.required_on_ping else OPTIONAL,
        REQUIRED if each.required else OPTIONAL,
        each.example,
        label="" if each.label == each.name else each.label,
        description=each.description,
        form=each.accepted,
        choices=each.choices,
    )
