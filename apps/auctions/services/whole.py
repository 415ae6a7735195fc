"""Leads that come whole into a campaign that auctions: recorded first, then put up, then on their way with the award.

A direct post is auctioned by the request that brought it; leads by other doors by a worker, or by their request where
the source waits for the buyers. Nothing is lost with a process: what nobody has auctioned is taken by the next one.
"""

import json
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connection, transaction

from apps.auctions.choices import PingOrigin, PingStatus
from apps.auctions.models import Ping
from apps.auctions.offered import Offered
from apps.auctions.services import holding, posting, settling
from apps.auctions.services.holding import Held
from apps.auctions.services.pings import LEFT_OVER
from apps.core import clock
from apps.core.ids import new_id
from apps.deliveries.facts import load_journeys
from apps.deliveries.jobs import wake_drain
from apps.deliveries.journeys import Journey
from apps.deliveries.services import delivery_await, delivery_begin, delivery_waits
from apps.engine.entrants import auctions
from apps.leads.choices import LeadMethod
from apps.leads.models import Lead
from apps.leads.services import Recorded, Submission, record

logger = logging.getLogger(__name__)

LEASE_S = 30
AT_ONCE = 8

_TAKE = """
    WITH due AS (
        SELECT id FROM deliveries_delivery
        WHERE awaits_auction AND status = 'pending' AND {which} AND (leased_until IS NULL OR leased_until < now())
        ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED
    )
    UPDATE deliveries_delivery d SET leased_until = now() + make_interval(secs => %s)
    FROM due WHERE d.id = due.id
    RETURNING d.id, d.company_id, d.lead_id, d.version_id, d.leased_until, d.only_order_id, d.ignores
"""


def is_auctioned(submission: Submission) -> bool:
    """Whether a submission's buyers are to be asked for bids once it is on record."""
    return not submission.is_test and submission.spec is not None and auctions(submission.spec)


def lead_record(submission: Submission) -> Recorded:
    """Record a lead; where its campaign auctions, it waits for its auction."""
    if not is_auctioned(submission):
        return record(submission)
    with transaction.atomic():
        recorded = record(submission)
        if recorded.delivery_id is not None:
            delivery_await(recorded.delivery_id)
    return recorded


def direct_post(submission: Submission) -> Recorded:
    """Record a lead and auction it at once. Not within a transaction."""
    recorded = lead_record(submission)
    if recorded.delivery_id is not None and is_auctioned(submission):
        auction_now(recorded.delivery_id)
    return recorded


def auction_now(delivery_id: int) -> bool:
    """Auction this delivery here, if it still waits for it."""
    return bool(_auction(_taken("id = %s", [delivery_id, 1, LEASE_S])))


def auction_due(*, most: int = 200) -> int:
    """Auction what waits for it, several at once; how many were."""
    done = 0
    while done < most:
        found = _taken("next_attempt_at <= now()", [AT_ONCE, LEASE_S])
        if not found:
            break
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="auction") as pool:
            list(pool.map(_apart, found))
        done += len(found)
    if done:
        wake_drain()
    return done


def _apart(journey: Journey) -> None:
    try:
        _auction([journey])
    except Exception:
        # Ours to repair: its lease lapses, and it is tried again.
        logger.exception("auction_failed", extra={"delivery_id": journey.id})
    finally:
        close_old_connections()
        connection.close()


def _taken(which: str, values: list[object]) -> list[Journey]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(which=which), values)
        return [
            Journey(
                id=number,
                company_id=company,
                lead_id=lead,
                version_id=version,
                lease=lease,
                only_order_id=only,
                ignores=frozenset(json.loads(ignores) if isinstance(ignores, str) else ignores),
            )
            for number, company, lead, version, lease, only, ignores in cursor.fetchall()
        ]


def _auction(journeys: Iterable[Journey]) -> int:
    journeys = list(journeys)
    lost = load_journeys(journeys)
    for journey in lost:
        _let_go(journey)
    able = [journey for journey in journeys if journey not in lost]
    for journey in able:
        _hold(journey)
    return len(journeys)


def _let_go(journey: Journey) -> None:
    """A lead that was erased has no auction: the drain ends it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliveries_delivery SET awaits_auction = false, leased_until = NULL WHERE id = %s",
            [journey.id],
        )


def _hold(journey: Journey) -> None:
    terms = journey.terms
    if terms is None or not auctions(journey.spec):
        _let_go(journey)
        return
    offered = Offered(
        id=new_id(),
        company_id=journey.company_id,
        spec=journey.spec,
        terms=terms,
        data=journey.lead.data,
        key=journey.lead.key,
        received_at=journey.lead.received_at,
        persons=journey.lead.persons,
        lead_id=journey.lead_id,
        only_order_id=journey.only_order_id,
        ignores=journey.ignores,
    )
    row = _row(journey, offered)
    held = holding.ask(offered, settling.put_up(row))
    with transaction.atomic():
        # Another process may have taken it over and been quicker: then nothing of this auction counts.
        if delivery_waits(journey.id):
            _settle(journey, row, held)
    holding.count(held)


def _settle(journey: Journey, row: Ping, held: Held) -> None:
    """Decide it and let the lead go the way of its award."""
    decided = settling.settle(row, held, goes_on=True)
    if row.status == PingStatus.ACCEPTED:
        Ping.objects.filter(pk=row.pk).update(
            status=PingStatus.POSTED, posted_at=row.answered_at, reservations={}
        )
    delivery_begin(
        journey.id,
        decided.plan,
        version_id=journey.version_id,
        reserved=decided.reserved,
        bids=posting.repeated(row, decided.plan, wrapped_key=held.offered.key.wrapped),
    )
    posting.tell(row, journey.lead_id)


def _row(journey: Journey, offered: Offered) -> Ping:
    lead = Lead.objects.only("campaign_id", "source_id", "terms_id", "state", "sub_id", "method").get(
        pk=journey.lead_id
    )
    direct = lead.method == LeadMethod.EXCHANGE
    return Ping(
        id=offered.id,
        company_id=journey.company_id,
        campaign_id=lead.campaign_id,
        source_id=lead.source_id,
        terms_id=lead.terms_id,
        version_id=journey.version_id,
        origin=PingOrigin.DIRECT_POST if direct else PingOrigin.LEAD,
        status=PingStatus.OPEN,
        state=lead.state,
        sub_id=lead.sub_id,
        received_at=offered.received_at,
        expires_at=clock.now() + LEFT_OVER,
        deadline_ms=offered.spec.auction.deadline_ms,
        lead_id=journey.lead_id,
    )
