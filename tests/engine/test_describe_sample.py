"""The sample body: every field, in limits, where leads are taken, meeting conditions and avoiding filters."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import zipcodes

from apps.engine import checks, describe
from apps.engine.campaign import Choice, FieldSpec
from apps.engine.fields import FIELD_TYPES
from apps.engine.requirements import (
    Expression,
    RuleSpec,
    Targeting,
    ValueList,
    VerificationSpec,
    ZipTargeting,
)
from apps.engine.values import Place
from tests.engine.builders import (
    NOW,
    PLACES,
    TERMS,
    bare,
    campaign,
    either,
    every,
    facts,
    field_test,
    lead,
    never,
)
from tests.engine.described import EXTRA, SATISFIABLE, assert_accepted


def one_of_each() -> tuple[FieldSpec, ...]:
    choices = (Choice("a", "Alpha"), Choice("b"))
    return tuple(
        FieldSpec(f"f_{key}", key, choices=choices if "choice" in key else (), required=True)
        for key in FIELD_TYPES
    )


def test_a_sample_has_every_field_in_the_campaigns_order() -> None:
    body = assert_accepted(campaign(*one_of_each(), verification=VerificationSpec("offline", True, True)))
    assert list(body)[:8] == ["first", "last", "email", "phone", "address", "city", "state", "zip"]
    assert body["first"] == "John"
    assert len(body) == 8 + len(FIELD_TYPES)


def test_a_fields_own_example_is_sent_where_it_is_valid() -> None:
    good, bad = FieldSpec("a", "integer", example="7"), FieldSpec("b", "integer", example="seven")
    body = describe.sample(bare(good, bad), PLACES)
    assert body == {"a": "7", "b": 640}


@pytest.mark.parametrize(
    "field",
    [
        FieldSpec("x", "integer", minimum=Decimal(1), maximum=Decimal(5)),
        FieldSpec("x", "currency", maximum=Decimal(10)),
        FieldSpec("x", "range", minimum=Decimal(1000)),
        FieldSpec("x", "text", max_length=3),
        FieldSpec("x", "text", min_length=20),
        FieldSpec("x", "text", role="first_name", min_length=6, max_length=6),
    ],
)
def test_a_sample_keeps_the_fields_limits(field: FieldSpec) -> None:
    assert assert_accepted(bare(field, FieldSpec("y", "text")))["x"]


def near(*value: str) -> tuple[RuleSpec, ...]:
    return (RuleSpec("condition", "Near", field_test("zip", "within_km", value)),)


WHERE: list[dict[str, Any]] = [
    {},
    {"states": Targeting("include", frozenset({"NY"}))},
    {"states": Targeting("exclude", frozenset({"CA", "NY", "TX"}))},
    {"zips": ZipTargeting("include", "h", "L"), "lists": {"h": ValueList(frozenset({"11201"}))}},
    {"zips": ZipTargeting("exclude", "h", "L"), "lists": {"h": ValueList(frozenset({"90210"}), ("1", "7"))}},
    {"zips": ZipTargeting("include", "h", "L"), "lists": {"h": ValueList(prefixes=("112",))}},
    {
        "states": Targeting("include", frozenset({"MO", "NY"})),
        "zips": ZipTargeting("exclude", "h", "L"),
        "lists": {"h": ValueList(prefixes=("1",))},
    },
    {"rules": near("59718", "25")},
]


@pytest.mark.parametrize("options", WHERE)
def test_a_sample_lives_where_leads_are_taken(options: dict[str, Any]) -> None:
    """With the real table of places, as the pages use it, and addresses verified against it."""
    spec = campaign(**options, verification=VerificationSpec(address=True))
    places = {code: place for code in describe.zips_to_look_up(spec) if (place := place_of(code)) is not None}
    body = describe.sample(spec, places, now=NOW)
    known = facts(places={body["zip"]: places[body["zip"]]} | places)
    assert checks.examine(spec, TERMS, lead(spec, body), known, test=False).problems == ()


@pytest.mark.parametrize("options", WHERE[:-1])
def test_a_sample_needs_no_place_where_addresses_are_not_verified(options: dict[str, Any]) -> None:
    assert_accepted(campaign(**options))


def place_of(code: str) -> Place | None:
    found = zipcodes.matching(code)
    if not found:
        return None
    row = found[0]
    cities = frozenset({row["city"], *row["acceptable_cities"]})
    return Place(code, row["state"], cities, float(row["lat"]), float(row["long"]))


def test_a_sample_needs_no_table_of_places() -> None:
    spec = campaign(states=Targeting("include", frozenset({"WA"})))
    body = describe.sample(spec)
    assert (body["zip"], body["state"], body["city"]) == ("98101", "WA", "Seattle")


@pytest.mark.parametrize("expression", SATISFIABLE, ids=lambda each: f"{each.field}-{each.operator}")
def test_a_sample_meets_conditions_and_avoids_filters(expression: Expression) -> None:
    body = assert_accepted(campaign(*EXTRA, rules=(RuleSpec("condition", "C", expression),)))
    assert body["first"] == "John"
    assert_accepted(campaign(*EXTRA, rules=(RuleSpec("filter", "F", never(expression)),)))


def test_a_sample_meets_several_rules_at_once() -> None:
    rules = (
        RuleSpec("condition", "A", every(SATISFIABLE[0], SATISFIABLE[4])),
        RuleSpec("condition", "B", either(SATISFIABLE[5], SATISFIABLE[6])),
        RuleSpec("filter", "C", SATISFIABLE[6]),
        RuleSpec("filter", "D", field_test("roof", "is", "tile")),
        RuleSpec("condition", "E", SATISFIABLE[20]),
    )
    assert_accepted(campaign(*EXTRA, rules=rules))


def test_a_campaign_that_nothing_can_satisfy_still_has_a_sample() -> None:
    rules = (RuleSpec("condition", "A", SATISFIABLE[0]), RuleSpec("filter", "B", SATISFIABLE[0]))
    assert describe.sample(campaign(*EXTRA, rules=rules), PLACES)["first"] == "John"


def test_a_sample_follows_the_day_it_is_made() -> None:
    spec = campaign(*EXTRA, rules=(RuleSpec("condition", "Fresh", field_test("moved", "after", "today-3")),))
    for days in (0, 400):
        now = NOW + timedelta(days=days)
        body = describe.sample(spec, PLACES, now=now)
        assert date.fromisoformat(body["moved"]) > now.date() - timedelta(days=3)
