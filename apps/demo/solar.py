"""The solar campaign: sources ping, installers bid, and the best sale wins, to one of them or to three together."""

from decimal import Decimal
from typing import Any

from apps.buyers.choices import PriceKind, ShareMode
from apps.buyers.models import Buyer, Endpoint
from apps.buyers.services import order_cap_add, order_create, order_windows_set, price_bands_set
from apps.campaigns import services as campaigns
from apps.campaigns.choices import ConsentRequirement, ExpectedValue, RoutingMethod, RuleKind, Traffic
from apps.campaigns.models import Campaign, RoutingGroup
from apps.companies.models import Company
from apps.demo.cast import SOLAR, TIME_ZONE
from apps.demo.hours import order_days

STATES = ("AZ", "CA", "CO", "FL", "NJ", "NM", "NV", "TX", "UT")

_SETTINGS: dict[str, Any] = {
    "description": "Homeowners who want to know what solar power would save them. Ping with what you may tell, "
    "post what was bid on.",
    "time_zone": TIME_ZONE,
    "auction_ms": 600,
    "ping_valid_s": 180,
    "answer_budget_ms": 6000,
    "max_buyers": 3,
    "minimum_bid": Decimal("8.00"),
    "margin_kind": "percent",
    "margin_amount": Decimal("12.00"),
    "margin_bands": [{"above": "45.00", "kind": "fixed", "amount": "7.50"}],
    "expected_value": ExpectedValue.SHADOW,
    "states_mode": "include",
    "states": list(STATES),
    "consent": ConsentRequirement.EITHER,
    "verify_email": "offline",
}
_TEST = {"kind": "test"}
_HOMEOWNER = {**_TEST, "field": "homeowner", "operator": "is", "value": "yes"}
_SMALL_BILL = {**_TEST, "field": "electric_bill", "operator": "lt", "value": "80"}
_LARGE_BILL = {**_TEST, "field": "electric_bill", "operator": "gte", "value": "200"}
_SUNNY = {**_TEST, "field": "roof_shade", "operator": "is_not", "value": "a lot"}


def build(company: Company, *, by: Any) -> Campaign:
    """The draft with its fields and requirements."""
    # With the fields of a simple post: its sources send from forms that have them.
    campaign = campaigns.campaign_create(company, name=SOLAR, by=by, **_SETTINGS)
    campaigns.campaign_change(campaign, traffic=Traffic.EXCHANGE, by=by)
    campaigns.library_fields_add(campaign, names=["homeowner"], by=by)
    campaigns.field_change(campaign.fields.get(name="homeowner"), required=True, required_on_ping=True, by=by)
    campaigns.field_add(
        campaign, name="electric_bill", type="integer", label="Electric bill a month, in dollars", minimum=0,
        maximum=5000, example="180", required=True, required_on_ping=True, by=by,
    )  # fmt: skip
    shades = [{"value": "none"}, {"value": "some"}, {"value": "a lot", "synonyms": "full, heavy"}]
    campaigns.field_add(
        campaign, name="roof_shade", type="choice", label="Shade on the roof", choices=shades, example="none", by=by
    )  # fmt: skip
    grades = [{"value": "excellent"}, {"value": "good"}, {"value": "fair"}, {"value": "poor"}]
    campaigns.field_add(
        campaign, name="credit", type="choice", label="Credit", choices=grades, example="good", by=by
    )
    campaigns.rule_add(campaign, kind=RuleKind.CONDITION, name="Homeowner", expression=_HOMEOWNER, by=by)
    campaigns.rule_add(campaign, kind=RuleKind.FILTER, name="Small bills", expression=_SMALL_BILL, by=by)
    return campaign


def orders(campaign: Campaign, buyers: dict[str, Buyer], endpoints: dict[str, Endpoint], *, by: Any) -> None:
    """Installers who bid beside one with fixed prices, and a desk that takes what nobody else wants."""
    first = campaign.groups.get()
    first.name, first.method, first.max_buyers = "Installers", RoutingMethod.HIGHEST_PRICE, 3
    first.save()
    last = RoutingGroup.objects.create(campaign=campaign, name="Leftovers", position=1)

    def bidding(key: str, name: str, **attributes: Any) -> Any:
        return order_create(
            campaign, buyers[key], name=name, price=Decimal(0), price_kind=PriceKind.BID, group=first,
            endpoint=endpoints[key], by=by, **attributes,
        )  # fmt: skip

    sunpath = bidding("sunpath", "SunPath by state", criteria=_SUNNY)
    order_cap_add(sunpath, limit=600, period="day", by=by)
    bidding("helios", "Helios alone or shared", share=ShareMode.EITHER, minimum_bid=Decimal("10.00"))
    bidding("brightwatt", "Brightwatt (XML)", duplicate_days=30)
    bidding("verde", "Verde when it likes", margin_kind="percent", margin_amount=Decimal("15.00"))
    bidding("mesa", "Mesa shared", share=ShareMode.SHARED)
    bidding("gridten", "Grid Ten, dear and slow")
    northlight = bidding("northlight", "Northlight, sometimes late")
    order_windows_set(northlight, windows=order_days(6, 23), by=by)
    bidding("solera", "Solera desert", states_mode="include", states=["NV", "NM", "AZ"])
    bidding("apex", "Apex, pays less than it bids")
    sierra = order_create(
        campaign, buyers["sierra"], name="Sierra at fixed prices", price=Decimal("24.00"), group=first,
        endpoint=endpoints["sierra"], share=ShareMode.EITHER, shared_price=Decimal("12.50"), by=by,
    )  # fmt: skip
    price_bands_set(sierra, bands=[{"expression": _LARGE_BILL, "price": Decimal("32.00")}], by=by)
    order_create(
        campaign, buyers["sunrise"], name="Sunrise takes the rest", price=Decimal("9.50"), group=last,
        endpoint=endpoints["sunrise"], by=by,
    )  # fmt: skip
