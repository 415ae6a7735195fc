"""`POST /precheck` with hashes: the same answers as plain values, from seconds after a lead on."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from apps.campaigns.models import Campaign, DuplicateRule
from apps.core.clock import now
from apps.core.ids import first_id_at
from apps.leads.models import DuplicateClaim, HashedUpTo, Lead
from apps.leads.services import hashes_due, hashing
from apps.sources.choices import BlockKind
from apps.sources.models import HashedValue
from apps.sources.services import block_add, block_remove, hashes_forget
from tests.factories.worlds import World, published_campaign
from tests.intake.exchanging import call
from tests.intake.test_precheck import asked, stands

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "twin@example.com", "5553334444"
SPELLINGS = (PHONE, f"1{PHONE}", f"+1{PHONE}")
Hash = Callable[..., Any]
ALGORITHMS: tuple[Hash, ...] = (hashlib.md5, hashlib.sha1, hashlib.sha256)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lead that was just recorded is visible."""
    monkeypatch.setattr(hashing, "SETTLED", timedelta(0))


def exchange(**more: Any) -> World:
    return published_campaign(campaign={"traffic": "exchange"}, **more)


def hexed(text: str, algorithm: Hash = hashlib.sha256) -> str:
    return algorithm(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_spelling_under_every_algorithm(algorithm: Hash) -> None:
    world = exchange()
    hashes_due()
    spelled = [{"email": hexed(EMAIL, algorithm)}, *({"phone": hexed(text, algorithm)} for text in SPELLINGS)]
    assert [stands(world, **one) for one in spelled] == ["open"] * 4
    call("direct_post", world, email="Twin@Example.com", phone=PHONE)
    assert hashes_due() == 1
    assert [stands(world, **one) for one in spelled] == ["duplicate"] * 4
    assert stands(world, email=hexed(EMAIL, algorithm).upper()) == "duplicate"
    assert stands(world, phone=hexed(EMAIL, algorithm)) == "open"
    assert stands(world, email="new@example.com", phone=hexed(PHONE, algorithm)) == "duplicate"
    assert stands(world, email=hexed("new@example.com", algorithm)) == "open"
    assert hashes_due() == 0


def test_the_rules_decide_as_for_plain_values() -> None:
    def prepare(world: World) -> None:
        DuplicateRule.objects.filter(campaign=world.campaign).update(fields=["email"], window_hours=24)

    world = exchange(prepare=prepare)
    call("direct_post", world, email=EMAIL, phone=PHONE)
    hashes_due()
    assert (stands(world, email=hexed(EMAIL)), stands(world, phone=hexed(PHONE))) == ("duplicate", "open")
    DuplicateClaim.objects.update(claimed_at=now() - timedelta(days=1, seconds=1))
    assert stands(world, email=hexed(EMAIL)) == "open"


def test_rules_of_several_fields_together_say_nothing_of_hashes() -> None:
    world = exchange(prepare=lambda world: world.campaign.duplicate_rules.update(match="all"))
    call("direct_post", world, email=EMAIL, phone=PHONE)
    hashes_due()
    assert stands(world, email=EMAIL, phone=PHONE) == "duplicate"
    assert stands(world, email=hexed(EMAIL), phone=hexed(PHONE)) == "open"


def test_blocks_hold_at_once_and_for_the_company_only() -> None:
    world, other = exchange(), exchange()
    hashes_due()
    block = block_add(world.company, kind=BlockKind.PHONE, value=PHONE, by=world.user)
    assert [stands(world, phone=hexed(text)) for text in SPELLINGS] == ["suppressed"] * 3
    assert stands(world, email=hexed(EMAIL)) == "open"
    assert stands(other, phone=hexed(PHONE)) == "open"
    hashes_forget()
    assert stands(world, phone=hexed(PHONE)) == "suppressed"
    block_remove(block, by=world.user)
    assert stands(world, phone=hexed(PHONE)) == "open"
    hashes_forget()
    assert not HashedValue.objects.exists()


def test_what_no_rule_can_ask_for_is_forgotten() -> None:
    world = exchange(prepare=lambda world: world.campaign.duplicate_rules.update(window_hours=24))
    call("direct_post", world, email=EMAIL, phone=PHONE)
    hashes_due()
    assert HashedValue.objects.count() == 12
    assert hashes_forget() == 0
    Lead.objects.update(received_at=now() - timedelta(hours=25))
    HashedValue.objects.all().delete()
    HashedUpTo.objects.update(lead_id=0)
    hashes_due()
    assert hashes_forget() == 12


def test_a_rule_that_reaches_further_back_is_followed() -> None:
    world = exchange(prepare=lambda world: world.campaign.duplicate_rules.update(window_hours=1))
    hashes_due()
    call("direct_post", world, email=EMAIL, phone=PHONE)
    hashes_due()
    HashedValue.objects.all().delete()
    world.campaign.duplicate_rules.update(window_hours=48)
    assert hashes_due() == 1
    assert stands(world, email=hexed(EMAIL)) == "duplicate"


def test_behind_with_the_hashes_nothing_is_called_open() -> None:
    world = exchange()
    hashes_due()
    HashedUpTo.objects.update(lead_id=first_id_at(now() - timedelta(minutes=6)))
    response = asked(world, email=hexed(EMAIL))
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert response.json()["reason"] == "service_unavailable"
    assert stands(world, email=EMAIL) == "open"


def test_companies_without_ping_and_post_keep_no_hashes() -> None:
    world = published_campaign()
    call("direct_post", world, email=EMAIL, phone=PHONE)
    assert hashes_due() == 0
    assert not HashedValue.objects.exists()
    Campaign.objects.update(traffic="exchange")
    assert hashes_due() == 1
    assert stands(world, email=hexed(EMAIL)) == "duplicate"
    Campaign.objects.update(traffic="simple")
    hashes_due()
    body = asked(world, email=hexed(EMAIL)).json()
    assert (body["status"], body["errors"][0]["message"]) == ("rejected", "Email format")


def test_tests_and_erased_persons_leave_no_hashes() -> None:
    world = exchange()
    hashes_due()
    call("direct_post", world, email=EMAIL, phone=PHONE)
    call("direct_post", world, Test_Mode=1)
    Lead.objects.update(wrapped_key=None)
    assert hashes_due() == 0
    assert not HashedValue.objects.exists()
