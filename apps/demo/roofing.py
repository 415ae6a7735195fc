"""The roofing campaign: answered on acceptance, with zips, rules and a weighted group before a last resort."""

from decimal import Decimal
from typing import Any

from apps.buyers.models import Buyer, Endpoint
from apps.buyers.services import order_cap_add, order_create, order_windows_set, price_bands_set
from apps.campaigns import services as campaigns
from apps.campaigns.choices import RoutingMethod, RuleKind
from apps.campaigns.models import Campaign, RoutingGroup, ValueList
from apps.companies.models import Company
from apps.demo.cast import ROOFING, TIME_ZONE
from apps.demo.hours import all_week, order_days
from apps.demo.territory import zips_of

STATES = ("AZ", "CA", "CO", "FL", "GA", "NC", "NM", "NV", "OH", "OK", "SC", "TN", "TX", "UT")
COLORADO, SUNBELT_STATES = ["CO", "UT", "NM"], ["AZ", "FL", "GA", "NV", "TX"]

_SETTINGS: dict[str, Any] = {
    "description": "Homeowners who asked for a quote on a new roof or a roof repair in the last minutes.",
    "time_zone": TIME_ZONE,
    "states_mode": "include",
    "states": list(STATES),
    "verify_email": "offline",
    "verify_address": True,
    "idempotency_field": "unique_identifier",
    "max_buyers": 1,
}
_TEST = {"kind": "test"}
_HOMEOWNER = {**_TEST, "field": "homeowner", "operator": "is", "value": "yes"}
_MOBILE = {**_TEST, "field": "property_type", "operator": "is", "value": "mobile"}
_STORM = {**_TEST, "field": "roof_material", "operator": "in", "value": ["tile", "metal"]}
_PITCHED = {**_TEST, "field": "roof_material", "operator": "is_not", "value": "flat"}
_SOON = {**_TEST, "field": "timeframe", "operator": "in", "value": ["asap", "month"]}


def build(company: Company, *, by: Any) -> Campaign:
    """The draft with its fields and requirements; terms and orders come after."""
    campaign = campaigns.campaign_create(company, name=ROOFING, by=by, **_SETTINGS)
    _fields(campaign, by)
    campaign = campaigns.campaign_change(
        campaign, zips_mode="include", zip_list=_territory(company, by), by=by
    )
    campaigns.rule_add(campaign, kind=RuleKind.CONDITION, name="Homeowner", expression=_HOMEOWNER, by=by)
    campaigns.rule_add(campaign, kind=RuleKind.FILTER, name="Mobile homes", expression=_MOBILE, by=by)
    campaigns.cap_add(campaign, limit=20_000, period="day", by=by)
    campaigns.windows_set(campaign, windows=all_week(), by=by)
    return campaign


def _fields(campaign: Campaign, by: Any) -> None:
    campaigns.library_fields_add(campaign, names=["homeowner", "comments"], by=by)
    homeowner = campaign.fields.get(name="homeowner")
    campaigns.field_change(homeowner, required=True, required_on_ping=True, by=by)
    kinds = [
        {"value": "single_family", "label": "Single family", "synonyms": "house, single family, sfh"},
        {"value": "townhouse", "label": "Townhouse", "synonyms": "town home"},
        {"value": "multi_family", "label": "Multi family", "synonyms": "duplex"},
        {"value": "mobile", "label": "Mobile home", "synonyms": "mobile home, trailer, manufactured"},
    ]
    campaigns.field_add(
        campaign, name="property_type", type="choice", label="Property type", choices=kinds,
        example="single_family", required=True, by=by,
    )  # fmt: skip
    campaigns.field_add(
        campaign, name="roof_material", type="choice", label="Roof material", example="asphalt",
        choices=["asphalt", "tile", "metal", "wood", "flat"], by=by,
    )  # fmt: skip
    times = [
        {"value": "asap", "label": "As soon as possible", "synonyms": "now, immediately"},
        {"value": "month", "label": "Within a month"},
        {"value": "quarter", "label": "Within three months"},
        {"value": "later", "label": "Later"},
    ]
    campaigns.field_add(
        campaign, name="timeframe", type="choice", label="When", choices=times, example="asap", by=by
    )


def _territory(company: Company, by: Any) -> ValueList:
    text = "\n".join(zips_of(STATES))
    return campaigns.list_store(company, name="Roofing territory", text=text, by=by)


def orders(campaign: Campaign, buyers: dict[str, Buyer], endpoints: dict[str, Endpoint], *, by: Any) -> None:
    """Orders in two groups: local roofers share by weight, a national one takes what is left."""
    first = campaign.groups.get()
    first.name, first.method = "Local roofers", RoutingMethod.WEIGHTED
    first.save()
    last = RoutingGroup.objects.create(campaign=campaign, name="Nationwide", position=1)
    denver = order_create(
        campaign, buyers["denver"], name="Denver and around", price=Decimal("42.00"), group=first,
        endpoint=endpoints["denver"], weight=3, states_mode="include", states=COLORADO,
        time_zone="America/Denver", by=by,
    )  # fmt: skip
    order_windows_set(denver, windows=order_days(6, 22), by=by)
    order_cap_add(denver, limit=400, period="day", by=by)
    sunbelt = order_create(
        campaign, buyers["sunbelt"], name="Sunbelt re-roofs", price=Decimal("38.00"), group=first,
        endpoint=endpoints["sunbelt"], weight=2, states_mode="include", states=SUNBELT_STATES, criteria=_SOON, by=by,
    )  # fmt: skip
    order_cap_add(sunbelt, limit="25000.00", period="month", basis="spend", by=by)
    order_create(
        campaign, buyers["summit"], name="Storm states premium", price=Decimal("55.00"), group=first,
        endpoint=endpoints["summit-storm"], weight=1, states_mode="include", states=["FL", "OK"], criteria=_STORM,
        by=by,
    )  # fmt: skip
    order_create(
        campaign, buyers["heartland"], name="Heartland and Carolinas", price=Decimal("34.00"), group=first,
        endpoint=endpoints["heartland"], weight=2, states_mode="include", states=["OH", "TN", "NC", "SC"], by=by,
    )  # fmt: skip
    order_create(
        campaign, buyers["pacific"], name="Pacific coast", price=Decimal("40.00"), group=first,
        endpoint=endpoints["pacific"], weight=2, states_mode="include", states=["CA", "NV"], by=by,
    )  # fmt: skip
    order_create(
        campaign, buyers["lone-star"], name="Texas and Oklahoma", price=Decimal("41.00"), group=first,
        endpoint=endpoints["lone-star"], weight=3, states_mode="include", states=["TX", "OK"], by=by,
    )  # fmt: skip
    miller = order_create(
        campaign, buyers["miller"], name="Georgia and Florida by mail", price=Decimal("30.00"), group=first,
        endpoint=endpoints["miller"], weight=1, states_mode="include", states=["GA", "FL"], by=by,
    )  # fmt: skip
    order_cap_add(miller, limit=100, period="day", by=by)
    summit = order_create(
        campaign, buyers["summit"], name="Summit nationwide", price=Decimal("36.00"), group=last,
        endpoint=endpoints["summit"], criteria=_PITCHED, by=by,
    )  # fmt: skip
    price_bands_set(summit, bands=[{"expression": _SOON, "price": Decimal("48.00")}], by=by)
