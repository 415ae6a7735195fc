"""How each demo buyer receives: endpoints as unlike as real ones are."""

from dataclasses import dataclass, field
from typing import Any

from apps.demo.cast import (
    CARCOVER,
    DENVER,
    HEARTLAND,
    LIBERTY,
    PACIFIC,
    PINNACLE,
    SUMMIT,
    SUNBELT,
    DemoBuyer,
)

Rows = tuple[dict[str, Any], ...]

# What the simulator says in JSON: {"status": "accepted", "id": …, "price": …} or {"status": "rejected", "reason": …}.
_JSON_RULES: Rows = (
    {
        "outcome": "accepted", "match": "json_path", "path": "status", "value": "accepted",
        "price_path": "price", "reference_path": "id",
    },
    {"outcome": "duplicate", "match": "json_path", "path": "status", "value": "duplicate", "reason_path": "reason"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "rejected", "reason_path": "reason"},
)  # fmt: skip
_SILENT_ON_PRICE: Rows = (
    {name: value for name, value in _JSON_RULES[0].items() if name != "price_path"},
    *_JSON_RULES[1:],
)
_TEXT_RULES: Rows = (
    {
        "outcome": "accepted",
        "match": "regex",
        "value": r"status=accepted&id=(?P<reference>[^&\s]+)&price=(?P<price>[0-9.]+)",
    },
    {"outcome": "duplicate", "match": "text", "operator": "contains", "value": "status=duplicate"},
    {"outcome": "rejected", "match": "regex", "value": r"status=rejected&reason=(?P<reason>[^&\s]+)"},
)
# The same as XML, bare or inside a SOAP envelope: both are read by local names.
_XML_RULES: Rows = (
    {
        "outcome": "accepted", "match": "xpath", "path": "//status", "value": "accepted",
        "price_path": "//price", "reference_path": "//id",
    },
    {"outcome": "duplicate", "match": "xpath", "path": "//status", "value": "duplicate", "reason_path": "//reason"},
    {"outcome": "rejected", "match": "xpath", "path": "//status", "value": "rejected", "reason_path": "//reason"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoEndpoint:
    """An endpoint: `answers` is the simulator's behaviour with its query, `keyed` the header that carries a secret."""

    key: str
    buyer: DemoBuyer
    name: str
    answers: str
    mapping: Rows
    rules: Rows = _JSON_RULES
    attributes: dict[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    keyed: str = ""

    def url(self, simulator: str) -> str:
        """Where it is, given the simulator's address."""
        return f"{simulator}/buyers/{self.buyer.slug}/{self.answers}"


def _field(target: str, source: str, **more: Any) -> dict[str, Any]:
    return {"target": target, "source": source, **more}


def _constant(target: str, value: str) -> dict[str, Any]:
    return {"target": target, "kind": "constant", "value": value}


def _system(target: str, source: str, **more: Any) -> dict[str, Any]:
    return {"target": target, "kind": "system", "source": source, **more}


def _template(target: str, value: str) -> dict[str, Any]:
    return {"target": target, "kind": "template", "value": value}


_TIMEFRAMES = [
    ["asap", "0-7 days"],
    ["month", "within 30 days"],
    ["quarter", "1-3 months"],
    ["later", "researching"],
]
_CREDIT = [["excellent", "A"], ["good", "B"], ["fair", "C"], ["poor", "D"]]

_SUMMIT: Rows = (
    _constant("meta.partner", "acme-home"),
    _system("meta.lead_id", "lead_id"),
    _system("meta.received_at", "received_at", value_format="datetime_iso"),
    _field("contact.name.first", "first_name"),
    _field("contact.name.last", "last_name"),
    _field("contact.email", "email", value_format="lower"),
    _field("contact.phones[0].number", "phone", value_format="phone_dashes"),
    _field("property.street", "address", on_empty="empty"),
    _field("property.city", "city"),
    _field("property.state", "state"),
    _field("property.zip", "zip", value_format="zip5"),
    _field("property.owner", "homeowner", value_type="boolean"),
    _field("project.material", "roof_material"),
    {
        "target": "project.when",
        "kind": "value_table",
        "source": "timeframe",
        "table": _TIMEFRAMES,
        "default": "unknown",
    },
    _field("consent.trustedform", "trusted_form_url"),
)
_DENVER: Rows = (
    _template("full_name", "{{ first_name }} {{ last_name }}"),
    _field("email", "email"),
    _field("phone", "phone", value_format="phone_digits"),
    _template("address", "{{ address }}, {{ city }}, {{ state }} {{ zip }}"),
    _field("own_home", "homeowner", value_format="y_n"),
    _field("comments", "comments", max_length=120),
    _constant("campaign", "ROOF-ACME-01"),
    _system("vendor_lead_id", "lead_id"),
)
_SUNBELT: Rows = (
    _field("fname", "first_name", value_format="title"),
    _field("lname", "last_name", value_format="title"),
    _field("mail", "email"),
    _field("tel", "phone", value_format="phone_digits"),
    _field("postal", "zip", value_format="zip5"),
    _field("st", "state"),
    _field("roof", "roof_material", on_empty="default", default="unknown"),
    _system("ref", "delivery_id"),
)
_LIBERTY: Rows = (
    _field("applicant.firstName", "first_name"),
    _field("applicant.lastName", "last_name"),
    _field("applicant.birthDate", "date_of_birth", value_format="date_iso"),
    _field("applicant.email", "email"),
    _field("applicant.phone", "phone"),
    {
        "target": "applicant.creditTier",
        "kind": "value_table",
        "source": "credit",
        "table": _CREDIT,
        "default": "U",
    },
    _field("address.zip", "zip"),
    _field("address.state", "state"),
    _field("vehicles[0].year", "vehicle_year", value_type="integer"),
    _field("vehicles[0].make", "vehicle_make", value_format="upper"),
    _field("vehicles[0].model", "vehicle_model"),
    _field("insuredNow", "insured", value_type="boolean"),
    _field("compliance.trustedFormUrl", "trusted_form_url"),
    _field("compliance.leadId", "jornaya_lead_id"),
    _system("leadId", "lead_id"),
)
_CARCOVER: Rows = (
    _field("FirstName", "first_name"),
    _field("LastName", "last_name"),
    _field("DOB", "date_of_birth", value_format="date_us"),
    _field("Email", "email"),
    _field("Phone", "phone", value_format="phone_parentheses"),
    _field("Zip", "zip", value_format="zip5"),
    _template("Vehicle", "{{ vehicle_year }} {{ vehicle_make }} {{ vehicle_model }}"),
    _field("Insured", "insured", value_format="yes_no"),
    _system("LeadID", "lead_id"),
)
_PINNACLE: Rows = (
    _template("name", "{{ last_name | upper }}, {{ first_name }}"),
    _field("email_hash", "email", value_format="sha256"),
    _field("phone", "phone", value_format="phone_digits"),
    _field("zip", "zip", value_format="zip5"),
    _field("auto.year", "vehicle_year", value_type="integer"),
    _field("auto.make", "vehicle_make"),
    _system("id", "lead_id"),
)

_HEARTLAND: Rows = (
    _constant("LeadSubmission.@version", "3.1"),
    _constant("LeadSubmission.Header.Vendor", "ACME-HOME"),
    _system("LeadSubmission.Header.LeadId", "lead_id"),
    _system("LeadSubmission.Header.Received", "received_at", value_format="datetime_iso"),
    _field("LeadSubmission.Person.FirstName", "first_name"),
    _field("LeadSubmission.Person.LastName", "last_name"),
    _field("LeadSubmission.Person.Email", "email", value_format="lower"),
    _constant("LeadSubmission.Person.Phone.@type", "primary"),
    _field("LeadSubmission.Person.Phone.Number", "phone", value_format="phone_digits"),
    _field("LeadSubmission.Property.Street", "address"),
    _field("LeadSubmission.Property.City", "city"),
    _field("LeadSubmission.Property.State", "state"),
    _field("LeadSubmission.Property.Zip", "zip", value_format="zip5"),
    _field("LeadSubmission.Property.OwnerOccupied", "homeowner", value_format="y_n"),
    _field("LeadSubmission.Project.Material", "roof_material", value_format="upper"),
    _field("LeadSubmission.Project.Note", "comments", max_length=200),
)
_PACIFIC: Rows = (
    _template("CustomerName", "{{ first_name }} {{ last_name }}"),
    _field("Phone", "phone", value_format="phone_parentheses"),
    _field("Email", "email"),
    _template("Address", "{{ address }}, {{ city }}, {{ state }} {{ zip }}"),
    {
        "target": "Region",
        "kind": "branch",
        "branches": [
            {
                "expression": {"kind": "test", "field": "state", "operator": "is", "value": "NV"},
                "value": "Desert",
            },
            {
                "expression": {"kind": "test", "field": "timeframe", "operator": "is", "value": "asap"},
                "value": "Coast, at once",
            },
        ],
        "default": "Coast",
    },
    _field("Material", "roof_material", on_empty="default", default="unknown"),
    _system("Reference", "delivery_id"),
)
_PACIFIC_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Body>
    <SubmitLead xmlns="http://tempuri.org/">
      <customerName>{{ CustomerName }}</customerName>
      <phone>{{ Phone }}</phone>
      <email>{{ Email }}</email>
      <address>{{ Address }}</address>
      <region>{{ Region }}</region>
      {% if Material %}<material>{{ Material }}</material>{% endif %}
      <reference>{{ Reference }}</reference>
    </SubmitLead>
  </soap:Body>
</soap:Envelope>
"""

ENDPOINTS = (
    DemoEndpoint("summit", SUMMIT, "Lead API v2", "accept", _SUMMIT, _SILENT_ON_PRICE, keyed="X-Api-Key"),
    DemoEndpoint("summit-storm", SUMMIT, "Storm desk", "flaky?price=55.00&failures=1", _SUMMIT),
    DemoEndpoint(
        "denver", DENVER, "Web form", "mixed?accept=70&reject=22&error=2&duplicate=6&format=form&price=42.00",
        _DENVER, _TEXT_RULES, {"body_format": "form", "timeout_ms": 5000},
    ),
    DemoEndpoint(
        "sunbelt", SUNBELT, "Query string", "slow?ms=300&price=38.00", _SUNBELT,
        attributes={"method": "GET", "body_format": "query", "timeout_ms": 4000},
    ),
    DemoEndpoint(
        "liberty", LIBERTY, "Quotes API", "mixed?accept=62&reject=30&error=2&duplicate=6&price=21.00", _LIBERTY,
        attributes={"timeout_ms": 3000}, headers=(("X-Partner", "acme"),), keyed="Authorization",
    ),
    DemoEndpoint(
        "carcover", CARCOVER, "Form post", "price?price=14.50", _CARCOVER,
        attributes={"body_format": "form", "timeout_ms": 3000},
    ),
    DemoEndpoint(
        "pinnacle", PINNACLE, "CRM", "reject?reason=Outside+our+counties", _PINNACLE,
        attributes={"timeout_ms": 2500},
    ),
    DemoEndpoint(
        "heartland", HEARTLAND, "Lead XML 3.1", "mixed?accept=80&reject=14&error=1&duplicate=5&format=xml&price=34.00",
        _HEARTLAND, _XML_RULES, {"body_format": "xml", "charset": "iso-8859-1", "timeout_ms": 5000},
    ),
    DemoEndpoint(
        "pacific", PACIFIC, "SubmitLead (SOAP)", "accept?format=soap&price=40.00", _PACIFIC, _XML_RULES,
        {"body_format": "raw", "content_type": "text/xml; charset=utf-8", "template": _PACIFIC_ENVELOPE},
        headers=(("SOAPAction", '"http://tempuri.org/SubmitLead"'),),
    ),
)  # fmt: skip
