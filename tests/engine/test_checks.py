"""The checks one by one."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from apps.engine import checks
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.reasons import first_message, message
from apps.engine.requirements import (
    CapSpec,
    ConsentSpec,
    DuplicateSpec,
    RuleSpec,
    ScheduleSpec,
    Targeting,
    ValueList,
    Window,
    ZipTargeting,
)
from apps.engine.values import Examination, Switches
from tests.engine.builders import BODY, TERMS, campaign, codes, facts, field_test, lead

CERTIFICATES = (FieldSpec("tf", "trustedform_url"), FieldSpec("jornaya", "jornaya_lead_id"))
GOOD_TF, GOOD_JORNAYA = "https://cert.trustedform.com/abc123", "abcd-1234"


def examine(spec: CampaignSpec, body: dict[str, Any] | None = None, **options: Any) -> Examination:
    test = options.pop("test", False)
    terms = options.pop("terms", TERMS)
    data = lead(spec, BODY | (body or {}), test=bool(test))
    return checks.examine(spec, terms, data, facts(**options), test=test)


def messages(examination: Examination) -> list[str]:
    return [message(problem) for problem in examination.problems]


def test_a_good_lead_passes_every_check() -> None:
    found = examine(campaign())
    assert found.problems == ()
    assert all(line.passed for line in found.lines)
    assert [line.check for line in found.lines] == [
        "test_flag", "terms", "approval", "campaign", "period", "fields", "consent", "blocks", "states", "zips",
        "schedule", "duplicates", "caps", "verification",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        (Switches(source_active=False), ["Invalid source"]),
        (Switches(terms_active=False), ["Invalid source"]),
        (Switches(approved=False), ["Invalid source"]),
        (Switches(campaign_active=False), ["Campaign inactive"]),
    ],
)
def test_live_switches(switches: Switches, expected: list[str]) -> None:
    assert messages(examine(campaign(), switches=switches)) == expected


def test_a_source_that_is_not_approved_can_test_and_a_paused_one_cannot() -> None:
    found = examine(campaign(), switches=Switches(approved=False), test=True)
    assert [codes(part) for part in checks.split(found, test=True)] == [[], ["invalid_source"]]
    found = examine(campaign(), switches=Switches(terms_active=False), test=True)
    assert [codes(part) for part in checks.split(found, test=True)] == [["invalid_source"], []]


def test_the_campaigns_period() -> None:
    ended, running = campaign(ends_on=date(2026, 11, 18)), campaign(ends_on=date(2026, 11, 19))
    assert messages(examine(ended)) == ["Campaign period"]
    assert messages(examine(running)) == []
    assert messages(examine(campaign(starts_on=date(2026, 11, 20)))) == ["Campaign period"]


def test_missing_outranks_every_format_and_names_all() -> None:
    found = examine(campaign(), {"first": "", "email": "nobody", "zip": None})
    assert messages(found) == ["Missing first", "Missing zip", "Email format"]
    assert first_message(found.problems) == "Missing first, zip"
    assert [problem.field for problem in found.problems] == ["first", "zip", "email"]


def test_an_odd_test_flag_comes_first_of_the_lead_and_is_not_live() -> None:
    found = examine(campaign(), {"first": ""}, test=None)
    assert messages(found) == ["Test format", "Missing first"]


@pytest.mark.parametrize(
    ("requires", "tf", "jornaya", "expected"),
    [
        ("none", None, None, []),
        ("none", "nonsense", None, ["TrustedForm format"]),
        ("none", None, "?", ["Jornaya format"]),
        ("trustedform", None, GOOD_JORNAYA, ["Missing TrustedForm/Jornaya"]),
        ("trustedform", GOOD_TF, None, []),
        ("jornaya", GOOD_TF, None, ["Missing TrustedForm/Jornaya"]),
        ("jornaya", None, GOOD_JORNAYA, []),
        ("either", None, None, ["Missing TrustedForm/Jornaya"]),
        ("either", None, GOOD_JORNAYA, []),
        ("either", GOOD_TF, "?", ["Jornaya format"]),
        ("either", "nonsense", None, ["TrustedForm format"]),
        ("both", GOOD_TF, None, ["Missing TrustedForm/Jornaya"]),
        ("both", GOOD_TF, "?", ["Jornaya format"]),
        ("both", GOOD_TF, GOOD_JORNAYA, []),
    ],
)
def test_consent(requires: str, tf: str | None, jornaya: str | None, expected: list[str]) -> None:
    spec = campaign(*CERTIFICATES, consent=ConsentSpec(requires))
    assert messages(examine(spec, {"tf": tf, "jornaya": jornaya})) == expected


def test_consent_may_be_strict_and_comes_after_formats() -> None:
    spec = campaign(*CERTIFICATES, consent=ConsentSpec("either", strict=True))
    found = examine(spec, {"tf": GOOD_TF, "email": "nobody"})
    assert messages(found) == ["Email format", "TrustedForm format"]


@pytest.mark.parametrize("requires", ["trustedform", "either"])
def test_consent_that_no_field_can_carry_is_missing(requires: str) -> None:
    assert messages(examine(campaign(consent=ConsentSpec(requires)))) == ["Missing TrustedForm/Jornaya"]


def test_blocks_in_published_order() -> None:
    found = examine(campaign(), blocked=frozenset({"affid", "ip", "email", "phone", "subid"}))
    assert messages(found) == [
        "Phone blocked",
        "Email blocked",
        "IP blocked",
        "SubID blocked",
        "AffID blocked",
    ]
    assert [problem.field for problem in found.problems[:2]] == ["phone", "email"]


INCLUDE_CA, EXCLUDE_CA = Targeting("include", frozenset({"CA"})), Targeting("exclude", frozenset({"CA"}))


@pytest.mark.parametrize(
    ("states", "state", "expected"),
    [
        (INCLUDE_CA, "CA", []),
        (INCLUDE_CA, "California", []),
        (INCLUDE_CA, "NY", ["State targeting"]),
        (INCLUDE_CA, None, ["State targeting"]),
        (INCLUDE_CA, "Atlantis", ["State format"]),
        (EXCLUDE_CA, "CA", ["State targeting"]),
        (EXCLUDE_CA, "NY", []),
        (EXCLUDE_CA, None, []),
    ],
)
def test_states(states: Targeting, state: str | None, expected: list[str]) -> None:
    assert messages(examine(campaign(states=states), {"state": state})) == expected


@pytest.mark.parametrize(
    ("mode", "zip_code", "expected"),
    [
        ("include", "90210-1234", []),
        ("include", "90301", []),
        ("include", "10001", ["Zip targeting"]),
        ("exclude", "10001", []),
        ("exclude", "90210", ["Zip targeting"]),
        ("exclude", "90399", ["Zip targeting"]),
        ("include", "9021", ["Zip format"]),
        ("include", None, ["Missing zip"]),
    ],
)
def test_zips(mode: str, zip_code: str | None, expected: list[str]) -> None:
    lists = {"h": ValueList(frozenset({"90210"}), ("903",))}
    spec = campaign(zips=ZipTargeting(mode, "h", "West"), lists=lists)
    assert messages(examine(spec, {"zip": zip_code})) == expected


def test_schedule() -> None:
    open_now = ScheduleSpec("America/New_York", (Window(3, 12 * 60, 14 * 60),))
    assert messages(examine(campaign(schedule=open_now))) == []
    closed = ScheduleSpec("America/New_York", (Window(3, 14 * 60, 15 * 60),))
    assert messages(examine(campaign(schedule=closed))) == ["Campaign schedule"]


RULES = (
    RuleSpec("filter", "No New York", field_test("state", "is", "NY")),
    RuleSpec("condition", "West only", field_test("zip", "starts_with", "9")),
    RuleSpec("condition", "Has a city", field_test("city", "is_present")),
)


def test_conditions_must_hold_and_filters_must_not() -> None:
    found = examine(campaign(rules=RULES), {"state": "NY", "zip": "10001", "city": ""})
    assert messages(found) == ["Condition: West only", "Condition: Has a city", "Filter: No New York"]
    assert messages(examine(campaign(rules=RULES))) == []
    lines = [(line.check, line.detail, line.passed) for line in examine(campaign(rules=RULES)).lines]
    assert ("condition", "West only", True) in lines
    assert ("filter", "No New York", True) in lines


def test_duplicates_are_told_by_field() -> None:
    rules = (
        DuplicateSpec("d1", ("email", "phone"), 86_400),
        DuplicateSpec("d2", ("city", "zip"), 60, match="all"),
    )
    spec = campaign(duplicates=rules)
    assert messages(examine(spec, duplicates=frozenset({"d1:phone"}))) == ["Duplicate phone"]
    assert messages(examine(spec, duplicates=frozenset({"d1:email", "d1:phone"}))) == [
        "Duplicate email",
        "Duplicate phone",
    ]
    assert messages(examine(spec, duplicates=frozenset({"d2"}))) == ["Duplicate City and Zip"]
    single = campaign(duplicates=(DuplicateSpec("d1", ("email",), 60),))
    assert messages(examine(single, duplicates=frozenset({"d1"}))) == ["Duplicate email"]


def test_the_sources_caps_come_before_the_campaigns() -> None:
    terms = replace(TERMS, caps=(CapSpec("t", "terms", "accepted", "week", 5, "UTC"),))
    spec = campaign(caps=(CapSpec("c", "campaign", "accepted", "day", 5, "UTC"),))
    assert messages(examine(spec, terms=terms, full_caps=frozenset({"t", "c"}))) == [
        "Week cap",
        "Campaign cap",
    ]
    assert messages(examine(spec, terms=terms, full_caps=frozenset({"c"}))) == ["Campaign cap"]
