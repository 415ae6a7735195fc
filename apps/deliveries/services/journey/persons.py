"""Buyers that refuse a person they have bought already: of equal leads at the same moment one at most is offered.

Whoever starts an offer locks (buyer, e-mail) and (buyer, phone) for its transaction, in one fixed order and before
any cap, then looks for sales and open offers of the same person, and writes its own. A sale is booked and its offer
removed in one transaction, so a person is never seen as free in between.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b

from django.db import connection

from apps.deliveries.facts import persons_taken
from apps.deliveries.journeys import Journey
from apps.deliveries.models import PersonOffer
from apps.engine import buyer_duplicates, waterfall
from apps.engine.buyer_duplicates import Taken
from apps.engine.orders import OrderSpec
from apps.engine.routing import Considered


def taken(journeys: Sequence[Journey], now: datetime) -> Iterator[tuple[Journey, Considered]]:
    """Of deliveries about to leave, those whose buyer has bought the person or is just being offered it. Locks the
    persons of all of them until the transaction's end.
    """
    guarded = [journey for journey in journeys if _is_guarded(journey) and journey.lead.persons]
    if not guarded:
        return
    _lock(guarded)
    known = persons_taken(guarded, now)
    beside: dict[bytes, list[tuple[int, Taken]]] = {}
    for journey in guarded:
        order = _order(journey)
        mine = (pair for digest in journey.lead.persons for pair in beside.get(digest, ()))
        others = [one for lead_id, one in mine if lead_id != journey.lead_id]
        found = buyer_duplicates.last_taken(order, [*known.get(journey.lead_id, ()), *others], now)
        if found is not None and "duplicates" not in journey.ignores:
            yield journey, _line(order, found, now)
            continue
        for digest in journey.lead.persons:
            offer_made = (journey.lead_id, Taken(order.id, order.buyer_id, now, sold=False))
            beside.setdefault(digest, []).append(offer_made)


def _line(order: OrderSpec, found: Taken, now: datetime) -> Considered:
    if not found.sold:
        return Considered(order.id, "buyer_asked")
    return Considered(order.id, "buyer_duplicate", buyer_duplicates.days_ago(found.at, now))


def offer(journeys: Sequence[Journey], now: datetime) -> None:
    """Put on record that these leave now. Also for orders without a rule, where another of their buyer has one."""
    PersonOffer.objects.bulk_create(
        [
            PersonOffer(
                lead_id=journey.lead_id,
                delivery_id=journey.id,
                order_id=_order(journey).id,
                buyer_id=_order(journey).buyer_id,
                offered_at=now,
            )
            for journey in journeys
            if _is_guarded(journey) and journey.lead.persons
        ],
        ignore_conflicts=True,
    )


def answered(asked: Iterable[tuple[Journey, OrderSpec]]) -> None:
    """The offers that are over: the buyer has answered, and whether it has the lead is no longer in doubt."""
    over = [
        (journey.id, order.id)
        for journey, order in asked
        if order.buyer_id in buyer_duplicates.guard(journey.spec).buyer_ids
        and not waterfall.in_doubt([one for one in journey.history if one.order_id == order.id])
    ]
    if over:
        with connection.cursor() as cursor:
            cursor.executemany(
                "DELETE FROM deliveries_personoffer WHERE delivery_id = %s AND order_id = %s", sorted(over)
            )


def forget(journeys: Iterable[Journey]) -> None:
    """Deliveries that end without an answer leave no offer behind."""
    PersonOffer.objects.filter(delivery_id__in=[journey.id for journey in journeys]).delete()


def _is_guarded(journey: Journey) -> bool:
    attempt = journey.attempt
    if attempt is None or attempt.request is None:
        return False
    return attempt.order.buyer_id in buyer_duplicates.guard(journey.spec).buyer_ids


def _order(journey: Journey) -> OrderSpec:
    assert journey.attempt is not None
    return journey.attempt.order


def _lock(journeys: Sequence[Journey]) -> None:
    keys = {
        _lock_key(_order(journey).buyer_id, digest) for journey in journeys for digest in journey.lead.persons
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_advisory_xact_lock(key)) FROM"
            " (SELECT key FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (key, place) ORDER BY place) AS one",
            [sorted(keys)],
        )


def _lock_key(buyer_id: int, digest: bytes) -> int:
    """A 64-bit number. Two persons that share one only wait for each other."""
    data = b"person:%d:" % buyer_id + digest
    return int.from_bytes(blake2b(data, digest_size=8).digest(), signed=True)
