"""A campaign with a field of most kinds, and rules that each can be met: what samples are tried on."""

from decimal import Decimal
from typing import Any

from apps.engine import checks, describe
from apps.engine.campaign import CampaignSpec, Choice, FieldSpec
from apps.engine.flags import read_flag
from apps.engine.reasons import message
from apps.engine.values import Examination
from tests.engine.builders import NOW, PLACES, TERMS, choice, facts, field_test, lead


def judged(spec: CampaignSpec, body: dict[str, Any], *, test: bool = False) -> Examination:
    sent = dict(body)
    flag = read_flag(sent.pop("test", test))
    data = lead(spec, sent, test=test)
    return checks.examine(spec, TERMS, data, facts(ip_country="US"), test=flag)


def assert_accepted(spec: CampaignSpec) -> dict[str, Any]:
    body = describe.sample(spec, PLACES, now=NOW)
    found = judged(spec, body)
    assert [message(problem) for problem in found.problems] == [], body
    return body


EXTRA = (
    FieldSpec("homeowner", "boolean", "Homeowner"),
    FieldSpec("score", "integer", "Credit score", minimum=Decimal(300), maximum=Decimal(850)),
    FieldSpec("dob", "birth_date", "Date of birth"),
    FieldSpec("moved", "date", "Moved on"),
    FieldSpec("asked", "datetime", "Asked at"),
    FieldSpec("budget", "range", "Budget"),
    FieldSpec("page", "url", "Page"),
    choice("roof", "tile", "metal", "flat"),
    FieldSpec("wants", "multiple_choice", choices=(Choice("panels"), Choice("battery"))),
)
SATISFIABLE = [
    field_test("homeowner", "is", "true"),
    field_test("homeowner", "is", "false"),
    field_test("score", "gte", "640"),
    field_test("score", "lt", "500"),
    field_test("score", "between", ["700", "720"]),
    field_test("dob", "older_than", "70"),
    field_test("dob", "younger_than", "30"),
    field_test("moved", "after", "today-10"),
    field_test("asked", "before", "2020-01-01"),
    field_test("budget", "gte", "5000"),
    field_test("budget", "lte", "50"),
    field_test("roof", "in", ["flat"]),
    field_test("roof", "not_in", ["tile", "metal"]),
    field_test("roof", "is_missing"),
    field_test("wants", "contains", "battery"),
    field_test("email", "ends_with", "@acme.example.com"),
    field_test("email", "contains", "solar"),
    field_test("phone", "starts_with", "212"),
    field_test("page", "contains", "acme.com"),
    field_test("zip", "starts_with", "112"),
    field_test("zip", "within_km", ["10001", "5"]),
    field_test("zip", "is", "63101"),
    field_test("state", "in", ["NY", "MO"]),
    field_test("city", "is_present"),
]
