"""Go live: what is done, what is next, and who to ask."""

from dataclasses import dataclass
from typing import Any

from apps.posting_instructions.checklist import ACCEPTED, APPROVED, LIVE, REVIEWED, SENT
from apps.posting_instructions.pages.frame import Frame
from apps.posting_instructions.pages.overview import switch


@dataclass(frozen=True, slots=True)
class Next:
    """The next thing to do, and where."""

    words: str
    label: str = ""
    url: str = ""


LOGGED = Next("Nothing: live leads are being accepted. The Testing tab keeps a log of your last requests.")


def context(page: Frame) -> dict[str, Any]:
    """What the page shows beside the frame."""
    return {"next": _next(page), "switch": switch()}


def _next(page: Frame) -> Next:
    if page.checklist.finished:
        return LOGGED
    step = page.checklist.next
    steps = {
        REVIEWED: Next(
            "Read what the campaign requires, so that no lead is sent in vain.",
            "Read the requirements",
            page.urls["requirements"],
        ),
        SENT: Next(
            "Send a test lead, from your system or from the form.", "Open the test form", page.urls["testing"]
        ),
        ACCEPTED: Next(
            "A test lead has arrived, but none was accepted yet. The log on the Testing tab says why.",
            "See your last requests",
            f"{page.urls['testing']}#log",
        ),
        APPROVED: Next(
            f"Your test lead was accepted. Tell {page.company_name}; approval is theirs to give. Until then live leads"
            " are answered “Invalid source”.",
            "Write to your client" if page.contact_href else "",
            page.contact_href,
        ),
        LIVE: Next("You are approved. Set test to false and send your first live lead."),
    }
    return steps[step.key] if step is not None else steps[LIVE]
