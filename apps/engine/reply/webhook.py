"""What the webhook answers where it differs from the simple post: tests, and bodies that hold several leads."""

from collections.abc import Sequence
from typing import Any

RECEIVED = "Test webhook received successfully."


def render_webhook_test(judged: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    """The answer to a test: with a published mapping also what the lead it would be is told (`render_simple`)."""
    if judged is None:
        return 200, {"message": RECEIVED}
    return 200, judged | {"message": RECEIVED, "reason": judged["message"] or judged["reason"]}


def render_several(bodies: Sequence[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """The answer to several leads: the documented keys for all together (accepted when all are, the first rejection's
    words, the prices' sum), and each lead's own body in `leads`.
    """
    refused = next((body for body in bodies if body.get("leadStatus") is False), None)
    shown = refused or bodies[0]
    price = round(sum(body.get("price", 0.0) for body in bodies), 2)
    told = {name: shown.get(name) for name in ("leadStatus", "reason", "message")}
    return 200, {**told, "price": price, "leads": list(bodies)}
