"""Stored answers read again by other rules: what would change if these rules had read the last answers."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.core.crypto import DecryptionError, unwrap
from apps.deliveries.choices import AttemptKind, AttemptStatus
from apps.deliveries.models import Attempt
from apps.deliveries.services.attempt.records import open_response
from apps.deliveries.services.corrections.by_hand import BY_HAND
from apps.engine import outcome
from apps.engine.orders import ResponseRule
from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Reading

LAST = 1000
"""How many answers of an endpoint a back-test reads."""


@dataclass(frozen=True, slots=True)
class Reread:
    """A stored answer that the rules would read otherwise."""

    attempt: Attempt
    reading: Reading


@dataclass(frozen=True, slots=True)
class Backtest:
    """`read` answers were read; `left_out` were erased, cut, or judged by a person. `changed` newest first."""

    read: int
    left_out: int
    changed: tuple[Reread, ...]

    def counts(self) -> list[tuple[str, str, int]]:
        """(was, would be, how many), most first."""
        found: dict[tuple[str, str], int] = {}
        for one in self.changed:
            pair = one.attempt.outcome, one.reading.outcome.value
            found[pair] = found.get(pair, 0) + 1
        return sorted(((*pair, count) for pair, count in found.items()), key=lambda row: (-row[2], row[:2]))


def backtest(endpoint_id: int, company_id: int, rules: tuple[ResponseRule, ...]) -> Backtest:
    """The last answers of an endpoint read by these rules. Nothing is written."""
    read = left_out = 0
    changed = []
    for attempt in _answered(endpoint_id, company_id):
        response = stored_answer(attempt)
        if response is None:
            left_out += 1
            continue
        read += 1
        reading = outcome.read(response, rules)
        if reading.outcome != attempt.outcome:
            changed.append(Reread(attempt, reading))
    return Backtest(read, left_out, tuple(changed))


def stored_answer(attempt: Attempt) -> OutboundResponse | None:
    """The answer of an attempt (with its lead) as it came; None when it cannot be judged again: the person was erased,
    no complete answer came, it was kept in part only, or a person has said what it was.
    """
    if attempt.error or attempt.reason == BY_HAND:
        return None
    try:
        kept = open_response(unwrap(attempt.lead.wrapped_key or b""), attempt)
    except DecryptionError:
        return None
    return None if kept is None or kept.get("truncated") else opened_answer(kept)


def opened_answer(kept: dict[str, Any]) -> OutboundResponse:
    """A kept answer as the value that rules read."""
    body = base64.b64decode(kept["body_base64"]) if "body_base64" in kept else kept.get("body", "").encode()
    headers = tuple((name, value) for name, value in kept.get("headers", ()))
    return OutboundResponse(kept["status"], headers, body, bool(kept.get("truncated")), sent=True)


def _answered(endpoint_id: int, company_id: int) -> Iterator[Attempt]:
    rows = Attempt.objects.filter(
        endpoint_id=endpoint_id, company_id=company_id, kind=AttemptKind.SALE, status=AttemptStatus.SETTLED
    ).exclude(sealed_response=None)
    return rows.select_related("lead").defer("sealed_request").order_by("-id")[:LAST].iterator(chunk_size=200)
