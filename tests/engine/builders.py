"""Compiled campaigns for engine tests, as short as a test wants them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from apps.engine.campaign import CampaignSpec, Choice, FieldSpec, TermsSpec
from apps.engine.fields import Context
from apps.engine.normalise import normalise
from apps.engine.requirements import Expression
from apps.engine.values import Facts, LeadData, Place

NOW = datetime(2026, 11, 19, 18, 0, tzinfo=UTC)
"""A Thursday, 1 PM in New York."""
TODAY = date(2026, 11, 19)
TERMS = TermsSpec(id=1, source_id=1, source_number=501, source_name="Acme Leads")

CONTACT = (
    FieldSpec("first", "text", "First name", role="first_name", required=True, personal=True),
    FieldSpec("last", "text", "Last name", role="last_name", required=True, personal=True),
    FieldSpec("email", "email", "Email", role="email", required=True, personal=True),
    FieldSpec("phone", "phone", "Phone", role="phone", required=True, personal=True),
    FieldSpec("address", "text", "Address", role="address", personal=True),
    FieldSpec("city", "text", "City", role="city"),
    FieldSpec("state", "state", "State", role="state"),
    FieldSpec("zip", "zip", "Zip", role="zip", required=True),
)
BODY = {
    "first": "John",
    "last": "Doe",
    "email": "john.doe@example.com",
    "phone": "5551234567",
    "city": "Beverly Hills",
    "state": "CA",
    "zip": "90210",
}
PLACES = {
    "90210": Place("90210", "CA", frozenset({"Beverly Hills"}), 34.0901, -118.4065),
    "10001": Place("10001", "NY", frozenset({"New York"}), 40.7484, -73.9967),
    "11201": Place("11201", "NY", frozenset({"Brooklyn"}), 40.694, -73.9903),
    "63101": Place("63101", "MO", frozenset({"Saint Louis"}), 38.6346, -90.1913),
}


def campaign(*fields: FieldSpec, **options: Any) -> CampaignSpec:
    """A campaign with the contact fields and those given."""
    return bare(*CONTACT, *fields, **options)


def bare(*fields: FieldSpec, **options: Any) -> CampaignSpec:
    """A campaign with nothing but the fields given."""
    base = CampaignSpec(
        id=1,
        company_id=1,
        company_number=100,
        company_name="Acme",
        number=200,
        name="Solar",
        version=1,
        time_zone="America/New_York",
        fields=fields,
        terms=(TERMS,),
    )
    return replace(base, **options)


def choice(name: str, *values: str, **options: Any) -> FieldSpec:
    """A choice field of these values."""
    return FieldSpec(name, "choice", choices=tuple(Choice(value) for value in values), **options)


def context(**options: Any) -> Context:
    return Context(**{"today": TODAY, "time_zone": "America/New_York"} | options)


def lead(spec: CampaignSpec, body: dict[str, Any], *, test: bool = False) -> LeadData:
    return normalise(spec, body, test=test, today=TODAY)


def facts(**options: Any) -> Facts:
    return Facts(**{"now": NOW, "places": PLACES} | options)


def field_test(field: str, operator: str, value: Any = None) -> Expression:
    return Expression("test", field=field, operator=operator, value=value)


def every(*children: Expression) -> Expression:
    return Expression("all", children=children)


def either(*children: Expression) -> Expression:
    return Expression("any", children=children)


def never(*children: Expression) -> Expression:
    return Expression("not", children=children)


def codes(problems: Iterable[Any]) -> list[str]:
    return [problem.code for problem in problems]
