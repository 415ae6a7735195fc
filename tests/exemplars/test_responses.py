"""Every file of `exemplars/responses`: an answer and rules in, all that is read from it out."""

import base64
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from apps.engine import outcome
from apps.engine.orders import ResponseRule
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome, Reading
from tests.exemplars.documents import compact, files, load

FILES = files("responses")
KNOWN = frozenset({"about", "response", "rules", "unsavable", "expect"})
ANSWER = frozenset(
    {"status", "headers", "json", "body", "body_base64", "repeat", "charset", "truncated", "error", "sent"}
)  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_response(path: Path) -> None:
    document = load(path)
    assert document.keys() <= KNOWN
    rules = msgspec.convert(document["rules"], tuple[ResponseRule, ...])
    refused = [at for at, rule in enumerate(rules) if outcome.problems(rule)]
    assert refused == document.get("unsavable", []), "only these rules are refused at save"
    assert outcome.read(response(document["response"]), rules) == expected(document["expect"])


def test_the_catalogue_is_wide() -> None:
    assert len(FILES) >= 120


def response(told: dict[str, Any]) -> OutboundResponse:
    """The answer of a document; it came, so the request had been sent, unless the document says otherwise."""
    assert told.keys() <= ANSWER
    return OutboundResponse(
        status=told.get("status"),
        headers=tuple(told.get("headers", {}).items()),
        body=_body(told),
        truncated=told.get("truncated", False),
        error=TransportError(told["error"]) if "error" in told else None,
        sent=told.get("sent", "status" in told),
    )


def expected(told: dict[str, Any]) -> Reading:
    """All that is read; what a document leaves out is empty."""
    price = None if told.get("price") is None else Decimal(told["price"])
    return Reading(**told | {"outcome": Outcome(told["outcome"]), "price": price})


def _body(told: dict[str, Any]) -> bytes:
    if "body_base64" in told:
        return base64.b64decode(told["body_base64"])
    if "repeat" in told:
        piece, times = told["repeat"]
        return (piece * times).encode()
    text = compact(told["json"]) if "json" in told else told.get("body", "")
    return ("\n".join(text) if isinstance(text, list) else text).encode(told.get("charset", "utf-8"))
