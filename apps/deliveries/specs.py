"""Stored forms of the engine's values that a delivery keeps: its plan, its history, an endpoint's breaker.

Only what the next step needs; the orders that were considered and passed over are in the lead's timeline.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from apps.core.crypto import DataKey
from apps.engine.answer import Answer
from apps.engine.breaker import CLOSED, BreakerState
from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Outcome
from apps.engine.routing import GroupLimit, Plan, Step
from apps.engine.waterfall import Passed, Result

Reservation = list[Any]
"""[cap key, period key, amount, basis], as it stands on leads and attempts."""

_WHATS: dict[str, Outcome | Passed] = {str(what): what for what in (*Outcome, *Passed)}


def plan_dump(plan: Plan) -> dict[str, Any]:
    """The stored form of a plan."""
    return {
        "steps": [_step_dump(step) for step in plan.steps],
        "groups": [[group.id, group.max_buyers, group.when_sold] for group in plan.groups],
        "max_buyers": plan.max_buyers,
    } | ({"reason": plan.reason} if plan.reason else {})


def plan_load(stored: Mapping[str, Any]) -> Plan:
    """The plan of a stored form, without the orders that were passed over."""
    return Plan(
        steps=tuple(_step_load(*step) for step in stored["steps"]),
        groups=tuple(
            GroupLimit(group, max_buyers, when_sold) for group, max_buyers, when_sold in stored["groups"]
        ),
        max_buyers=stored["max_buyers"],
        reason=stored.get("reason", ""),
    )


def _step_dump(step: Step) -> list[Any]:
    """Steps of an auction have three more, how they buy; all others, also those of plans of before, have four."""
    stored: list[Any] = [step.order_id, step.buyer_id, step.group_id, str(step.price)]
    return [*stored, step.share, str(step.brings), str(step.needs)] if step.share else stored


def _step_load(order: int, buyer: int, group: int, price: str, share: str = "", *money: str) -> Step:
    return Step(order, buyer, group, Decimal(price), share, *map(Decimal, money))


def history_dump(
    history: Sequence[Result], held: Mapping[int, Sequence[Reservation]]
) -> list[dict[str, Any]]:
    """The stored form of a history. `held` is what orders still reserve without a sale: those in doubt, with their last
    result, and those that won a ping and were not asked yet, in items of their own.
    """
    last = {result.order_id: place for place, result in enumerate(history)}
    items = [
        _result_dump(result, held.get(result.order_id, ()) if last[result.order_id] == place else ())
        for place, result in enumerate(history)
    ]
    return items + [
        {"order": order_id, "held": list(kept)}
        for order_id, kept in held.items()
        if kept and order_id not in last
    ]


def history_load(
    stored: Sequence[Mapping[str, Any]],
) -> tuple[list[Result], dict[int, list[Reservation]]]:
    """History and held reservations of a stored form."""
    held = {item["order"]: item["held"] for item in stored if item.get("held")}
    return [_result_load(item) for item in stored if "what" in item], held


def bids_dump(bids: Mapping[int, OutboundResponse], key: DataKey, delivery_id: int) -> bytes:
    """What buyers answered to the ping, by order id, as a delivery keeps it under its lead's key."""
    kept = {
        order_id: [answer.status, answer.header("content-type"), base64.b64encode(answer.body).decode()]
        for order_id, answer in bids.items()
    }
    return key.seal(json.dumps(kept).encode(), aad=_bids_aad(delivery_id))


def bids_load(sealed: bytes | None, key: DataKey, delivery_id: int) -> dict[int, Answer]:
    """Those answers, ready to be read."""
    if sealed is None:
        return {}
    stored = json.loads(key.open(sealed, aad=_bids_aad(delivery_id)))
    return {
        int(order_id): Answer(
            OutboundResponse(status, (("content-type", content_type),), base64.b64decode(body))
        )
        for order_id, (status, content_type, body) in stored.items()
    }


def _bids_aad(delivery_id: int) -> bytes:
    return f"delivery:bids:{delivery_id}".encode()


def _result_dump(result: Result, held: Sequence[Reservation]) -> dict[str, Any]:
    item: dict[str, Any] = {
        "order": result.order_id,
        "what": str(result.what),
        "at": result.at.isoformat(),
        "reason": result.reason,
    }
    if result.price is not None:
        item["price"] = str(result.price)
    if result.retry_at is not None:
        item["retry_at"] = result.retry_at.isoformat()
    if held:
        item["held"] = list(held)
    return item


def _result_load(item: Mapping[str, Any]) -> Result:
    return Result(
        order_id=item["order"],
        what=_WHATS[item["what"]],
        at=datetime.fromisoformat(item["at"]),
        reason=item["reason"],
        price=Decimal(item["price"]) if "price" in item else None,
        retry_at=datetime.fromisoformat(item["retry_at"]) if "retry_at" in item else None,
    )


def breaker_dump(state: BreakerState) -> dict[str, Any]:
    """The stored form of a breaker's state."""
    stored: dict[str, Any] = msgspec.to_builtins(state)
    return stored


def breaker_load(stored: Mapping[str, Any] | None) -> BreakerState:
    """The state of a stored form; closed when nothing is stored."""
    return msgspec.convert(stored, BreakerState) if stored else CLOSED
