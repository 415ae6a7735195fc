"""Operators and expressions: what holds, what it is called in words, and what is refused when it is saved."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import rules
from apps.engine.campaign import CampaignSpec, Choice, FieldSpec
from apps.engine.orders import OrderSpec
from apps.engine.requirements import CapSpec, Expression, RuleSpec, ValueList
from apps.engine.rules import OPERATORS
from apps.engine.values import LeadData
from tests.engine.builders import campaign, choice, either, every, facts, field_test, lead, never

FIELDS = (
    FieldSpec("note", "text", "Note"),
    FieldSpec("score", "integer", "Credit score"),
    FieldSpec("bill", "currency", "Bill"),
    FieldSpec("homeowner", "boolean", "Homeowner"),
    FieldSpec("dob", "birth_date", "Date of birth"),
    FieldSpec("asked", "datetime", "Asked at"),
    FieldSpec("moved", "date", "Moved on"),
    FieldSpec("budget", "range", "Budget"),
    choice("roof", "tile", "metal", label="Roof"),
    FieldSpec(
        "wants", "multiple_choice", "Wants", choices=(Choice("panels", "Solar panels"), Choice("battery"))
    ),
)
LISTS = {"h1": ValueList(frozenset({"90210", "jane@example.com", "CA"}), ("10",))}
SPEC = campaign(*FIELDS, lists=LISTS)


def holds(name: str, raw: Any, operator: str, value: Any = None, spec: CampaignSpec = SPEC) -> bool:
    data = lead(spec, {} if raw is None else {name: raw}, test=True)
    return rules.evaluate(field_test(name, operator, value), data, facts(), spec)


TRUE_AND_FALSE = [
    ("note", "is", "Hello", "hello", "hell"),
    ("note", "is_not", "hello", "hell", "HELLO"),
    ("note", "in", ["a", "B"], "b", "c"),
    ("note", "not_in", ["a", "b"], "c", "A"),
    ("note", "contains", "ELL", "hello", "help"),
    ("note", "starts_with", "he", "Hello", "ohe"),
    ("note", "ends_with", "lo", "HELLO", "lok"),
    ("note", "matches", r"^[0-9]{3}$", "123", "1234"),
    ("note", "matches", r"(?i)solar", "about SOLAR panels", "about roofs"),
    ("score", "is", "640", 640, 641),
    ("score", "in", ["640", "700"], "700", "701"),
    ("score", "lt", "640", 639, 640),
    ("score", "lte", "640", 640, 641),
    ("score", "gt", "640", 641, 640),
    ("score", "gte", "640", 640, 639),
    ("score", "between", ["600", "700"], 600, 701),
    ("bill", "gte", "$1,000", "1000.00", "999.99"),
    ("homeowner", "is", "true", "yes", "no"),
    ("homeowner", "is", True, "yes", "no"),
    ("homeowner", "is_not", "yes", "no", "yes"),
    ("dob", "older_than", "18", "2008-11-18", "2008-11-19"),
    ("dob", "younger_than", "18", "2008-11-20", "2008-11-19"),
    ("dob", "older_than", "6 months", "2026-05-18", "2026-05-19"),
    ("dob", "between", ["1980-01-01", "1980-12-31"], "1980-12-31", "1981-01-01"),
    ("moved", "before", "2026-01-02", "2026-01-01", "2026-01-02"),
    ("moved", "after", "2026-01-02", "01/03/2026", "2026-01-02"),
    ("moved", "after", "today-30", "2026-10-21", "2026-10-20"),
    ("moved", "before", "today", "2026-11-18", "2026-11-19"),
    ("moved", "older_than", "30", "2026-10-19", "2026-10-20"),
    ("moved", "older_than", "2 weeks", "2026-11-04", "2026-11-05"),
    ("asked", "after", "2026-11-19T12:00:00-05:00", "2026-11-19T17:00:01Z", "2026-11-19T17:00:00Z"),
    ("asked", "after", "today-1", "2026-11-19T05:00:00Z", "2026-11-19T04:59:00Z"),
    ("budget", "gte", "100", "$100-$150", "$99-$150"),
    ("budget", "lte", "150", "$100-$150", "$100-$151"),
    ("budget", "between", ["100", "200"], "100-200", "100-201"),
    ("budget", "is", "100-150", "$100 to $150", "100-151"),
    ("roof", "is", "TILE", "tile", "metal"),
    ("roof", "in", ["tile"], "tile", "metal"),
    ("roof", "starts_with", "t", "tile", "metal"),
    ("wants", "contains", "battery", "panels, battery", "panels"),
    ("wants", "in", ["battery"], ["panels", "battery"], ["panels"]),
    ("wants", "not_in", ["battery"], ["panels"], ["panels", "battery"]),
    ("wants", "is", ["battery", "panels"], "panels,battery", "panels"),
    ("email", "ends_with", "@EXAMPLE.com", "a@example.com", "a@example.org"),
    ("email", "in_list", "h1", "jane@example.com", "john@example.com"),
    ("email", "in_list", ["h1", "People"], "Jane@example.com", "john@example.com"),
    ("phone", "starts_with", "310", "(310) 555-0102", "5551234567"),
    ("phone", "starts_with", "+1310", "(310) 555-0102", "5551234567"),
    ("phone", "is", "310-555-0102", "3105550102", "5551234567"),
    ("phone", "matches", "^310", "3105550102", "5551234567"),
    ("state", "is", "California", "CA", "NY"),
    ("state", "in", ["CA", "New York"], "ny", "TX"),
    ("zip", "is", "90210", "90210-1234", "90211"),
    ("zip", "is", "90210-1234", "90210-1234", "90210"),
    ("zip", "in", ["90210", "10001"], "90210-1234", "90211"),
    ("zip", "in_list", "h1", "10001-0001", "20001"),
    ("zip", "within_km", ["10001", "10"], "11201", "90210"),
    ("zip", "is_present", None, "90210", None),
    ("zip", "is_missing", None, None, "90210"),
]


@pytest.mark.parametrize(("name", "operator", "value", "passing", "failing"), TRUE_AND_FALSE)
def test_an_operator_tells_apart(name: str, operator: str, value: Any, passing: Any, failing: Any) -> None:
    assert holds(name, passing, operator, value)
    assert not holds(name, failing, operator, value)


def test_every_operator_is_tried() -> None:
    assert {case[1] for case in TRUE_AND_FALSE} == set(OPERATORS)


@pytest.mark.parametrize("case", TRUE_AND_FALSE, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_missing_or_malformed_field_fails_all_but_the_negatives(case: tuple[Any, ...]) -> None:
    name, operator, value, *_ = case
    negative = operator in ("is_missing", "is_not", "not_in")
    assert holds(name, None, operator, value) is negative
    assert holds(name, {"not": "a value"}, operator, value) is negative


def test_a_birthday_is_exact_and_february_29_falls_on_the_28th() -> None:
    on_birthday = facts(now=datetime(2026, 2, 28, 12, tzinfo=UTC))
    leap = lead(SPEC, {"dob": "2008-02-28"})
    assert not rules.evaluate(field_test("dob", "older_than", "18"), leap, on_birthday, SPEC)
    day_after = facts(now=datetime(2024, 2, 29, 12, tzinfo=UTC))
    assert rules.evaluate(
        field_test("dob", "older_than", "1 year"), lead(SPEC, {"dob": "2023-02-27"}), day_after, SPEC
    )
    assert not rules.evaluate(
        field_test("dob", "older_than", "1 year"), lead(SPEC, {"dob": "2023-02-28"}), day_after, SPEC
    )


def test_today_is_the_campaigns_day() -> None:
    late = facts(now=datetime(2026, 11, 20, 3, tzinfo=UTC))  # still the 19th in New York
    data = lead(SPEC, {"moved": "2026-11-19"})
    assert not rules.evaluate(field_test("moved", "before", "today"), data, late, SPEC)


def test_a_zip_without_a_known_place_is_near_nothing() -> None:
    assert not holds("zip", "99999", "within_km", ["10001", "99999"])
    assert not holds("zip", "10001", "within_km", ["99998", "99999"])


OWNER, GOOD = field_test("homeowner", "is", "true"), field_test("score", "gte", "640")
LEADS = st.fixed_dictionaries(
    {}, optional={"homeowner": st.sampled_from(["yes", "no"]), "score": st.integers(600, 700)}
)


@given(LEADS)
def test_groups_follow_logic(body: dict[str, Any]) -> None:
    data = lead(SPEC, body)

    def value(expression: Expression) -> bool:
        return rules.evaluate(expression, data, facts(), SPEC)

    owner, good = value(OWNER), value(GOOD)
    assert value(every(OWNER, GOOD)) == (owner and good)
    assert value(either(OWNER, GOOD)) == (owner or good)
    assert value(never(OWNER)) != owner
    assert value(never(either(OWNER, GOOD))) == value(every(never(OWNER), never(GOOD)))
    assert value(every()) is True
    assert value(either()) is False


def test_values_may_be_given_as_a_mapping() -> None:
    data = lead(SPEC, {"score": 700})
    assert isinstance(data, LeadData)
    assert rules.evaluate(GOOD, data.values, facts(), SPEC)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (every(OWNER, GOOD), "Homeowner is yes and Credit score is at least 640"),
        (
            either(OWNER, every(GOOD, OWNER)),
            "Homeowner is yes or (Credit score is at least 640 and Homeowner is yes)",
        ),
        (never(OWNER), "not (Homeowner is yes)"),
        (field_test("state", "in", ["CA", "NY", "TX"]), "State is CA, NY or TX"),
        (field_test("state", "not_in", ["CA", "NY"]), "State is neither CA nor NY"),
        (field_test("state", "not_in", ["CA"]), "State is not CA"),
        (field_test("score", "between", ["600", "700"]), "Credit score is between 600 and 700"),
        (field_test("dob", "older_than", "18"), "Date of birth is more than 18 years ago"),
        (field_test("moved", "younger_than", "1"), "Moved on is less than 1 day ago"),
        (field_test("zip", "within_km", ["10001", "30"]), "Zip is within 30 km of 10001"),
        (field_test("zip", "in_list", ["h1", "East"]), "Zip is in the list “East”"),
        (field_test("wants", "contains", "panels"), "Wants contains Solar panels"),
        (field_test("note", "is_missing"), "Note is not given"),
    ],
)
def test_expressions_in_plain_words(expression: Expression, words: str) -> None:
    assert rules.explain(expression, SPEC) == words


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        (field_test("nothing", "is", "1"), "There is no field “nothing”"),
        (field_test("note", "sounds_like", "1"), "Note: there is no operator “sounds_like”"),
        (field_test("note", "lt", "1"), "Note: “is less than” does not fit a field of type Text"),
        (field_test("note", "is", ""), "Note: A value is needed"),
        (field_test("note", "in", []), "Note: The list of values is empty"),
        (field_test("state", "is", "Atlantis"), "State: “Atlantis” is not a value of State"),
        (field_test("roof", "in", ["tile", "wood"]), "Roof: “wood” is not a value of Roof"),
        (field_test("score", "gte", "many"), "Credit score: “many” is not a number"),
        (field_test("score", "between", ["700", "600"]), "Credit score: 700 is more than 600"),
        (field_test("score", "between", ["700"]), "Credit score: Two values are needed"),
        (
            field_test("dob", "older_than", "old"),
            "Date of birth: “old” is not an age, such as 18 or “6 months”",
        ),
        (field_test("zip", "within_km", ["10001", "far"]), "Zip: “far” is not a distance in km"),
        (field_test("zip", "within_km", ["1001", "3"]), "Zip: “1001” is not a zip code"),
        (field_test("zip", "in_list", ["h9", "West"]), "Zip: The list “West” is not there"),
        (every(), "A group has no tests"),
        (Expression("maybe", (OWNER,)), "“maybe” is no kind of expression"),
    ],
)
def test_what_cannot_run_is_told_with_its_field(expression: Expression, sentence: str) -> None:
    assert rules.problems(expression, SPEC) == [sentence]
    assert rules.problems(every(OWNER, expression), SPEC) == [sentence]


@pytest.mark.parametrize("pattern", ["(", "a{1,2000}", r"(?=x)", r"\1", "x" * 1001])
def test_a_pattern_that_re2_refuses_is_told_with_the_reason(pattern: str) -> None:
    (problem,) = rules.problems(field_test("note", "matches", pattern), SPEC)
    assert problem.startswith("Note: The regular expression is")


def test_a_pattern_that_would_run_for_ever_elsewhere_is_quick() -> None:
    assert not holds("note", "a" * 8000 + "b", "matches", r"^(a+)+$")


def test_trees_are_bounded() -> None:
    deep = OWNER
    for _ in range(10):
        deep = never(deep)
    assert rules.problems(deep, SPEC) == ["Groups are nested deeper than 10"]
    assert rules.problems(every(*[OWNER] * 201), SPEC) == ["A rule has at most 200 tests"]
    assert rules.problems(every(*[OWNER] * 200), SPEC) == []


@pytest.mark.parametrize("case", TRUE_AND_FALSE, ids=lambda case: f"{case[0]} {case[1]}")
def test_what_runs_has_no_problems_and_has_words(case: tuple[Any, ...]) -> None:
    expression = field_test(*case[:3])
    assert rules.problems(expression, SPEC) == []
    assert "…" not in rules.explain(expression, SPEC)


def test_the_zips_that_must_be_known_are_found_wherever_rules_are() -> None:
    def near(zip_code: str) -> Expression:
        return never(field_test("zip", "within_km", [zip_code, "5"]))

    order = OrderSpec(1, "O", 1, "B", 1, 1, criteria=near("10001"))
    cap = CapSpec("c", "campaign", "accepted", "day", 1, "UTC", expression=near("10002"))
    spec = campaign(rules=(RuleSpec("filter", "F", near("10003")),), orders=(order,), caps=(cap,))
    assert rules.zips_mentioned(spec) == {"10001", "10002", "10003"}


def test_menus_offer_what_fits_a_kind() -> None:
    assert [each.key for each in rules.operators_for("boolean")] == [
        "is",
        "is_not",
        "is_present",
        "is_missing",
    ]
