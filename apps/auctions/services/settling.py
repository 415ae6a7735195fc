"""An auction in the database: on record before anybody is asked, and its end in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection

from apps.auctions.choices import PingStatus
from apps.auctions.models import Ping
from apps.auctions.services import holding, records
from apps.auctions.services.holding import CapFullError, Decided, Held
from apps.core.durable import short_locks
from apps.core.prepared import array, fetch_all, insert
from apps.deliveries.facts import database_now
from apps.deliveries.services.journey.reservations import Wanted
from apps.deliveries.specs import plan_dump
from apps.engine.reasons import first_message
from apps.engine.values import Problem

_BIDS = "SELECT auctions_keep_bids(%s::json)"
_LOCK = "SELECT 1 FROM auctions_ping WHERE id = %s::bigint FOR UPDATE"
_AWARD = "SELECT auctions_keep_award(%s::json)"
_AT_ONCE = (
    "CALL auctions_settle_now(%s::json, %s::json, %s::text[], %s::text[], %s::bigint[], %s::bigint[], NULL)"
)


def put_up(row: Ping) -> datetime:
    """Write a ping before anybody is asked; the database's clock."""
    return insert([row], expendable=True)


def settle(row: Ping, held: Held, *, goes_on: bool = False) -> Decided:
    """Decide an auction and write it all in one transaction, the winners' places reserved; `goes_on` as in `decide`.

    Nearly always everything can be had as it was foreseen, in one round trip. Where it cannot, or other things are
    locked with it, the award is made anew under the locks.
    """
    bids = _document([_in_hex(records.bid_columns(held.offered, one)) for one in held.asked])
    foreseen = None if goes_on or connection.in_atomic_block else holding.foresee(held)
    if foreseen is not None and _at_once(row, bids, held, *foreseen):
        return foreseen[0]
    try:
        with short_locks():
            return _settled(row, bids, held, goes_on=goes_on, locks="winners" if foreseen is None else "all")
    except CapFullError:
        with short_locks():
            return _settled(row, bids, held, goes_on=goes_on, locks="all")


def _at_once(row: Ping, bids: str, held: Held, decided: Decided, wanted: Wanted) -> bool:
    """Whether it is done; with a cap full, nothing is."""
    taken = _together(wanted)
    counters = sorted(taken, reverse=True)
    _fill(row, held, decided, held.now)
    [(filled,)] = fetch_all(
        _AT_ONCE,
        [
            bids,
            _document(_award(row)),
            array(key for key, _ in counters),
            array(period for _, period in counters),
            array(str(taken[one][0]) for one in counters),
            [taken[one][1] for one in counters],
        ],
    )
    return filled is None


def _together(wanted: Wanted) -> dict[tuple[str, str], tuple[int, int | None]]:
    """By counter, what is taken of it in all and what it allows; None where that stands with the counter."""
    taken: dict[tuple[str, str], tuple[int, int | None]] = {}
    for (key, period, amount, _), limit in wanted:
        before, least = taken.get((key, period), (0, limit))
        both = None if least is None or limit is None else min(least, limit)
        taken[key, period] = before + amount, both
    return taken


def _settled(row: Ping, bids: str, held: Held, *, goes_on: bool, locks: str) -> Decided:
    # What nobody waits for comes first, what many want is locked last; the ping before caps, as who lets it expire.
    fetch_all(_BIDS, [bids])
    fetch_all(_LOCK, [row.id])
    now = database_now()
    decided = holding.decide(held, now, goes_on=goes_on, locks=locks)
    _fill(row, held, decided, now)
    fetch_all(_AWARD, [_document(_award(row))])
    return decided


def _fill(row: Ping, held: Held, decided: Decided, now: datetime) -> None:
    award = decided.award
    row.status = PingStatus.ACCEPTED if award.winners else PingStatus.REJECTED
    row.reason = award.reason
    row.message = first_message([Problem(award.reason)]) if award.reason else ""
    row.payout, row.price = award.payout, award.price
    row.answered_at, row.expires_at = now, _expires_at(held, decided, now)
    row.asked, row.lines = len(held.asked), decided.lines
    row.plan = plan_dump(decided.plan) if award.winners else None
    row.shadow = _shadow(decided)
    row.reservations = {str(order_id): kept for order_id, kept in decided.reserved.items()}


def _award(row: Ping) -> dict[str, Any]:
    """The columns of a ping that its award fills."""
    return {
        "id": row.id,
        "status": row.status,
        "reason": row.reason,
        "message": row.message,
        "payout": row.payout,
        "price": row.price,
        "answered_at": row.answered_at,
        "expires_at": row.expires_at,
        "asked": row.asked,
        "lines": row.lines,
        "plan": row.plan,
        "shadow": row.shadow,
        "reservations": row.reservations,
    }


def _expires_at(held: Held, decided: Decided, now: datetime) -> datetime | None:
    """The campaign's time, or less where a winner's bid does not hold so long."""
    if not decided.award.winners:
        return None
    winners = {winner.order_id for winner in decided.award.winners}
    until = [now + timedelta(seconds=held.offered.spec.auction.ping_valid_s)]
    until += [
        one.answered.expires_at
        for one in held.asked
        if one.order.id in winners and one.answered is not None and one.answered.expires_at is not None
    ]
    return min(until)


def _shadow(decided: Decided) -> list[list[str]] | None:
    found = [[str(one.order_id), one.share, str(one.price), str(one.payout)] for one in decided.award.shadow]
    return found or None


def _in_hex(columns: dict[str, Any]) -> dict[str, Any]:
    """As PostgreSQL reads binary columns in JSON."""
    sealed = {name: columns[name] for name in ("sealed_request", "sealed_response")}
    return columns | {name: f"\\x{value.hex()}" for name, value in sealed.items() if value is not None}


def _document(value: dict[str, Any] | Sequence[dict[str, Any]]) -> str:
    return msgspec.json.encode(value).decode()
