"""Overview of an exchange: two addresses, who is calling, ping, post, read the answers, go live."""

from typing import Any

from apps.engine import describe
from apps.engine.describe.words import duration
from apps.posting_instructions.choices import Call
from apps.posting_instructions.code import MASK, Code, Part, line, samples
from apps.posting_instructions.code.parts import json_body
from apps.posting_instructions.pages import precheck
from apps.posting_instructions.pages.exchange.answers import delivered, not_delivered, not_pinged, pinged
from apps.posting_instructions.pages.exchange.identity import credentials, identity, request, timeout_s
from apps.posting_instructions.pages.frame import Frame, joined
from apps.posting_instructions.pages.overview import header, headers
from apps.posting_instructions.pages.sampling import shortest


def context(page: Frame, *, revealed: bool) -> dict[str, Any]:
    """What the overview shows beside the frame; keys in the clear when `revealed`."""
    key = page.keys[0].text if revealed and page.keys else MASK
    pinged_data = describe.ping_sample(page.spec, page.sample)
    # A post need not repeat what was pinged, but who does gets warned where it differs.
    posted_data = shortest(page.spec, page.sample) | pinged_data
    in_order = {name: posted_data[name] for name in page.sample if name in posted_data}
    return {
        "revealed": revealed,
        "addresses": [(call.label, page.address(call)) for call in Call],
        "credentials": credentials(page, revealed=revealed),
        "identity": json_body(identity(page, key=key)),
        "headers": headers(),
        "ping": samples(request(page, Call.PING, pinged_data, key=key)),
        "post": samples(request(page, Call.POST, in_order, key=key)),
        "direct": samples(request(page, Call.DIRECT_POST, in_order, key=key)),
        "ping_words": joined(list(describe.needed_on_ping(page.spec, page.sample))),
        "ping_answers": [pinged(page, test=True), not_pinged()],
        "post_answers": [delivered(test=True), not_delivered("buyer_rejected", "Post rejected")],
        "ping_valid": duration(page.spec.auction.ping_valid_s),
        "ping_within": f"{page.spec.auction.deadline_ms / 1000:g} seconds",
        "ping_timeout": timeout_s(page, Call.PING),
        "post_timeout": timeout_s(page, Call.POST),
        "keeps": page.spec.auction.on_mismatch == "keep",
        "again": (header("Idempotency-Key", "your-own-id-of-the-lead"),),
        "switch": switch(),
        "precheck": precheck.context(page, key=key),
    }


def switch() -> Code:
    """The one line that differs between a test and a live call."""
    return (line(Part("- ", "removed"), Part('"Test_Mode"', "key"), ": ", Part("1", "number")),)
