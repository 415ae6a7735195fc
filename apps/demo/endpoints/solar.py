"""How the buyers of solar leads bid and receive. On a ping none of them learns more of the person than a hash."""

from typing import Any

from apps.demo.cast import (
    APEX,
    BRIGHTWATT,
    GRIDTEN,
    HELIOS,
    MESA,
    NORTHLIGHT,
    SIERRA,
    SOLERA,
    SUNPATH,
    SUNRISE,
    VERDE,
    DemoBuyer,
)
from apps.demo.endpoints.base import (
    JSON_RULES,
    SILENT_ON_PRICE,
    XML_BID_RULES,
    XML_RULES,
    DemoEndpoint,
    Pinged,
    Rows,
    constant_row,
    field_row,
    promise_row,
    system_row,
    template_row,
)

_PING_MS = 600
_PING: Rows = (
    system_row("ping_id", "lead_id"),
    field_row("state", "state"),
    field_row("zip", "zip", value_format="zip5"),
    field_row("bill", "electric_bill", value_type="integer"),
    field_row("owner", "homeowner", value_type="boolean"),
    field_row("email_sha256", "email", value_format="sha256"),
)
_PLAIN_PING: Rows = (
    system_row("ref", "lead_id"),
    field_row("state", "state"),
    field_row("zip", "zip", value_format="zip5"),
    field_row("bill", "electric_bill"),
    field_row("phone_sha256", "phone", value_format="sha256"),
)
_XML_PING: Rows = (
    constant_row("Ping.@version", "2"),
    system_row("Ping.Id", "lead_id"),
    field_row("Ping.State", "state"),
    field_row("Ping.Zip", "zip", value_format="zip5"),
    field_row("Ping.MonthlyBill", "electric_bill"),
    field_row("Ping.EmailHash", "email", value_format="sha256"),
)
_PERSON: Rows = (
    field_row("first_name", "first_name", value_format="title"),
    field_row("last_name", "last_name", value_format="title"),
    field_row("email", "email", value_format="lower"),
    field_row("phone", "phone", value_format="phone_digits"),
    field_row("address", "address"),
    field_row("city", "city"),
    field_row("state", "state"),
    field_row("zip", "zip", value_format="zip5"),
    field_row("bill", "electric_bill"),
    field_row("shade", "roof_shade"),
    field_row("trusted_form", "trusted_form_url"),
    system_row("lead_id", "lead_id"),
)
_XML_LEAD: Rows = (
    constant_row("Lead.@version", "2"),
    promise_row("Lead.Promise"),
    template_row("Lead.Name", "{{ first_name }} {{ last_name }}"),
    field_row("Lead.Email", "email", value_format="lower"),
    field_row("Lead.Phone", "phone", value_format="phone_digits"),
    field_row("Lead.Street", "address"),
    field_row("Lead.City", "city"),
    field_row("Lead.State", "state"),
    field_row("Lead.Zip", "zip", value_format="zip5"),
    field_row("Lead.MonthlyBill", "electric_bill"),
)


def _bidder(buyer: DemoBuyer, name: str, bids: str, answers: str, **more: Any) -> DemoEndpoint:
    """A bidder that speaks JSON, unless told otherwise, and wants its promise back."""
    attributes = {"timeout_ms": 3000, "ping_timeout_ms": _PING_MS, **more.pop("attributes", {})}
    pinged = Pinged(bids, more.pop("ping", _PING))
    mapping = (promise_row("promise"), *_PERSON)
    return DemoEndpoint(
        buyer.slug, buyer, name, answers, mapping, attributes=attributes, pinged=pinged, **more
    )


ENDPOINTS = (
    _bidder(
        SUNPATH, "Bid API", "bid?states=CA:46,AZ:41,NV:39,TX:36&price=29&spread=4", "promised", keyed="X-Api-Key"
    ),
    _bidder(
        HELIOS, "Exchange", "bid?price=35&shared=17&spread=6", "promised?silent=1", rules=SILENT_ON_PRICE
    ),
    DemoEndpoint(
        "brightwatt", BRIGHTWATT, "XML bidding 2", "promised?format=xml", _XML_LEAD, XML_RULES,
        {"body_format": "xml", "ping_format": "xml", "timeout_ms": 3000, "ping_timeout_ms": _PING_MS},
        pinged=Pinged("bid?price=33&spread=7&format=xml", _XML_PING, XML_BID_RULES),
    ),
    _bidder(
        VERDE, "Moody API", "mixed-bid?bid=60&none=32&error=8&price=38&spread=5&ms=30&reason=No+crew+free", "promised"
    ),
    _bidder(
        MESA, "Form bids", "bid?price=15&spread=3&for=shared", "promised?silent=1", rules=SILENT_ON_PRICE,
        ping=_PLAIN_PING, attributes={"body_format": "form", "ping_format": "form"},
    ),
    _bidder(GRIDTEN, "Legacy bidding", "bid?price=52&ms=1200", "promised"),
    _bidder(
        NORTHLIGHT, "Query bids", "bid?price=34&spread=5&ms=60&late=900&late_every=6", "promised", ping=_PLAIN_PING,
        attributes={"ping_method": "GET", "ping_format": "query"},
    ),
    _bidder(
        SOLERA, "Desert desk", "bid?states=NV:49,NM:47", "promised?say=rejected&reason=Territory+just+filled"
    ),
    _bidder(APEX, "Bids and second thoughts", "bid?price=31&spread=6", "promised?less=4.50"),
    DemoEndpoint(
        "sierra", SIERRA, "Lead API", "mixed?accept=88&reject=8&duplicate=4", _PERSON, SILENT_ON_PRICE,
        {"timeout_ms": 3000},
    ),
    DemoEndpoint(
        "sunrise", SUNRISE, "Everything desk", "mixed?accept=90&reject=10&price=9.50", _PERSON, JSON_RULES,
        {"timeout_ms": 3000},
    ),
)  # fmt: skip
