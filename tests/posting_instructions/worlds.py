"""Campaigns of different kinds, published: what the instructions pages are tried on."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from apps.buyers.services import mappings_set
from apps.campaigns.models import CampaignWindow, Holiday
from apps.campaigns.services import (
    cap_add,
    field_add,
    library_fields_add,
    list_store,
    rule_add,
    windows_set,
)
from apps.sources.services import terms_cap_add
from tests.factories import World, published_campaign

OWNERS = {"kind": "test", "field": "homeowner", "operator": "is", "value": "true"}
BAD_SUBS = {"kind": "test", "field": "sub_id", "operator": "starts_with", "value": "bad"}
ROOFS = ("asphalt", "metal", "tile", "slate", "flat", "wood", "tpo", "epdm", "other", "unknown")


def change(world: World, **settings: Any) -> None:
    """Settings of the draft."""
    for name, value in settings.items():
        setattr(world.campaign, name, value)
    world.campaign.save()


def furnish(world: World) -> None:
    """Every requirement there is."""
    zips = "\n".join(f"{number:05d}" for number in range(90200, 90400))
    area = list_store(world.company, name="Area", text=f"{zips}\n852*", by=world.user)
    change(
        world,
        states_mode="include", states=["CA", "AZ", "NV"], zips_mode="include", zip_list=area, consent="either",
        verify_email="offline", verify_address=True, verify_ip=True, starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
    )  # fmt: skip
    office = [
        CampaignWindow(campaign=world.campaign, weekday=day, opens=time(9), closes=time(17))
        for day in range(5)
    ]
    windows_set(world.campaign, windows=office, by=world.user)
    Holiday.objects.create(campaign=world.campaign, day=date(2026, 12, 25))
    library_fields_add(world.campaign, names=["homeowner", "trusted_form_url"], by=world.user)
    world.campaign.fields.filter(name="homeowner").update(required=True)
    field_add(world.campaign, name="roof_type", label="Roof", type="choice", choices=ROOFS, by=world.user)
    field_add(
        world.campaign, name="score", label="Score", type="integer", minimum=300, maximum=850, by=world.user
    )
    rule_add(world.campaign, kind="condition", name="Owners", expression=OWNERS, by=world.user)
    rule_add(
        world.campaign,
        kind="filter",
        name="Quality screen",
        expression=BAD_SUBS,
        is_public=False,
        by=world.user,
    )
    cap_add(world.campaign, limit=500, period="month", by=world.user)
    terms_cap_add(world.terms, limit=37, period="day", by=world.user)


def excluding(world: World) -> None:
    """Lists that refuse, strict formats, two certificates, dates the other way round, an id of the source's own."""
    area = list_store(world.company, name="Not there", text="90210\n331*", by=world.user)
    change(
        world,
        states_mode="exclude", states=["NY", "CA"], zips_mode="exclude", zip_list=area, consent="both",
        consent_strict=True, strict_phone=True, pad_zip=True, date_order="dmy",
        idempotency_field="unique_identifier",
    )  # fmt: skip
    world.campaign.fields.filter(type="phone").update(example="3105550102")
    field_add(world.campaign, name="born", label="Born", type="birth_date", required=True, by=world.user)
    field_add(
        world.campaign,
        name="wants",
        type="multiple_choice",
        choices=("roof", "solar"),
        required=True,
        by=world.user,
    )
    older = {"kind": "test", "field": "born", "operator": "older_than", "value": "30"}
    rule_add(world.campaign, kind="condition", name="Grown up", expression=older, by=world.user)


def pinging(world: World) -> None:
    """Every requirement, told to sources that ping and post; a value other than pinged is kept."""
    furnish(world)
    change(world, traffic="exchange", answer_budget_ms=6000, verify_email="off")
    world.campaign.fields.filter(name="homeowner").update(required_on_ping=True)


def pinging_strictly(world: World) -> None:
    """The same with lists that refuse, an id of the source's own, and no value but the pinged one."""
    excluding(world)
    change(world, traffic="exchange", on_mismatch="reject", ping_valid_s=90)


def pinging_barely(world: World) -> None:
    """A name, and nothing on the ping."""
    nothing(world)
    change(world, traffic="exchange")


def nothing(world: World) -> None:
    """A campaign that asks for a name only."""
    world.campaign.fields.exclude(name="first_name").delete()
    world.campaign.duplicate_rules.all().delete()
    mappings_set(world.endpoint, rows=[{"target": "first_name", "source": "first_name"}], by=world.user)


EXCHANGES: dict[str, Callable[[World], None]] = {
    "pinging": pinging,
    "pinging strictly": pinging_strictly,
    "pinging barely": pinging_barely,
}
"""Campaigns whose sources ping and post."""

KINDS: dict[str, Callable[[World], None]] = {
    "full": furnish,
    "excluding": excluding,
    "usual": lambda world: None,
    "bare": nothing,
}


def made(kind: str = "full", *, approved: bool = False, **terms: Any) -> World:
    """A published world of a kind; its source in testing unless `approved`."""
    return published_campaign(
        approved=approved,
        prepare=(KINDS | EXCHANGES)[kind],
        company={"contact_email": "partners@acme.example", "time_zone": "America/Los_Angeles"},
        campaign={"time_zone": "America/Los_Angeles", "name": f"Roofing {kind}"},
        terms={"payout_amount": Decimal("31.50"), **terms},
    )
