"""The auto insurance campaign: the source waits for the buyer's answer; highest price first."""

from decimal import Decimal
from typing import Any

from apps.buyers.models import Buyer, Endpoint
from apps.buyers.services import buyer_cap_add, order_cap_add, order_create, order_windows_set
from apps.campaigns import services as campaigns
from apps.campaigns.choices import AnswerMode, ConsentRequirement, RoutingMethod, RuleKind
from apps.campaigns.models import Campaign
from apps.companies.models import Company
from apps.demo.cast import AUTO, TIME_ZONE
from apps.demo.hours import order_days

NOT_SOLD = ("AK", "HI", "MA", "NY")

_SETTINGS: dict[str, Any] = {
    "description": "Drivers who compare auto insurance. The answer tells at once whether the lead was sold.",
    "time_zone": TIME_ZONE,
    "answer_mode": AnswerMode.BUYER,
    "answer_budget_ms": 8000,
    "states_mode": "exclude",
    "states": list(NOT_SOLD),
    "consent": ConsentRequirement.EITHER,
    "verify_email": "offline",
    "verify_ip": True,
}
_TEST = {"kind": "test"}
_ADULT = {**_TEST, "field": "date_of_birth", "operator": "older_than", "value": "18 years"}
_GOOD = {**_TEST, "field": "credit", "operator": "in", "value": ["excellent", "good"]}
_NEWER = {**_TEST, "field": "vehicle_year", "operator": "gte", "value": "2005"}


def build(company: Company, *, by: Any) -> Campaign:
    """The draft with its fields and requirements."""
    campaign = campaigns.campaign_create(company, name=AUTO, by=by, **_SETTINGS)
    _fields(campaign, by)
    campaigns.rule_add(campaign, kind=RuleKind.CONDITION, name="Adult driver", expression=_ADULT, by=by)
    campaigns.rule_add(
        campaign, kind=RuleKind.FILTER, name="Test names", is_public=False, by=by,
        expression={**_TEST, "field": "first_name", "operator": "in", "value": ["test", "asdf", "mickey"]},
    )  # fmt: skip
    return campaign


def _fields(campaign: Campaign, by: Any) -> None:
    campaigns.library_fields_add(campaign, names=["date_of_birth"], by=by)
    campaigns.field_change(campaign.fields.get(name="date_of_birth"), required=True, by=by)
    campaigns.field_change(campaign.fields.get(name="ip_address"), required=True, by=by)
    campaigns.field_add(
        campaign, name="vehicle_year", type="integer", label="Vehicle year", minimum=1950, maximum=2030,
        example="2019", required=True, required_on_ping=True, by=by,
    )  # fmt: skip
    campaigns.field_add(
        campaign, name="vehicle_make", type="text", label="Vehicle make", example="Toyota", required=True,
        required_on_ping=True, max_length=40, by=by,
    )  # fmt: skip
    campaigns.field_add(
        campaign,
        name="vehicle_model",
        type="text",
        label="Vehicle model",
        example="Camry",
        max_length=40,
        by=by,
    )
    campaigns.field_add(
        campaign,
        name="insured",
        type="boolean",
        label="Insured now",
        example="yes",
        required_on_ping=True,
        by=by,
    )
    tiers = [
        {"value": "excellent", "synonyms": "a"},
        {"value": "good", "synonyms": "b"},
        {"value": "fair", "synonyms": "c"},
        {"value": "poor", "synonyms": "d"},
    ]
    campaigns.field_add(
        campaign, name="credit", type="choice", label="Credit", choices=tiers, example="good", by=by
    )


def orders(campaign: Campaign, buyers: dict[str, Buyer], endpoints: dict[str, Endpoint], *, by: Any) -> None:
    """Four orders, the highest price first."""
    group = campaign.groups.get()
    group.name, group.method = "Carriers and agents", RoutingMethod.HIGHEST_PRICE
    group.save()
    pinnacle = order_create(
        campaign, buyers["pinnacle"], name="Pinnacle preferred", price=Decimal("26.00"), criteria=_GOOD,
        endpoint=endpoints["pinnacle"], states_mode="include", states=["CA", "TX", "IL"], by=by,
    )  # fmt: skip
    order_windows_set(pinnacle, windows=order_days(8, 20), by=by)
    liberty = order_create(
        campaign, buyers["liberty-ridge"], name="Liberty newer cars", price=Decimal("21.00"), criteria=_NEWER,
        endpoint=endpoints["liberty"], by=by,
    )  # fmt: skip
    order_cap_add(liberty, limit=500, period="day", by=by)
    buyer_cap_add(buyers["liberty-ridge"], limit=12_000, period="month", by=by)
    order_create(
        campaign, buyers["carcover"], name="CarCover all drivers", price=Decimal("15.00"),
        endpoint=endpoints["carcover"], states_mode="exclude", states=["MI", "NJ"], by=by,
    )  # fmt: skip
    anchor = order_create(
        campaign, buyers["anchor"], name="Anchor four states", price=Decimal("18.00"),
        endpoint=endpoints["anchor"], states_mode="include", states=["OH", "PA", "GA", "NC"], by=by,
    )  # fmt: skip
    order_cap_add(anchor, limit=300, period="day", by=by)
