"""F22 to F24: whatever comes at the same moment, one wins a value, and a cap lets exactly its number pass."""

from collections import Counter
from functools import partial

import pytest

from apps.campaigns.choices import CapBasis, CapPeriod, DuplicateCounts
from apps.campaigns.services import cap_add
from apps.deliveries.models import Delivery
from apps.intake.models import StoredReply
from apps.leads.choices import LeadStatus
from apps.leads.models import CapCounter, DuplicateClaim, Lead
from apps.leads.services import Finished, finish
from apps.sources.services import terms_cap_add
from tests.factories.worlds import World, lead_body, published_campaign
from tests.intake.posting import post, submit
from tests.intake.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 60


def messages(world: World, bodies: list[dict]) -> Counter:
    return Counter(answer["message"] for answer in at_once([partial(post, world, **body) for body in bodies]))


def test_of_sixty_equal_leads_one_is_accepted() -> None:
    world = published_campaign()
    twin = {"email": "twin@example.com", "phone": "5553334444"}
    found = messages(world, [twin] * MANY)
    assert found == {"Success Lead = Accepted": 1, "Duplicate email": MANY - 1}
    assert Delivery.objects.count() == 1
    assert Lead.objects.filter(status=LeadStatus.IN_FLIGHT).count() == 1
    assert Lead.objects.filter(status=LeadStatus.REJECTED).count() == MANY - 1
    winner = Lead.objects.get(status=LeadStatus.IN_FLIGHT)
    assert set(DuplicateClaim.objects.values_list("lead_id", flat=True)) == {winner.pk}


def test_values_claimed_in_either_order_never_lock_each_other() -> None:
    """Pairs that share an e-mail with one neighbour and a phone with the other: a ring of waits, if order varied."""
    world = published_campaign()
    bodies = [
        {"email": f"p{n // 2}@example.com", "phone": f"555777{1000 + (n + 1) // 2 % 30}"} for n in range(MANY)
    ]
    found = messages(world, bodies)
    assert set(found) <= {"Success Lead = Accepted", "Duplicate email", "Duplicate phone"}
    accepted = Lead.objects.filter(status=LeadStatus.IN_FLIGHT)
    assert accepted.count() == found["Success Lead = Accepted"]
    assert DuplicateClaim.objects.count() == 2 * accepted.count()


@pytest.mark.parametrize("subject", ["source", "campaign"])
def test_a_cap_of_ten_lets_ten_of_sixty_pass(subject: str) -> None:
    def prepare(world: World) -> None:
        settings = {"by": None, "basis": CapBasis.ACCEPTED, "period": CapPeriod.DAY, "limit": 10}
        terms_cap_add(world.terms, **settings) if subject == "source" else cap_add(world.campaign, **settings)

    world = published_campaign(prepare=prepare)
    found = messages(world, [{}] * MANY)
    refused = "Day cap" if subject == "source" else "Campaign cap"
    assert found == {"Success Lead = Accepted": 10, refused: MANY - 10}
    assert CapCounter.objects.get().used == 10
    assert Delivery.objects.count() == 10
    # A lead that lost at the cap holds no claim either.
    assert DuplicateClaim.objects.values("lead_id").distinct().count() == 10


def test_a_budget_in_cents_is_never_exceeded() -> None:
    def prepare(world: World) -> None:
        terms_cap_add(world.terms, by=None, basis=CapBasis.SPEND, period=CapPeriod.MONTH, limit="50.00")

    world = published_campaign(prepare=prepare, terms={"payout_amount": "12.49"})
    found = messages(world, [{}] * 30)
    assert found == {"Success Lead = Accepted": 4, "Month cap": 26}
    assert CapCounter.objects.get().used == 4 * 1249


def test_room_given_back_is_taken_again_exactly_once() -> None:
    def prepare(world: World) -> None:
        cap_add(world.campaign, by=None, basis=CapBasis.ACCEPTED, period=CapPeriod.TOTAL, limit=5)

    world = published_campaign(prepare=prepare)
    assert messages(world, [{}] * 20)["Success Lead = Accepted"] == 5
    lead = Lead.objects.filter(status=LeadStatus.IN_FLIGHT).first()
    unsold = [Finished(lead.pk, LeadStatus.UNSOLD, reason="no_eligible_buyer", message="No eligible buyer")]
    ended = at_once([partial(finish, unsold)] * 8)
    assert sorted(map(len, ended)) == [0] * 7 + [1]
    assert CapCounter.objects.get().used == 4
    assert messages(world, [{}] * 20)["Success Lead = Accepted"] == 1
    assert CapCounter.objects.get().used == 5


def test_sold_claims_are_free_again_when_the_lead_ends_unsold() -> None:
    def prepare(world: World) -> None:
        world.campaign.duplicate_rules.update(counts=DuplicateCounts.SOLD)

    world = published_campaign(prepare=prepare)
    twin = {"email": "twin@example.com", "phone": "5553334444"}
    assert messages(world, [twin] * 10)["Success Lead = Accepted"] == 1
    lead = Lead.objects.get(status=LeadStatus.IN_FLIGHT)
    finish([Finished(lead.pk, LeadStatus.UNSOLD, reason="buyer_rejected")])
    assert not DuplicateClaim.objects.exists()
    assert messages(world, [twin] * 10)["Success Lead = Accepted"] == 1


def test_one_key_twenty_times_at_once_is_one_lead_and_one_answer() -> None:
    world = published_campaign()
    body = lead_body(world)
    answers = at_once([partial(submit, body, **{"Idempotency-Key": "k-1"})] * 20)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer.headers for answer in answers) == 19
    assert Lead.objects.count() == Delivery.objects.count() == StoredReply.objects.count() == 1
    assert bytes(StoredReply.objects.get().body) == answers[0].content
