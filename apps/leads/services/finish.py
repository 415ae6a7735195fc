"""The end of a lead, told once: its status, its event, and the reservations it gives back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection, transaction

from apps.core.prepared import fetch_all, for_each
from apps.leads.choices import EventKind, LeadStatus
from apps.leads.wants import RECEIVED, SOLD_PREFIX, in_lock_order


@dataclass(frozen=True, slots=True)
class Finished:
    """How one lead ended. `status` sold or unsold; `reason` and `message` (public texts) of an unsold one.

    `payout` None leaves what was promised at acceptance. `data` goes to the timeline: names, codes and numbers only.
    """

    lead_id: int
    status: LeadStatus
    price: Decimal = Decimal("0")
    payout: Decimal | None = None
    reason: str = ""
    message: str = ""
    data: dict[str, Any] = field(default_factory=dict)


_FINISH = """
    UPDATE leads_lead AS lead
       SET status = given.status, finished_at = now(), price = given.price,
           payout = coalesce(given.payout, lead.payout), reason = given.reason, message = left(given.message, 300),
           reservations = CASE WHEN given.status = 'unsold' THEN '[]'::jsonb ELSE lead.reservations END
      FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::numeric[], %s::text[], %s::text[])
           AS given (id, status, price, payout, reason, message),
           (SELECT id, reservations FROM leads_lead WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE) AS before
     WHERE lead.id = given.id AND before.id = given.id AND lead.status = ANY(%s::text[])
    RETURNING lead.id, before.reservations
"""
_RELEASE = """
    WITH given AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS given (cap_key, period_key, amount)
    ), locked AS (
        SELECT counter.id, given.amount FROM leads_capcounter counter JOIN given USING (cap_key, period_key)
         ORDER BY counter.cap_key COLLATE "C" DESC, counter.period_key COLLATE "C" DESC
           FOR UPDATE OF counter
    )
    UPDATE leads_capcounter AS counter
       SET used = greatest(counter.used - locked.amount, 0), updated_at = now()
      FROM locked WHERE counter.id = locked.id
"""
# The condition is written as the partial index has it.
_FORGET_CLAIMS = (
    f"DELETE FROM leads_duplicateclaim WHERE lead_id = ANY(%s::bigint[]) AND scope LIKE '{SOLD_PREFIX}%%'"  # noqa: S608
)
_EVENTS = """
    INSERT INTO leads_leadevent (lead_id, kind, at, data)
    SELECT id, kind, now(), data FROM json_to_recordset(%s::json) AS given (id bigint, kind text, data jsonb)
"""
_KINDS = {LeadStatus.SOLD: EventKind.SOLD, LeadStatus.UNSOLD: EventKind.UNSOLD}
_OPEN = (LeadStatus.IN_FLIGHT, LeadStatus.HELD)
_MAY_BECOME = {
    # An unsold lead may still be sold: delivered again by hand, or an unknown answer that turns out to be a sale.
    LeadStatus.SOLD: (*_OPEN, LeadStatus.UNSOLD),
    LeadStatus.UNSOLD: _OPEN,
}


@transaction.atomic(savepoint=False)
def finish(
    endings: Sequence[Finished], *, may_become: Mapping[LeadStatus, Sequence[LeadStatus]] = _MAY_BECOME
) -> frozenset[int]:
    """End leads, each once; the ids of those that this call ended.

    A lead that ended before, was rejected or is a test is left alone, so a second call releases nothing twice. What
    an unsold lead had reserved is given back, except from caps that count leads received.
    """
    ended: dict[int, list] = {}
    for status, before in may_become.items():
        ended |= _finished([ending for ending in endings if ending.status == status], status, before)
    unsold = {ending.lead_id for ending in endings if ending.status == LeadStatus.UNSOLD} & ended.keys()
    _release(reservation for lead_id in unsold for reservation in ended[lead_id])
    if unsold:
        for_each(_FORGET_CLAIMS, [(sorted(unsold),)])
    told = [ending for ending in endings if ending.lead_id in ended]
    _tell((ending.lead_id, _KINDS[ending.status], _told(ending)) for ending in told)
    return frozenset(ended)


def unsell(ending: Finished) -> bool:
    """A sold lead is unsold: what was taken for its sale was none. False when it was not sold."""
    return bool(finish([ending], may_become={LeadStatus.UNSOLD: (LeadStatus.SOLD,)}))


def resell(ending: Finished) -> bool:
    """A sold lead stays sold, to other buyers or for another price. False when it was not sold."""
    return bool(finish([ending], may_become={LeadStatus.SOLD: (LeadStatus.SOLD,)}))


def _finished(endings: list[Finished], status: LeadStatus, before: Sequence[LeadStatus]) -> dict[int, list]:
    if not endings:
        return {}
    ids = [ending.lead_id for ending in endings]
    columns = (
        ids,
        [str(status)] * len(endings),
        [ending.price for ending in endings],
        [ending.payout for ending in endings],
        [ending.reason for ending in endings],
        [ending.message for ending in endings],
    )
    rows = fetch_all(_FINISH, (*columns, ids, [str(one) for one in before]))
    return {lead_id: json.loads(reservations) for lead_id, reservations in rows}


def _release(reservations: Iterable[list]) -> None:
    """Give room under caps back, counters locked in the order everybody locks them in."""
    amounts: dict[tuple[str, str], int] = {}
    for cap_key, period_key, amount, basis in reservations:
        if basis != RECEIVED:
            amounts[cap_key, period_key] = amounts.get((cap_key, period_key), 0) + amount
    if not amounts:
        return
    order = in_lock_order(amounts, key=lambda counter: counter)
    columns = ([key for key, _ in order], [period for _, period in order], [amounts[each] for each in order])
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, columns)


def _tell(events: Iterable[tuple[int, EventKind, dict[str, Any]]]) -> None:
    told = [{"id": lead_id, "kind": kind, "data": data} for lead_id, kind, data in events]
    if told:
        for_each(_EVENTS, [(msgspec.json.encode(told).decode(),)])


def _told(ending: Finished) -> dict[str, Any]:
    if ending.status == LeadStatus.SOLD:
        return {"price": str(ending.price), **ending.data}
    return {"reason": ending.reason, **ending.data}


@transaction.atomic
def hold(lead_ids: Iterable[int], *, data: dict[str, Any] | None = None) -> frozenset[int]:
    """Mark leads in flight as held: an answer is unknown and somebody has to look. They keep what they reserved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET status = %s WHERE id = ANY(%s) AND status = %s RETURNING id",
            (str(LeadStatus.HELD), sorted(lead_ids), str(LeadStatus.IN_FLIGHT)),
        )
        held = frozenset(lead_id for (lead_id,) in cursor.fetchall())
    _tell((lead_id, EventKind.HELD, data or {}) for lead_id in sorted(held))
    return held


def resume(lead_ids: Iterable[int]) -> None:
    """Held leads that are under way again: what was unknown has been said, and nobody has bought them yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET status = %s WHERE id = ANY(%s) AND status = %s",
            (str(LeadStatus.IN_FLIGHT), sorted(lead_ids), str(LeadStatus.HELD)),
        )
