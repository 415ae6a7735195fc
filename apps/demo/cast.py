"""Who takes part in the demo: the company, its people, its sources and its buyers. All invented."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.companies.choices import Role

COMPANY = "Acme Home Services"
TIME_ZONE = "America/New_York"
ROOFING, AUTO, SOLAR = "Roofing leads", "Auto insurance leads", "Solar leads"


@dataclass(frozen=True, slots=True)
class Login:
    """A member of the demo company."""

    email: str
    first_name: str
    last_name: str
    role: Role
    sees_personal_data: bool = False


LOGINS = (
    Login("owner@acme.example", "Olivia", "Hart", Role.OWNER, sees_personal_data=True),
    Login("operator@acme.example", "Marcus", "Reed", Role.OPERATOR),
)


@dataclass(frozen=True, slots=True)
class SourceTerms:
    """A source's standing on one campaign. `share` of the campaign's leads come from it, in parts."""

    campaign: str
    share: int
    approved: bool = True
    attributes: dict[str, Any] = field(default_factory=dict)
    day_cap: int | None = None


@dataclass(frozen=True, slots=True)
class DemoSource:
    """Somebody who sends leads. `care` is the share of its leads that are as they should be."""

    name: str
    contact_email: str
    care: float
    sub_ids: tuple[str, ...]
    terms: tuple[SourceTerms, ...]


def _fixed(amount: str) -> dict[str, Any]:
    return {"payout_kind": "fixed", "payout_amount": Decimal(amount)}


_SHARE_OF_PRICE = {
    "payout_kind": "percent",
    "payout_amount": Decimal("85.00"),
    "sample_payout": Decimal("24.00"),
}
_CAREFUL = {
    "payout_kind": "percent",
    "payout_amount": Decimal("95.00"),
    "sample_payout": Decimal("20.00"),
    "minimum_bid": Decimal("12.00"),
    "margin_kind": "percent",
    "margin_amount": Decimal("20.00"),
    "pings_per_post": 25,
}

SOURCES = (
    DemoSource(
        "Brightleaf Media",
        "partners@brightleaf.example",
        0.92,
        ("search-brand", "search-generic", "display-7"),
        (
            SourceTerms(ROOFING, 50, attributes=_fixed("18.00"), day_cap=2000),
            SourceTerms(AUTO, 40, attributes=_fixed("9.50")),
            SourceTerms(SOLAR, 60, attributes=_SHARE_OF_PRICE),
        ),
    ),
    DemoSource(
        "QuoteHarbor",
        "leads@quoteharbor.example",
        0.85,
        ("qh-101", "qh-102", "qh-117", "qh-204"),
        (
            SourceTerms(ROOFING, 40, attributes={**_fixed("16.50"), "limit_per_minute": 600}),
            SourceTerms(AUTO, 35, attributes={"payout_kind": "percent", "payout_amount": Decimal("60.00")}),
            SourceTerms(SOLAR, 40, attributes=_CAREFUL),
        ),
    ),
    DemoSource(
        "Leadspring Partners",
        "ops@leadspring.example",
        0.74,
        ("ls-a", "ls-b"),
        (SourceTerms(AUTO, 25, attributes={"payout_kind": "margin", "payout_amount": Decimal("6.00")}),),
    ),
    DemoSource(
        "Nightingale Digital",
        "integration@nightingale.example",
        0.60,
        ("pilot",),
        (SourceTerms(ROOFING, 10, approved=False, attributes=_fixed("17.00")),),
    ),
)


@dataclass(frozen=True, slots=True)
class DemoBuyer:
    """Somebody who buys leads. Where it is called the simulator answers in its place, under `slug`."""

    name: str
    slug: str
    contact_email: str


SUMMIT = DemoBuyer("Summit Roofing Group", "summit", "leads@summitroofing.example")
DENVER = DemoBuyer("Denver Roof Pros", "denver", "intake@denverroofpros.example")
SUNBELT = DemoBuyer("Sunbelt Exteriors", "sunbelt", "api@sunbelt.example")
LIBERTY = DemoBuyer("Liberty Ridge Insurance", "liberty-ridge", "leads@libertyridge.example")
CARCOVER = DemoBuyer("CarCover Direct", "carcover", "tech@carcover.example")
PINNACLE = DemoBuyer("Pinnacle Auto Agents", "pinnacle", "desk@pinnacleauto.example")
HEARTLAND = DemoBuyer("Heartland Roofing Supply", "heartland", "edi@heartlandroofing.example")
PACIFIC = DemoBuyer("Pacific Roof Works", "pacific", "it@pacificroof.example")
LONE_STAR = DemoBuyer("Lone Star Roofing", "lone-star", "systems@lonestarroofing.example")
MILLER = DemoBuyer("Miller Family Roofing", "miller", "office@millerroofing.example")
ANCHOR = DemoBuyer("Anchor Mutual", "anchor", "data@anchormutual.example")
SUNPATH = DemoBuyer("SunPath Solar", "sunpath", "bids@sunpathsolar.example")
HELIOS = DemoBuyer("Helios Home Energy", "helios", "exchange@helioshome.example")
BRIGHTWATT = DemoBuyer("Brightwatt Installers", "brightwatt", "it@brightwatt.example")
VERDE = DemoBuyer("Verde Power", "verde", "leads@verdepower.example")
MESA = DemoBuyer("Mesa Solar Co-op", "mesa", "office@mesasolar.example")
GRIDTEN = DemoBuyer("Grid Ten", "gridten", "ops@gridten.example")
NORTHLIGHT = DemoBuyer("Northlight Energy", "northlight", "api@northlight.example")
SOLERA = DemoBuyer("Solera Desert Solar", "solera", "desk@soleradesert.example")
APEX = DemoBuyer("Apex Renewables", "apex", "buying@apexrenewables.example")
SIERRA = DemoBuyer("Sierra Solar Direct", "sierra", "leads@sierrasolar.example")
SUNRISE = DemoBuyer("Sunrise Lead Desk", "sunrise", "desk@sunriseleads.example")
BIDDERS = (SUNPATH, HELIOS, BRIGHTWATT, VERDE, MESA, GRIDTEN, NORTHLIGHT, SOLERA, APEX)
BUYERS = (
    SUMMIT, DENVER, SUNBELT, LIBERTY, CARCOVER, PINNACLE, HEARTLAND, PACIFIC, LONE_STAR, MILLER, ANCHOR,
    *BIDDERS, SIERRA, SUNRISE,
)  # fmt: skip
PREPAID = LONE_STAR
"""Pays before it buys."""
