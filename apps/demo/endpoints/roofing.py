"""How the buyers of roofing leads receive: JSON, a form, a query string, XML, SOAP, behind OAuth, by e-mail."""

from apps.buyers.choices import AuthKind, EndpointKind
from apps.demo.cast import DENVER, HEARTLAND, LONE_STAR, MILLER, PACIFIC, SUMMIT, SUNBELT
from apps.demo.endpoints.base import (
    SILENT_ON_PRICE,
    TEXT_RULES,
    XML_RULES,
    DemoEndpoint,
    Rows,
    constant_row,
    field_row,
    system_row,
    template_row,
)
from apps.simulator import credentials

_TIMEFRAMES = [
    ["asap", "0-7 days"],
    ["month", "within 30 days"],
    ["quarter", "1-3 months"],
    ["later", "researching"],
]
_SUMMIT: Rows = (
    constant_row("meta.partner", "acme-home"),
    system_row("meta.lead_id", "lead_id"),
    system_row("meta.received_at", "received_at", value_format="datetime_iso"),
    field_row("contact.name.first", "first_name"),
    field_row("contact.name.last", "last_name"),
    field_row("contact.email", "email", value_format="lower"),
    field_row("contact.phones[0].number", "phone", value_format="phone_dashes"),
    field_row("property.street", "address", on_empty="empty"),
    field_row("property.city", "city"),
    field_row("property.state", "state"),
    field_row("property.zip", "zip", value_format="zip5"),
    field_row("property.owner", "homeowner", value_type="boolean"),
    field_row("project.material", "roof_material"),
    {
        "target": "project.when",
        "kind": "value_table",
        "source": "timeframe",
        "table": _TIMEFRAMES,
        "default": "unknown",
    },
    field_row("consent.trustedform", "trusted_form_url"),
)
_DENVER: Rows = (
    template_row("full_name", "{{ first_name }} {{ last_name }}"),
    field_row("email", "email"),
    field_row("phone", "phone", value_format="phone_digits"),
    template_row("address", "{{ address }}, {{ city }}, {{ state }} {{ zip }}"),
    field_row("own_home", "homeowner", value_format="y_n"),
    field_row("comments", "comments", max_length=120),
    constant_row("campaign", "ROOF-ACME-01"),
    system_row("vendor_lead_id", "lead_id"),
)
_SUNBELT: Rows = (
    field_row("fname", "first_name", value_format="title"),
    field_row("lname", "last_name", value_format="title"),
    field_row("mail", "email"),
    field_row("tel", "phone", value_format="phone_digits"),
    field_row("postal", "zip", value_format="zip5"),
    field_row("st", "state"),
    field_row("roof", "roof_material", on_empty="default", default="unknown"),
    system_row("ref", "delivery_id"),
)
_HEARTLAND: Rows = (
    constant_row("LeadSubmission.@version", "3.1"),
    constant_row("LeadSubmission.Header.Vendor", "ACME-HOME"),
    system_row("LeadSubmission.Header.LeadId", "lead_id"),
    system_row("LeadSubmission.Header.Received", "received_at", value_format="datetime_iso"),
    field_row("LeadSubmission.Person.FirstName", "first_name"),
    field_row("LeadSubmission.Person.LastName", "last_name"),
    field_row("LeadSubmission.Person.Email", "email", value_format="lower"),
    constant_row("LeadSubmission.Person.Phone.@type", "primary"),
    field_row("LeadSubmission.Person.Phone.Number", "phone", value_format="phone_digits"),
    field_row("LeadSubmission.Property.Street", "address"),
    field_row("LeadSubmission.Property.City", "city"),
    field_row("LeadSubmission.Property.State", "state"),
    field_row("LeadSubmission.Property.Zip", "zip", value_format="zip5"),
    field_row("LeadSubmission.Property.OwnerOccupied", "homeowner", value_format="y_n"),
    field_row("LeadSubmission.Project.Material", "roof_material", value_format="upper"),
    field_row("LeadSubmission.Project.Note", "comments", max_length=200),
)
_PACIFIC: Rows = (
    template_row("CustomerName", "{{ first_name }} {{ last_name }}"),
    field_row("Phone", "phone", value_format="phone_parentheses"),
    field_row("Email", "email"),
    template_row("Address", "{{ address }}, {{ city }}, {{ state }} {{ zip }}"),
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
    field_row("Material", "roof_material", on_empty="default", default="unknown"),
    system_row("Reference", "delivery_id"),
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
_LONE_STAR: Rows = (
    constant_row("partner", "acme-home"),
    system_row("partner_reference", "delivery_id"),
    template_row("homeowner.name", "{{ first_name }} {{ last_name }}"),
    field_row("homeowner.email", "email", value_format="lower"),
    field_row("homeowner.phone", "phone", value_format="phone_dashes"),
    field_row("home.street", "address"),
    field_row("home.city", "city"),
    field_row("home.state", "state"),
    field_row("home.zip", "zip", value_format="zip5"),
    field_row("roof.material", "roof_material", on_empty="default", default="unknown"),
    field_row("roof.when", "timeframe"),
)
_MILLER: Rows = (
    template_row("Name", "{{ first_name }} {{ last_name }}"),
    field_row("Phone", "phone", value_format="phone_parentheses"),
    field_row("E-mail", "email"),
    template_row("Address", "{{ address }}, {{ city }}, {{ state }} {{ zip }}"),
    field_row("Roof", "roof_material", value_format="title"),
    field_row("Notes", "comments"),
)

ENDPOINTS = (
    DemoEndpoint("summit", SUMMIT, "Lead API v2", "accept", _SUMMIT, SILENT_ON_PRICE, keyed="X-Api-Key"),
    DemoEndpoint("summit-storm", SUMMIT, "Storm desk", "flaky?price=55.00&failures=1", _SUMMIT),
    DemoEndpoint(
        "denver", DENVER, "Web form", "mixed?accept=70&reject=22&error=2&duplicate=6&format=form&price=42.00",
        _DENVER, TEXT_RULES, {"body_format": "form", "timeout_ms": 5000},
    ),
    DemoEndpoint(
        "sunbelt", SUNBELT, "Query string", "slow?ms=300&price=38.00", _SUNBELT,
        attributes={"method": "GET", "body_format": "query", "timeout_ms": 4000},
    ),
    DemoEndpoint(
        "heartland", HEARTLAND, "Lead XML 3.1", "mixed?accept=80&reject=14&error=1&duplicate=5&format=xml&price=34.00",
        _HEARTLAND, XML_RULES, {"body_format": "xml", "charset": "iso-8859-1", "timeout_ms": 5000},
    ),
    DemoEndpoint(
        "pacific", PACIFIC, "SubmitLead (SOAP)", "accept?format=soap&price=40.00", _PACIFIC, XML_RULES,
        {"body_format": "raw", "content_type": "text/xml; charset=utf-8", "template": _PACIFIC_ENVELOPE},
        headers=(("SOAPAction", '"http://tempuri.org/SubmitLead"'),),
    ),
    DemoEndpoint(
        "lone-star", LONE_STAR, "Partner API (OAuth)", "bearer?price=41.00", _LONE_STAR, SILENT_ON_PRICE,
        {
            "auth_kind": AuthKind.OAUTH2, "auth_name": credentials.CLIENT, "token_scope": "leads.write",
            "timeout_ms": 5000,
        },
        secret=credentials.SECRET, grants="token?expires=1800",
    ),
    DemoEndpoint(
        "miller", MILLER, "Office mailbox", "", _MILLER, (),
        {
            "kind": EndpointKind.EMAIL, "email_to": "office@millerroofing.example",
            "email_subject": "New roofing lead {{ lead_id }}",
        },
    ),
)  # fmt: skip
