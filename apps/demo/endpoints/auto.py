"""How the buyers of auto insurance leads receive: JSON, a form, and one who fetches what is stored for it."""

from apps.buyers.choices import AuthKind, EndpointKind
from apps.demo.cast import ANCHOR, CARCOVER, LIBERTY, PINNACLE
from apps.demo.endpoints.base import DemoEndpoint, Rows, field_row, system_row, template_row

_CREDIT = [["excellent", "A"], ["good", "B"], ["fair", "C"], ["poor", "D"]]

_LIBERTY: Rows = (
    field_row("applicant.firstName", "first_name"),
    field_row("applicant.lastName", "last_name"),
    field_row("applicant.birthDate", "date_of_birth", value_format="date_iso"),
    field_row("applicant.email", "email"),
    field_row("applicant.phone", "phone"),
    {
        "target": "applicant.creditTier",
        "kind": "value_table",
        "source": "credit",
        "table": _CREDIT,
        "default": "U",
    },
    field_row("address.zip", "zip"),
    field_row("address.state", "state"),
    field_row("vehicles[0].year", "vehicle_year", value_type="integer"),
    field_row("vehicles[0].make", "vehicle_make", value_format="upper"),
    field_row("vehicles[0].model", "vehicle_model"),
    field_row("insuredNow", "insured", value_type="boolean"),
    field_row("compliance.trustedFormUrl", "trusted_form_url"),
    field_row("compliance.leadId", "jornaya_lead_id"),
    system_row("leadId", "lead_id"),
)
_CARCOVER: Rows = (
    field_row("FirstName", "first_name"),
    field_row("LastName", "last_name"),
    field_row("DOB", "date_of_birth", value_format="date_us"),
    field_row("Email", "email"),
    field_row("Phone", "phone", value_format="phone_parentheses"),
    field_row("Zip", "zip", value_format="zip5"),
    template_row("Vehicle", "{{ vehicle_year }} {{ vehicle_make }} {{ vehicle_model }}"),
    field_row("Insured", "insured", value_format="yes_no"),
    system_row("LeadID", "lead_id"),
)
_PINNACLE: Rows = (
    template_row("name", "{{ last_name | upper }}, {{ first_name }}"),
    field_row("email_hash", "email", value_format="sha256"),
    field_row("phone", "phone", value_format="phone_digits"),
    field_row("zip", "zip", value_format="zip5"),
    field_row("auto.year", "vehicle_year", value_type="integer"),
    field_row("auto.make", "vehicle_make"),
    system_row("id", "lead_id"),
)
_ANCHOR: Rows = (
    field_row("first_name", "first_name"),
    field_row("last_name", "last_name"),
    field_row("birth_date", "date_of_birth", value_format="date_iso"),
    field_row("email", "email"),
    field_row("phone", "phone"),
    field_row("zip", "zip", value_format="zip5"),
    field_row("state", "state"),
    template_row("vehicle", "{{ vehicle_year }} {{ vehicle_make }} {{ vehicle_model }}"),
    field_row("insured", "insured", value_type="boolean"),
)

ENDPOINTS = (
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
        "anchor", ANCHOR, "Nightly fetch", "", _ANCHOR, (),
        {"kind": EndpointKind.STORE, "auth_kind": AuthKind.BEARER},
    ),
)  # fmt: skip
