"""The lines a lead's page is made of, from events and attempts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.crypto import DataKey
from apps.deliveries.models import Attempt
from apps.deliveries.services.records import open_request, open_response
from apps.engine.campaign import CampaignSpec
from apps.engine.checks import LABELS
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent
from apps.monitoring.trace.masking import payload_text

TONES = {
    "accepted": "good",
    "in_line": "good",
    "rejected": "plain",
    "duplicate": "plain",
    "retryable": "warn",
    "unknown": "warn",
    "failed": "bad",
}
OUTCOMES = {
    "accepted": "✓ Accepted",
    "rejected": "✕ Rejected",
    "duplicate": "✕ Duplicate",
    "retryable": "↻ To be tried again",
    "unknown": "? Unknown: sent, no readable answer",
    "failed": "✕ Failed",
}
STAGES = {
    "assembly_ms": "assembly",
    "dns_ms": "DNS",
    "connect_ms": "connect",
    "send_ms": "send",
    "wait_ms": "buyer",
    "parse_ms": "parse",
    "total_ms": "total",
}


@dataclass(frozen=True, slots=True)
class CheckShown:
    name: str
    passed: bool
    detail: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderShown:
    order_id: int
    order: str
    buyer: str
    price: str
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class AttemptShown:
    """One call with its payloads, masked by the reader's right."""

    pk: int
    order: str
    buyer: str
    words: str
    tone: str
    retry: int
    offset: str
    took: str
    detail: str
    url: str
    http_status: int | None
    request: str
    response: str
    rule: str
    stages: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class TimeShown:
    offset: str
    words: str


def offset(since: datetime, at: datetime) -> str:
    """How long after receipt: +412 ms, +3.2 s, +5 min, +2 h."""
    seconds = max(0.0, (at - since).total_seconds())
    for limit, divisor, unit, digits in ((1, 0.001, "ms", 0), (60, 1, "s", 1), (5400, 60, "min", 0)):
        if seconds < limit:
            return f"+{seconds / divisor:.{digits}f} {unit}"
    return f"+{seconds / 3600:.1f} h"


def checks(events: Iterable[LeadEvent]) -> tuple[CheckShown, ...]:
    """The lines of the one event that tells the checks."""
    lines = next((event.data.get("checks", ()) for event in events if event.kind == EventKind.CHECKED), ())
    return tuple(
        CheckShown(
            LABELS.get(line["check"], line["check"]),
            line["passed"],
            line.get("detail", ""),
            tuple(problem["message"] for problem in line.get("problems", ())),
        )
        for line in lines
    )


def considered(events: Iterable[LeadEvent], spec: CampaignSpec | None) -> tuple[OrderShown, ...]:
    """Every order with its last verdict, in the order they were considered."""
    prices = {order.id: f"{order.price:.2f}" for order in spec.orders} if spec else {}
    found: dict[int, OrderShown] = {}
    for event in events:
        if event.kind == EventKind.CONSIDERED:
            for line in event.data.get("orders", ()):
                found[line["order"]] = OrderShown(
                    line["order"],
                    line["name"],
                    line["buyer"],
                    prices.get(line["order"], ""),
                    line["words"],
                    TONES.get(line["verdict"], "plain"),
                )
    return tuple(found.values())


def attempt(
    row: Attempt,
    *,
    since: datetime,
    key: DataKey | None,
    show: Callable[[str], str],
    spec: CampaignSpec | None,
) -> AttemptShown:
    """One attempt. Payloads are empty once the person was erased."""
    request = open_request(key, row) if key else None
    response = open_response(key, row) if key else None
    total = row.timings.get("total_ms")
    return AttemptShown(
        pk=row.pk,
        order=row.order_name,
        buyer=row.buyer_name,
        words=OUTCOMES.get(row.outcome, "… on its way"),
        tone=TONES.get(row.outcome, "plain"),
        retry=row.retry,
        offset=offset(since, row.started_at),
        took=f"{total:,.0f} ms" if total is not None else "",
        detail=show(" ".join(filter(None, [row.reason, row.error.replace("_", " "), row.error_detail]))),
        url=row.url,
        http_status=row.http_status,
        request=show(payload_text(request)) or _no_payload(key, "The request was not built."),
        response=show(payload_text(response)) or _no_payload(key, "No answer came."),
        rule=_rule(row, spec),
        stages=tuple(
            {"name": name, "ms": f"{row.timings[stage]:,.1f}"}
            for stage, name in STAGES.items()
            if stage in row.timings
        ),
    )


def _no_payload(key: DataKey | None, words: str) -> str:
    return words if key else "Erased."


def _rule(row: Attempt, spec: CampaignSpec | None) -> str:
    """Which response rule read the answer, in words."""
    endpoint = next((one for one in spec.endpoints if one.id == row.endpoint_id), None) if spec else None
    if endpoint is None or row.rule_index is None or row.rule_index >= len(endpoint.rules):
        return "" if row.rule_index is None else f"rule {row.rule_index + 1}"
    rule = endpoint.rules[row.rule_index]
    parts = [f"status {rule.statuses}" if rule.statuses else "", rule.content_type]
    if rule.match != "any":
        parts.append(f"{rule.path or rule.match.replace('_', ' ')} {rule.operator} {rule.value}".strip())
    said = ", ".join(filter(None, parts)) or "any answer"
    return f"rule {row.rule_index + 1} ({said} → {rule.outcome})"


def timeline(events: Iterable[LeadEvent], *, since: datetime) -> tuple[TimeShown, ...]:
    """Every event in one sentence."""
    return (
        TimeShown("0", "Received"),
        *(TimeShown(offset(since, event.at), _words(event)) for event in events),
    )


def _words(event: LeadEvent) -> str:
    data: dict[str, Any] = event.data
    if event.kind == EventKind.CHECKED:
        lines = data.get("checks", ())
        return f"Checked: {sum(line['passed'] for line in lines)} of {len(lines)} passed"
    if event.kind == EventKind.CONSIDERED:
        return f"{len(data.get('orders', ()))} order(s) considered"
    if event.kind == EventKind.ATTEMPTED:
        outcome = OUTCOMES.get(data.get("outcome", ""), data.get("outcome", "")).lower()
        return f"Offered to {data.get('name')} ({data.get('buyer')}): {outcome} in {data.get('ms')} ms"
    if event.kind == EventKind.SOLD:
        return f"Sold for {data.get('price', '')}"
    return event.get_kind_display()
