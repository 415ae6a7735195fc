"""I5: test leads are checked for structure, told what would stop a live lead, and touch nothing."""

from typing import Any

import pytest

from apps.campaigns.choices import CapBasis, CapPeriod
from apps.campaigns.services import cap_add
from apps.deliveries.models import Delivery
from apps.leads.choices import LeadStatus
from apps.leads.models import CapCounter, DuplicateClaim, Lead
from apps.leads.selectors import conservation
from apps.sources.choices import BlockKind
from apps.sources.services import block_add
from tests.factories.worlds import World, published_campaign
from tests.intake.posting import post

pytestmark = pytest.mark.django_db
ACCEPTED = "Test lead accepted. Update test=false once approved."


def nothing_counted() -> bool:
    return not (Delivery.objects.exists() or DuplicateClaim.objects.exists() or CapCounter.objects.exists())


@pytest.mark.parametrize("flag", [True, "true", 1, "1", "yes", "Y", "ON"])
def test_a_test_lead_is_accepted_and_stops_here(flag: Any) -> None:
    world = published_campaign(terms={"payout_amount": "9.00"})
    answer = post(world, test=flag)
    assert (answer["leadStatus"], answer["reason"], answer["message"]) == (True, ACCEPTED, "")
    assert (answer["price"], answer["testLead"], answer["errors"]) == (0.0, True, [])
    lead = Lead.objects.get()
    assert (lead.status, lead.is_test, lead.payout) == (LeadStatus.TEST, True, 0)
    assert nothing_counted()
    assert conservation(Lead.objects.all())["received"] == 0


@pytest.mark.parametrize("flag", [None, "", False, "false", 0, "0", "no", "N", "off"])
def test_these_flags_mean_live(flag: Any) -> None:
    world = published_campaign()
    assert "testLead" not in post(world, test=flag)
    assert Lead.objects.get().status == LeadStatus.IN_FLIGHT


def test_a_flag_that_means_nothing_is_never_silently_live() -> None:
    world = published_campaign()
    assert post(world, test="perhaps")["message"] == "Test format"
    assert Lead.objects.get().status == LeadStatus.REJECTED
    assert nothing_counted()


def test_all_problems_of_structure_are_errors() -> None:
    answer = post(published_campaign(), test=True, zip=None, email="nobody", phone="1", trusted_form_url="x")
    assert answer["leadStatus"] is False
    assert answer["testLead"] is True
    assert answer["message"] == "Missing zip"
    assert {item["message"] for item in answer["errors"]} == {
        "Missing zip", "Email format", "Phone format", "TrustedForm format",
    }  # fmt: skip
    assert all(set(item) == {"code", "field", "message"} for item in answer["errors"])
    assert Lead.objects.get().status == LeadStatus.TEST


def test_what_would_stop_a_live_lead_is_a_warning() -> None:
    def prepare(world: World) -> None:
        world.campaign.states_mode, world.campaign.states = "include", ["NY"]
        world.campaign.save()
        cap_add(world.campaign, by=None, basis=CapBasis.ACCEPTED, period=CapPeriod.DAY, limit=1)
        block_add(world.company, kind=BlockKind.SUBID, value="bad", by=world.user)

    world = published_campaign(prepare=prepare)
    live = {"state": "NY", "zip": "10001", "email": "twin@example.com"}
    assert post(world, **live)["leadStatus"] is True
    world.campaign.is_active = False
    world.campaign.save()
    answer = post(
        world, test=True, email="twin@example.com", sub_id="bad", Phone="5550001111", phone=None, extra=1
    )
    assert answer["leadStatus"] is True
    assert answer["reason"] == ACCEPTED
    told = [item["message"] for item in answer["warnings"]]
    assert told == [
        "Field Phone is spelled phone", "Unknown field extra", "Campaign inactive", "SubID blocked",
        "State targeting", "Duplicate email", "Campaign cap",
    ]  # fmt: skip
    assert Delivery.objects.count() == 1
    assert CapCounter.objects.get().used == 1


def test_who_is_not_approved_is_warned() -> None:
    answer = post(published_campaign(approved=False), test=True)
    assert answer["leadStatus"] is True
    assert "Invalid source" in [item["message"] for item in answer["warnings"]]


def test_a_test_lead_claims_nothing() -> None:
    world = published_campaign()
    twin = {"email": "twin@example.com"}
    assert post(world, test=True, **twin)["leadStatus"] is True
    assert post(world, **twin)["leadStatus"] is True


def test_paused_terms_refuse_test_leads_too() -> None:
    world = published_campaign()
    world.terms.is_active = False
    world.terms.save()
    answer = post(world, test=True)
    assert (answer["leadStatus"], answer["message"], answer["testLead"]) == (False, "Invalid source", True)
