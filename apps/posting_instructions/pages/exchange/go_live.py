"""Go live on an exchange: what is done, what is next, and who to ask."""

from typing import Any

from apps.posting_instructions.checklist import ACCEPTED, APPROVED, LIVE, REVIEWED, SENT
from apps.posting_instructions.pages.exchange.overview import switch
from apps.posting_instructions.pages.frame import Frame
from apps.posting_instructions.pages.go_live import LOGGED, Next


def context(page: Frame) -> dict[str, Any]:
    """What the page shows beside the frame."""
    return {"next": _next(page), "switch": switch()}


def _next(page: Frame) -> Next:
    step = page.checklist.next
    if page.checklist.finished or step is None:
        return LOGGED
    testing = page.urls["testing"]
    steps = {
        REVIEWED: Next(
            "Read what the campaign requires, so that nothing is pinged in vain.",
            "Read the requirements",
            page.urls["requirements"],
        ),
        SENT: Next(
            "Send a test ping, from your system or from the form.", "Open the ping form", f"{testing}#ping"
        ),
        ACCEPTED: Next(
            "A test ping was accepted. Post its lead while the ping_id is valid; the form does both, one after the"
            " other.",
            "Open the forms",
            f"{testing}#ping",
        ),
        APPROVED: Next(
            f"Your test post was delivered. Tell {page.company_name}; approval is theirs to give. Until then live pings"
            " and posts are answered source_not_approved.",
            "Write to your client" if page.contact_href else "",
            page.contact_href,
        ),
        LIVE: Next("You are approved. Leave Test_Mode out, ping, and post your first live lead."),
    }
    return steps[step.key]
