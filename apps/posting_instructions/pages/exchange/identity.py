"""Requests of the exchange as they go out: who is calling, the lead under `data`, the ping it belongs to."""

from collections.abc import Mapping
from typing import Any

from apps.core.ids import public_id
from apps.posting_instructions.choices import Call
from apps.posting_instructions.code import MASK, Given, Request, Secret
from apps.posting_instructions.pages.frame import Frame, day_words
from apps.posting_instructions.pages.identity import Shown

EXAMPLE_PING = public_id("PING", 0x51A1CE0F1EAD)
_SPARE_S = 4
"""Seconds a client should wait for a ping beyond what its buyers have."""


def identity(page: Frame, *, key: str = MASK) -> dict[str, Any]:
    """The two at the top level of every body; the key masked unless it is given."""
    return {"SRC": page.src, "KEY": Secret(key)}


def body(
    page: Frame, call: Call, data: Mapping[str, Any], *, key: str = MASK, test: bool = True
) -> dict[str, Any]:
    """The body of a call with this lead; that of a post holds the id of the example's ping."""
    whole = {**identity(page, key=key), "data": {**data, "Test_Mode": 1} if test else dict(data)}
    return whole | {"ping_id": Given(EXAMPLE_PING)} if call is Call.POST else whole


def request(
    page: Frame, call: Call, data: Mapping[str, Any], *, key: str = MASK, test: bool = True
) -> Request:
    """A request of this source with this lead."""
    return as_request(page, call, body(page, call, data, key=key, test=test))


def as_request(page: Frame, call: Call, whole: Mapping[str, Any]) -> Request:
    """A body as the request it goes out with."""
    return Request(page.address(call), whole, timeout_s=timeout_s(page, call), prints=call.prints)


def timeout_s(page: Frame, call: Call) -> int:
    """How long a client should wait for the answer to a call."""
    if call is Call.PING:
        return -(-page.spec.auction.deadline_ms // 1000) + _SPARE_S
    return -(-page.spec.answer_budget_ms // 1000) + _SPARE_S


def credentials(page: Frame, *, revealed: bool) -> list[Shown]:
    """SRC and KEY as a list; while keys change over, both are there."""
    shown = [Shown("SRC", page.src)]
    for key in page.keys:
        note = "" if key in page.keys[:1] else "your older key: still accepted, change over to the one above"
        if key.expires_at is not None:
            note = f"accepted until {day_words(key.expires_at, page.spec.time_zone)}"
        shown.append(Shown("KEY", key.text if revealed else MASK, key.id, note))
    return shown
