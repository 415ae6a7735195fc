"""Loading the demo's past: a month of leads, in one transaction, once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction
from django.db.models import F

from apps.companies.models import Company
from apps.core.clock import now
from apps.deliveries.facts import load_secrets
from apps.deliveries.journeys import Journey
from apps.deliveries.models import Attempt, Delivery, StoredLead
from apps.deliveries.services.journey import after_sale
from apps.deliveries.services.journey.turns import TurnBook
from apps.demo.errands import DirectPost, PingAndPost, exchange_errand
from apps.demo.history.auctions import Market, PastAuction
from apps.demo.history.books import Books
from apps.demo.history.buyers import PastBuyers
from apps.demo.history.calendar import DAYS, instants
from apps.demo.history.journeys import PastJourney, World
from apps.demo.history.leads import PastLead, recorded
from apps.demo.history.senders import Sent, Standing, standings, submissions
from apps.demo.services.money import money_load
from apps.engine import oauth
from apps.engine.orders import AUTH_SECRET, AUTH_TOKEN
from apps.leads.choices import LeadMethod
from apps.leads.models import Lead
from apps.ledger.services import Booking, Payout, payouts_book, sales_book
from apps.publishing import specs
from apps.publishing.models import Publication, Version
from apps.sources.models import Terms

BATCH = 250
PINGED_DAYS = 4
SEED = "a month at Acme Home Services"
_FETCHED_WITHIN = timedelta(hours=12)
_LONGEST = timedelta(minutes=5)
"""A journey with all its retries; leads younger than that are left to live traffic."""


@dataclass(slots=True)
class Rows:
    """What a batch of leads and pings comes to."""

    leads: list[PastLead] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    stored: list[PastJourney] = field(default_factory=list)
    auctions: list[PastAuction] = field(default_factory=list)

    def add(self, lead: PastLead, journey: PastJourney | None) -> None:
        """One more lead; its journey is gone to its end."""
        self.leads.append(lead)
        if journey is None:
            return
        self.deliveries.append(journey.run())
        self.attempts += journey.attempts
        self.bookings += journey.bookings
        self.payouts += [journey.owed] if journey.owed else []
        self.stored += [journey] if journey.stored else []


@transaction.atomic
def history_load(company: Company, *, leads: int, pings: int = 0) -> int:
    """Write a month of leads, and `pings` of the last days, for a company that has none; how many leads were written.

    The leads that pings became come on top.
    """
    if not leads or Lead.objects.filter(company=company).exists():
        return 0
    random = Random(SEED)  # noqa: S311 - invented people
    standing = _standings(company)
    world = _world(standing, random)
    at, zone = now(), ZoneInfo(company.time_zone)
    times = instants(at - _LONGEST, leads, zone=zone, random=random)
    sent = submissions(times, [each for each in standing if not each.pings], random)
    while rows := _batch(islice(sent, BATCH), world):
        _write(rows)
    times = instants(at - _LONGEST, pings, zone=zone, random=random, days=PINGED_DAYS)
    pinged = submissions(times, [each for each in standing if each.pings], random)
    market = Market(world)
    while rows := exchanged(islice(pinged, BATCH), market):
        _write(rows)
    _close(world)
    _fetched(company, at)
    _backdate(company, at)
    money_load(company, at)
    return leads


def _standings(company: Company) -> list[Standing]:
    published = Publication.objects.filter(campaign__company=company).values_list("version_id", flat=True)
    return [each for key in published for each in standings(specs.load(key), key)]


def _world(standing: Sequence[Standing], random: Random) -> World:
    campaigns = {each.spec.id: each.spec for each in standing}
    at = now()
    going = [
        Journey(0, spec.company_id, lead_id=0, version_id=0, lease=at, spec=spec)
        for spec in campaigns.values()
    ]
    endpoints = {endpoint.id: endpoint for spec in campaigns.values() for endpoint in spec.endpoints}
    buyers, secrets = PastBuyers(random), load_secrets(endpoints)
    for number, endpoint in endpoints.items():
        if endpoint.auth.kind == oauth.KIND:
            held = secrets[number]
            held[AUTH_TOKEN] = buyers.token(endpoint, held[AUTH_SECRET], at)
    return World(
        buyers=buyers,
        books=Books(),
        turns=TurnBook(going),
        secrets=secrets,
    )


def _batch(sent: Iterable, world: World) -> Rows | None:
    rows = Rows()
    for each in sent:
        lead = recorded(each, world.books)
        rows.add(lead, PastJourney.of(lead, world) if lead.accepted else None)
    return rows if rows.leads else None


def exchanged(sent: Iterable[Sent], market: Market) -> Rows | None:
    """What became of a batch of pings and direct posts."""
    rows, random = Rows(), market.world.buyers.random
    for each in sent:
        errand = exchange_errand({}, each.body, random)
        if isinstance(errand, DirectPost):
            _direct(each, market, rows)
        elif isinstance(errand, PingAndPost):
            _pinged(each, market, rows, errand)
    return rows if rows.auctions or rows.leads else None


def _direct(sent: Sent, market: Market, rows: Rows) -> None:
    lead = recorded(sent, market.world.books, LeadMethod.EXCHANGE)
    journey = None
    if lead.accepted:
        done = market.whole(sent, lead)
        rows.auctions.append(done)
        done.close(posted_at=done.answered_at, lead_id=lead.row.id)
        journey = PastJourney.of(lead, market.world, done.award or done.nobody())
    rows.add(lead, journey)


def _pinged(sent: Sent, market: Market, rows: Rows, errand: PingAndPost) -> None:
    done = market.ping(sent)
    rows.auctions.append(done)
    if done.award is None:
        return
    if not errand.posts:
        done.close()
        return
    at = done.answered_at + timedelta(seconds=errand.pause_s)
    lead = recorded(replace(sent, at=at), market.world.books, LeadMethod.EXCHANGE)
    done.close(posted_at=at if lead.accepted else None, lead_id=lead.row.id if lead.accepted else None)
    rows.add(lead, PastJourney.of(lead, market.world, done.award) if lead.accepted else None)


def _write(rows: Rows) -> None:
    _copy([one.row for one in rows.auctions])
    _copy([bid for one in rows.auctions for bid in one.bids])
    _copy([lead.row for lead in rows.leads])
    events = [event for lead in rows.leads for event in lead.events]
    _copy(sorted(events, key=lambda event: event.at))
    _copy(rows.deliveries)
    _copy(rows.attempts)
    booked = sales_book(rows.bookings)
    assert len(booked) == len(rows.bookings), "a past sale could not be booked"
    payouts_book(rows.payouts)
    for journey in rows.stored:
        after_sale.store([(journey.journey, attempt) for attempt in journey.stored], journey.now)


def _close(world: World) -> None:
    claims, counters = world.books.rows()
    _copy(claims)
    for counter in counters:
        counter.updated_at = now()
    _copy(counters)
    world.turns.write()


def _fetched(company: Company, at: datetime) -> None:
    """The buyer who fetches came every night; what was bought since waits for it."""
    rows = StoredLead.objects.filter(company=company, created_at__lt=at - _FETCHED_WITHIN)
    rows.update(fetched_at=F("created_at") + _FETCHED_WITHIN)


def _copy(rows: Sequence[models.Model]) -> None:
    """Insert rows by COPY, several times as fast as by INSERT."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [
        field for field in meta.local_concrete_fields if rows[0].pk is not None or not field.primary_key
    ]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(
                [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
            )


def _backdate(company: Company, at: datetime) -> None:
    """Nothing can have been sent before it was published and approved."""
    before = at - timedelta(days=DAYS + 3)
    rows: tuple[tuple[models.QuerySet, str], ...] = (
        (Version.objects.filter(campaign__company=company, number=1), "published_at"),
        (Terms.objects.filter(source__company=company, approved_at__isnull=False), "approved_at"),
        (Terms.objects.filter(source__company=company), "created_at"),
        (Company.objects.filter(pk=company.pk), "created_at"),
    )
    for queryset, column in rows:
        queryset.update(**{column: before})
