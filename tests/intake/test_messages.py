"""Every message of the contract, produced by configuration and posted like a source posts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.buyers.models import LeadOrder
from apps.campaigns.choices import CapBasis, CapPeriod, RuleKind
from apps.campaigns.models import CampaignWindow
from apps.campaigns.services import cap_add, field_add, list_store, rule_add, windows_set
from apps.deliveries.models import Delivery
from apps.leads.choices import LeadStatus
from apps.leads.models import CapCounter, DuplicateClaim, Lead, LeadEvent
from apps.sources.choices import BlockKind
from apps.sources.services import block_add, terms_cap_add
from tests.factories.worlds import World, published_campaign
from tests.intake.posting import post

pytestmark = pytest.mark.django_db


def campaign(**settings: Any) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        for name, value in settings.items():
            setattr(world.campaign, name, value)
        world.campaign.save()

    return prepare


def required(*names: str) -> Callable[[World], None]:
    return lambda world: world.campaign.fields.filter(name__in=names).update(required=True)


def field(name: str, kind: str, label: str) -> Callable[[World], None]:
    return lambda world: field_add(
        world.campaign, name=name, type=kind, label=label, by=None, choices=("a", "b")
    )


def rule(kind: RuleKind, name: str, operator: str, value: Any) -> Callable[[World], None]:
    expression = {"kind": "test", "field": "city", "operator": operator, "value": value}
    return lambda world: rule_add(world.campaign, kind=kind, name=name, expression=expression, by=None)


def block(kind: BlockKind, value: str) -> Callable[[World], None]:
    return lambda world: block_add(world.company, kind=kind, value=value, by=world.user)


def zips(mode: str, text: str) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        zip_list = list_store(world.company, name="Zips", text=text, by=None)
        campaign(zips_mode=mode, zip_list=zip_list)(world)

    return prepare


def source_cap(period: CapPeriod) -> Callable[[World], None]:
    return lambda world: terms_cap_add(world.terms, by=None, basis=CapBasis.ACCEPTED, period=period, limit=0)


def campaign_cap(world: World) -> None:
    cap_add(world.campaign, by=None, basis=CapBasis.ACCEPTED, period=CapPeriod.DAY, limit=0)


def closed_now(world: World) -> None:
    tomorrow = (datetime.now(UTC).weekday() + 2) % 7
    windows_set(
        world.campaign, windows=[CampaignWindow(weekday=tomorrow, opens="09:00", closes="09:01")], by=None
    )


TRUSTEDFORM = {"consent": "trustedform"}
CASES: dict[str, tuple[Callable[[World], Any] | None, dict[str, Any]]] = {
    "Missing zip": (None, {"zip": None}),
    "Missing first_name, email, zip": (None, {"first_name": " ", "email": "", "zip": None}),
    "Email format": (None, {"email": "jane.example.com"}),
    "Phone format": (None, {"phone": "12345"}),
    "Zip format": (None, {"zip": "9021"}),
    "URL format": (None, {"landing_page_url": "not a page"}),
    "State format": (None, {"state": "Nowhere"}),
    "IP address format": (None, {"ip_address": "300.1.1.1"}),
    "First name format": (None, {"first_name": "x" * 9000}),
    "Age format": (field("age", "integer", "Age"), {"age": "old"}),
    "Roof format": (field("roof", "choice", "Roof"), {"roof": "c"}),
    "Born format": (field("born", "birth_date", "Born"), {"born": "2999-01-01"}),
    "Test format": (None, {"test": "maybe"}),
    "Email verification": (campaign(verify_email="offline"), {"email": "jane@mailinator.com"}),
    "Address verification": (campaign(verify_address=True), {"state": "NY"}),
    "Phone blocked": (block(BlockKind.PHONE, "(555) 987-6543"), {"phone": "5559876543"}),
    "Email blocked": (block(BlockKind.EMAIL, "Bad@Example.com"), {"email": "bad@example.com"}),
    "IP blocked": (block(BlockKind.IP, "198.51.100.0/24"), {"ip_address": "198.51.100.7"}),
    "SubID blocked": (block(BlockKind.SUBID, "bot-*-x"), {"sub_id": "BOT-17-x"}),
    "AffID blocked": (block(BlockKind.AFFID, "aff-7"), {"pub_id": "aff-7"}),
    "Non-US IP": (campaign(verify_ip=True), {"ip_address": "81.2.69.142"}),
    "IP verification": (campaign(verify_ip=True), {"ip_address": "10.0.0.1"}),
    "State targeting": (campaign(states_mode="include", states=["NY"]), {}),
    "Zip targeting": (zips("exclude", "902*\n10001"), {}),
    "Condition: City is Rome": (rule(RuleKind.CONDITION, "City is Rome", "is", "Rome"), {"city": "Paris"}),
    "Filter: No Paris": (rule(RuleKind.FILTER, "No Paris", "is", "Paris"), {"city": "Paris"}),
    "Hour cap": (source_cap(CapPeriod.HOUR), {}),
    "Day cap": (source_cap(CapPeriod.DAY), {}),
    "Week cap": (source_cap(CapPeriod.WEEK), {}),
    "Month cap": (source_cap(CapPeriod.MONTH), {}),
    "Total cap": (source_cap(CapPeriod.TOTAL), {}),
    "Campaign cap": (campaign_cap, {}),
    "Campaign schedule": (closed_now, {}),
    "Campaign period": (campaign(ends_on=datetime.now(UTC).date() - timedelta(days=3)), {}),
    "Missing TrustedForm/Jornaya": (campaign(consent="either"), {}),
    "TrustedForm format": (None, {"trusted_form_url": "https://example.com/x"}),
    "Jornaya format": (None, {"jornaya_lead_id": "!"}),
    "Invalid auth": (None, {"auth": "wrong"}),
    "Invalid source": (None, {"sourceid": 3_999_999}),
}


@pytest.mark.parametrize("message", CASES)
def test_message(message: str) -> None:
    prepare, overrides = CASES[message]
    world = published_campaign(prepare=prepare)
    answer = post(world, **overrides)
    assert answer["leadStatus"] is False
    assert answer["reason"] == "Sluice Reject"
    assert answer["message"] == message
    assert answer["price"] == 0.0
    assert not Delivery.objects.exists()
    assert not DuplicateClaim.objects.exists()
    assert not CapCounter.objects.filter(used__gt=0).exists()
    if message.startswith("Invalid"):
        assert not Lead.objects.exists()
        return
    lead = Lead.objects.get()
    assert (lead.status, lead.message) == (LeadStatus.REJECTED, message)
    assert answer["lead_id"] == lead.public_id
    event = LeadEvent.objects.get(lead=lead)
    assert any(not line["passed"] for line in event.data["checks"])


@pytest.mark.parametrize(
    ("again", "message"),
    [
        ({"phone": "5550001111"}, "Duplicate email"),
        ({"email": "someone.else@example.com"}, "Duplicate phone"),
    ],
)
def test_duplicates(again: dict[str, str], message: str) -> None:
    world = published_campaign()
    first = {"email": "twin@example.com", "phone": "5553334444"}
    assert post(world, **first)["leadStatus"] is True
    answer = post(world, **first | again)
    assert answer["message"] == message
    assert Lead.objects.filter(status=LeadStatus.REJECTED).count() == 1
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("switch_off", "message"),
    [
        (lambda world: world.campaign, "Campaign inactive"),
        (lambda world: world.company, "Campaign inactive"),
        (lambda world: world.source, "Invalid source"),
        (lambda world: world.terms, "Invalid source"),
    ],
)
def test_switches_act_without_publishing(switch_off: Callable[[World], Any], message: str) -> None:
    world = published_campaign()
    row = switch_off(world)
    row.is_active = False
    row.save()
    assert post(world)["message"] == message
    assert not Delivery.objects.exists()


def test_what_is_not_approved_may_test_only() -> None:
    world = published_campaign(approved=False)
    assert post(world)["message"] == "Invalid source"
    assert post(world, test=True)["testLead"] is True
    assert not Delivery.objects.exists()


def test_invalid_auth_is_judged_before_approval() -> None:
    world = published_campaign(approved=False)
    assert post(world, auth="wrong")["message"] == "Invalid auth"


def test_the_price_is_the_fixed_payout() -> None:
    world = published_campaign(terms={"payout_amount": "12.50"})
    answer = post(world)
    assert (answer["leadStatus"], answer["reason"], answer["message"]) == (
        True,
        "",
        "Success Lead = Accepted",
    )
    assert answer["price"] == 12.5


def test_never_published_campaign_and_unpublished_terms_keep_the_lead() -> None:
    world = published_campaign()
    LeadOrder.objects.all().delete()
    world.campaign.publication.delete()
    assert post(world)["message"] == "Campaign inactive"
    assert Lead.objects.get().version_id is None
