"""What leads hold: by rule, by scope and window, by basis and period, over clock changes; and what they give back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from apps.campaigns.choices import CapBasis, CapPeriod, DuplicateCounts, DuplicateMatch, DuplicateScope
from apps.campaigns.models import DuplicateRule
from apps.campaigns.services import cap_add
from apps.core.clock import now
from apps.leads.choices import EventKind, LeadStatus
from apps.leads.models import CapCounter, DuplicateClaim, Lead, LeadEvent
from apps.leads.services import Finished, backfill_claims, backfill_due, finish, hold
from apps.sources.services import terms_approve, terms_cap_add, terms_create
from tests.factories.models import CampaignFactory, SourceFactory
from tests.factories.worlds import World, published_campaign
from tests.intake.posting import post

pytestmark = pytest.mark.django_db
TWIN = {"email": "twin@example.com"}


def rule(**attributes: object) -> Callable[[World], None]:
    """The only duplicate rule of the world."""

    def prepare(world: World) -> None:
        world.campaign.duplicate_rules.all().delete()
        DuplicateRule.objects.create(campaign=world.campaign, **{"fields": ["email"], **attributes})

    return prepare


def accepted(world: World, **values: object) -> bool:
    return post(world, **values)["leadStatus"]


def test_a_claim_is_free_again_after_its_window() -> None:
    world = published_campaign(prepare=rule(window_hours=24))
    start = now() - timedelta(hours=25)
    with time_machine.travel(start, tick=False):
        assert accepted(world, **TWIN)
    with time_machine.travel(start + timedelta(hours=23, minutes=59), tick=False):
        assert not accepted(world, **TWIN)
    with time_machine.travel(start + timedelta(hours=24), tick=False):
        assert accepted(world, **TWIN)
        assert not accepted(world, **TWIN)
    latest = Lead.objects.filter(status=LeadStatus.IN_FLIGHT).order_by("received_at").last()
    assert DuplicateClaim.objects.get().lead_id == latest.pk


def test_all_fields_together_are_one_claim() -> None:
    world = published_campaign(prepare=rule(fields=["email", "zip"], match=DuplicateMatch.ALL))
    assert accepted(world, **TWIN, zip="90210")
    assert accepted(world, **TWIN, zip="90211")
    assert post(world, **TWIN, zip="90210")["message"] == "Duplicate E-mail and Zip code"


def test_empty_values_never_match() -> None:
    world = published_campaign(prepare=rule(fields=["sub_id"]))
    assert accepted(world)
    assert accepted(world)
    assert accepted(world, sub_id="x")
    assert not accepted(world, sub_id="X")


@pytest.mark.parametrize(
    ("scope", "same_campaign", "other_campaign"),
    [
        (DuplicateScope.TERMS, True, True),
        (DuplicateScope.CAMPAIGN, False, True),
        (DuplicateScope.COMPANY, False, False),
    ],
)
def test_scopes(scope: DuplicateScope, same_campaign: bool, other_campaign: bool) -> None:
    """Whether another source on this campaign, and one on another campaign, may send the same person."""
    world = published_campaign(prepare=rule(scope=scope))
    beside = _another(world, campaign=None)
    elsewhere = _another(world, campaign=CampaignFactory(company=world.company))
    rule(scope=scope)(elsewhere)
    for each in (beside, elsewhere):
        each.publish()
    assert accepted(world, **TWIN)
    assert not accepted(world, **TWIN)
    assert accepted(beside, **TWIN) is same_campaign
    assert accepted(elsewhere, **TWIN) is other_campaign


def _another(world: World, *, campaign) -> World:
    campaign = campaign or world.campaign
    source = SourceFactory(company=world.company)
    opened = terms_create(source, campaign, by=world.user)
    terms_approve(opened.terms, by=world.user)
    return World(
        world.company, campaign, source, opened.terms, opened.key, opened.token,
        world.buyer, world.endpoint, world.order, world.user, world.version,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "after_rejected", "after_unsold"),
    [
        (DuplicateCounts.RECEIVED, False, False),
        (DuplicateCounts.ACCEPTED, True, False),
        (DuplicateCounts.SOLD, True, True),
    ],
)
def test_what_counts(counts: DuplicateCounts, after_rejected: bool, after_unsold: bool) -> None:
    """Whether a person is taken again after a rejected lead, and after one that was accepted and not sold."""
    world = published_campaign(prepare=rule(counts=counts))
    assert not accepted(world, **TWIN, zip=None)
    assert accepted(world, **TWIN) is after_rejected
    other = {"email": "other@example.com"}
    assert accepted(world, **other)
    finish([Finished(Lead.objects.latest("id").pk, LeadStatus.UNSOLD, reason="no_eligible_buyer")])
    assert accepted(world, **other) is after_unsold


def test_backfill_gives_history_its_claims() -> None:
    world = published_campaign(prepare=lambda world: world.campaign.duplicate_rules.all().delete())
    with time_machine.travel(now() - timedelta(days=40), tick=False):
        assert accepted(world, email="long.ago@example.com")
    assert accepted(world, **TWIN)
    assert not accepted(world, email="refused@example.com", zip=None)
    assert accepted(world, test=True, email="test@example.com")
    assert backfill_due() == 0
    rule(window_hours=720)(world)
    published = world.publish()
    assert backfill_due() == 1
    assert backfill_due() == 0
    assert backfill_claims(published.spec, published.new_duplicate_rules) == 0
    assert not accepted(world, **TWIN)
    for fresh in ("long.ago@example.com", "refused@example.com", "test@example.com"):
        assert accepted(world, email=fresh)


# --- Caps ---


@pytest.mark.parametrize(("basis", "left"), [(CapBasis.ACCEPTED, 1), (CapBasis.RECEIVED, 0)])
def test_received_counts_what_was_refused_too_and_is_never_given_back(basis: CapBasis, left: int) -> None:
    world = published_campaign(
        prepare=lambda world: cap_add(world.campaign, by=None, basis=basis, period=CapPeriod.TOTAL, limit=2)
    )
    assert not accepted(world, zip=None)
    assert accepted(world)
    lead = Lead.objects.get(status=LeadStatus.IN_FLIGHT)
    finish([Finished(lead.pk, LeadStatus.UNSOLD, reason="buyer_rejected")])
    assert sum(accepted(world) for _ in range(3)) == left + (basis == CapBasis.ACCEPTED)


def test_a_cap_counts_only_the_leads_of_its_expression() -> None:
    expression = {"kind": "test", "field": "state", "operator": "is", "value": "NY"}

    def prepare(world: World) -> None:
        cap_add(
            world.campaign,
            by=None,
            basis=CapBasis.ACCEPTED,
            period=CapPeriod.DAY,
            limit=1,
            expression=expression,
        )

    world = published_campaign(prepare=prepare)
    assert accepted(world, state="NY", zip="10001")
    assert accepted(world)
    assert post(world, state="NY", zip="10001")["message"] == "Campaign cap"
    assert accepted(world)


def test_the_sources_cap_is_told_before_the_campaigns() -> None:
    def prepare(world: World) -> None:
        cap_add(world.campaign, by=None, basis=CapBasis.ACCEPTED, period=CapPeriod.DAY, limit=0)
        terms_cap_add(world.terms, by=None, basis=CapBasis.ACCEPTED, period=CapPeriod.WEEK, limit=0)

    world = published_campaign(prepare=prepare)
    assert post(world)["message"] == "Week cap"
    lines = {line["check"]: line for line in LeadEvent.objects.get().data["checks"]}
    assert [problem["message"] for problem in lines["caps"]["problems"]] == ["Week cap", "Campaign cap"]
    assert "week 0" in lines["caps"]["detail"]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", (2026, 11, 1), 25),
        ("America/New_York", (2027, 3, 14), 23),
        ("Europe/Paris", (2026, 10, 25), 25),
        ("Europe/Paris", (2027, 3, 28), 23),
        ("Australia/Lord_Howe", (2026, 10, 4), 23.5),
        ("America/Phoenix", (2026, 11, 1), 24),
    ],
)
def test_a_day_cap_spans_the_local_day_and_begins_anew_once(zone: str, day: tuple, hours: float) -> None:
    """F26: one lead a day, posted every half hour over a day and its two neighbours."""

    def prepare(world: World) -> None:
        cap_add(
            world.campaign, by=None, basis=CapBasis.ACCEPTED, period=CapPeriod.DAY, limit=1, time_zone=zone
        )

    world = published_campaign(prepare=prepare)
    start = datetime(*day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    passed = []
    for step in range(-4, int(hours * 2) + 4):
        at = start + timedelta(minutes=30 * step)
        with time_machine.travel(at, tick=False):
            if accepted(world):
                passed.append((at - start) / timedelta(hours=1))
    assert passed == [-2.0, 0.0, hours]


# --- The end ---


def test_finishing_tells_the_timeline_once() -> None:
    world = published_campaign(terms={"payout_amount": "4.00"})
    assert accepted(world)
    lead = Lead.objects.get()
    sold = Finished(lead.pk, LeadStatus.SOLD, price="40.00", payout="5.00", data={"orders": ["Acme"]})
    assert finish([sold]) == {lead.pk}
    assert finish([sold]) == frozenset()
    lead.refresh_from_db()
    assert (lead.status, lead.price, lead.payout) == (LeadStatus.SOLD, 40, 5)
    assert lead.finished_at is not None
    events = LeadEvent.objects.filter(lead=lead, kind=EventKind.SOLD)
    assert [event.data for event in events] == [{"price": "40.00", "orders": ["Acme"]}]


def test_held_leads_keep_what_they_reserved() -> None:
    world = published_campaign(
        prepare=lambda world: cap_add(
            world.campaign, by=None, basis=CapBasis.ACCEPTED, period=CapPeriod.TOTAL, limit=1
        )
    )
    assert accepted(world)
    lead = Lead.objects.get()
    assert hold([lead.pk]) == {lead.pk}
    assert hold([lead.pk]) == frozenset()
    assert post(world)["message"] == "Campaign cap"
    finish([Finished(lead.pk, LeadStatus.UNSOLD, reason="buyer_rejected")])
    assert CapCounter.objects.get().used == 0
    assert accepted(world)


@pytest.mark.parametrize("overrides", [{"zip": None}, {"test": True}])
def test_what_is_over_is_not_finished_again(overrides: dict) -> None:
    world = published_campaign()
    post(world, **overrides)
    lead = Lead.objects.get()
    assert finish([Finished(lead.pk, LeadStatus.SOLD), Finished(lead.pk, LeadStatus.UNSOLD)]) == frozenset()
    assert LeadEvent.objects.count() == 1
